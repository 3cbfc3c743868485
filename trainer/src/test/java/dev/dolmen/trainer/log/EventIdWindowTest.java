package dev.dolmen.trainer.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EventIdWindowTest {
  private static final long AGE_SEC = 700;

  private static long[] id(int n) {
    return EventIdWindow.hash(("event-" + n).getBytes(UTF_8));
  }

  private record Occurrence(int id, long sec, long offset) {}

  /** Where the event of an id stands that those say which are among the last records. */
  private static long offset(ArrayDeque<Occurrence> last, int id, long sec) {
    var newest = last.descendingIterator();
    while (newest.hasNext()) {
      Occurrence occurrence = newest.next();
      if (occurrence.id == id) {
        return sec - occurrence.sec > AGE_SEC ? EventIdWindow.ABSENT : occurrence.offset;
      }
    }
    return EventIdWindow.ABSENT;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 13, 1_024, 1_025, 4_098})
  void remembersExactlyTheIdsAmongTheLastRecords(int maxRecords) {
    EventIdWindow window = new EventIdWindow(maxRecords, AGE_SEC);
    ArrayDeque<Occurrence> last = new ArrayDeque<>();
    SplittableRandom random = new SplittableRandom(7);
    for (int i = 0; i < 10_000; i++) {
      int n = random.nextInt(3_000);
      // A clock of several servers: it goes back, too.
      long sec = 1_000L + i / 2 + random.nextInt(5);
      long expected = offset(last, n, sec);
      assertThat(window.offsetOf(id(n), sec)).isEqualTo(expected);
      // Every third record is no event.
      boolean event = i % 3 != 0;
      if (event) {
        window.add(id(n), i, sec);
      } else {
        window.pass();
      }
      if (last.size() == maxRecords) {
        last.remove();
      }
      last.add(
          new Occurrence(event ? n : -1, sec, expected == EventIdWindow.ABSENT ? i : expected));
      assertThat(window.size()).isEqualTo(last.stream().filter(o -> o.id >= 0).count());
    }
  }

  @Test
  void startsEmpty() {
    assertThat(new EventIdWindow(5, AGE_SEC).offsetOf(id(0), 1_000))
        .isEqualTo(EventIdWindow.ABSENT);
  }
}
