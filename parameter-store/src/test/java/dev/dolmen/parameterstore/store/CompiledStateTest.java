package dev.dolmen.parameterstore.store;

import static org.assertj.core.api.Assertions.assertThat;

import net.openhft.chronicle.hash.VanillaGlobalMutableState;
import net.openhft.chronicle.values.Values;
import org.junit.jupiter.api.Test;

/** What Chronicle Map keeps in a map's header is a class of the build, not compiled at a start. */
class CompiledStateTest {
  @Test
  void aStartRunsNoCompiler() throws Exception {
    Class<?> state = VanillaGlobalMutableState.class;
    Class<?> found = Values.nativeClassFor(state);
    String name = found.getSimpleName() + ".class";
    assertThat(found.getName()).startsWith(state.getName());
    // A class that was compiled while the program runs has no file.
    assertThat(found.getResource(name)).as(name).isNotNull();
    assertThat(found.getProtectionDomain().getCodeSource()).isNotNull();
  }
}
