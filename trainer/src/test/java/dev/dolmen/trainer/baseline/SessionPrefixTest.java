package dev.dolmen.trainer.baseline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class SessionPrefixTest {
  @Test
  void theOldestLeaves() {
    SessionPrefix prefix = new SessionPrefix(2);
    prefix.start(9);
    prefix.add(4, 40);
    prefix.add(5, 50);
    prefix.add(6, 60);
    assertThat(prefix.size()).isEqualTo(2);
    assertThat(prefix.item(0)).isEqualTo(5);
    assertThat(prefix.item(1)).isEqualTo(6);
    assertThat(prefix.timeSec(0)).isEqualTo(50);
    assertThat(prefix.timeSec(1)).isEqualTo(60);
    assertThat(prefix.session()).isEqualTo(9);
    prefix.start(10);
    assertThat(prefix.size()).isZero();
    assertThat(prefix.session()).isEqualTo(10);
  }

  @Test
  void badInputIsRefused() {
    assertThatThrownBy(() -> new SessionPrefix(0)).hasMessage("capacity: 0, expected 1 or more");
    assertThatThrownBy(() -> SessionPrefix.of(1, -2)).hasMessage("item: -2, expected 0 or more");
  }
}
