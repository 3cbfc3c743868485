package dev.dolmen.model.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class KernelNameTest {
  @Test
  void thoseThatAreNotKnownAreNoOthers() {
    assertThat(Kernels.areOthers("")).isFalse();
    assertThat(Kernels.areOthers(Kernels.best().name())).isFalse();
    assertThat(Kernels.areOthers("vector 2048 bit")).isTrue();
  }
}
