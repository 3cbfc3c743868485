package dev.dolmen.trainer.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EventIdWindowTest {
  private static long[] id(int n) {
    return EventIdWindow.hash(("event-" + n).getBytes(UTF_8));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 13, 1_024, 1_025, 4_098})
  void remembersExactlyTheLastOnes(int maxIds) {
    EventIdWindow window = new EventIdWindow(maxIds);
    ArrayDeque<Integer> order = new ArrayDeque<>();
    Set<Integer> expected = new HashSet<>();
    SplittableRandom random = new SplittableRandom(7);
    for (int i = 0; i < 20_000; i++) {
      int n = random.nextInt(10_000);
      assertThat(window.contains(id(n))).isEqualTo(expected.contains(n));
      if (expected.add(n)) {
        window.add(id(n));
        order.add(n);
        if (order.size() > maxIds) {
          expected.remove(order.remove());
        }
      }
      assertThat(window.size()).isEqualTo(order.size());
    }
  }

  @Test
  void startsEmpty() {
    assertThat(new EventIdWindow(5).contains(id(0))).isFalse();
  }
}
