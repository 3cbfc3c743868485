package dev.dolmen.trainer.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
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
  void remembersExactlyTheIdsAmongTheLastRecords(int maxRecords) {
    EventIdWindow window = new EventIdWindow(maxRecords);
    ArrayDeque<Integer> order = new ArrayDeque<>();
    Map<Integer, Long> expected = new HashMap<>();
    SplittableRandom random = new SplittableRandom(7);
    for (int i = 0; i < 20_000; i++) {
      int n = random.nextInt(10_000);
      assertThat(window.offsetOf(id(n))).isEqualTo(expected.getOrDefault(n, EventIdWindow.ABSENT));
      // Every third record is no event.
      int record = i % 3 == 0 ? -1 : n;
      if (record < 0) {
        window.pass();
      } else {
        window.add(id(n), i, 1_000 + i);
      }
      if (order.size() == maxRecords) {
        expected.remove(order.remove());
      }
      order.add(record >= 0 && expected.putIfAbsent(n, (long) i) == null ? n : -1);
      assertThat(window.size()).isEqualTo(expected.size());
      long oldest = expected.values().stream().mapToLong(at -> 1_000 + at).min().orElse(0);
      if (i % 97 == 0) {
        assertThat(window.oldestSec()).isEqualTo(oldest);
      }
    }
  }

  @Test
  void startsEmpty() {
    assertThat(new EventIdWindow(5).offsetOf(id(0))).isEqualTo(EventIdWindow.ABSENT);
  }
}
