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
  private static final int RECORDS_MIN = 1_000;

  private static long[] id(int n) {
    return EventIdWindow.hash(("event-" + n).getBytes(UTF_8));
  }

  private record Occurrence(int id, long sec, long offset) {}

  /** Where the event of an id stands that those say which are among the last records. */
  private static long offset(ArrayDeque<Occurrence> last, int id, long sec) {
    int behind = 0;
    var newest = last.descendingIterator();
    while (newest.hasNext()) {
      Occurrence occurrence = newest.next();
      if (occurrence.id == id) {
        boolean aged = behind >= RECORDS_MIN && sec - occurrence.sec > AGE_SEC;
        return aged ? EventIdWindow.ABSENT : occurrence.offset;
      }
      behind++;
    }
    return EventIdWindow.ABSENT;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 13, 1_024, 1_025, 4_098})
  void remembersExactlyTheIdsAmongTheLastRecords(int maxRecords) {
    EventIdWindow window = new EventIdWindow(maxRecords, AGE_SEC, RECORDS_MIN);
    ArrayDeque<Occurrence> last = new ArrayDeque<>();
    SplittableRandom random = new SplittableRandom(7);
    for (int i = 0; i < 10_000; i++) {
      int n = random.nextInt(3_000);
      // Clocks of several servers, one of which is far ahead: time goes back, too.
      long sec = 1_000L + i / 2 + random.nextInt(5) + (i % 10 == 0 ? 100 * AGE_SEC : 0);
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
  void aClockThatIsSetMakesNoEventNew() {
    EventIdWindow window = new EventIdWindow(2_000_000, AGE_SEC);
    window.add(id(1), 1, 1_000);
    window.add(id(2), 2, 1_000 + 40 * 86_400);
    assertThat(window.offsetOf(id(1), 1_000 + 40 * 86_400)).isEqualTo(1);
    for (int record = 2; record <= EventIdWindow.RECORDS_MIN; record++) {
      window.pass();
    }
    assertThat(window.offsetOf(id(1), 1_000 + 40 * 86_400)).isEqualTo(EventIdWindow.ABSENT);
    assertThat(window.offsetOf(id(1), 1_000 + AGE_SEC)).isEqualTo(1);
  }

  @Test
  void startsEmpty() {
    assertThat(new EventIdWindow(5, AGE_SEC).offsetOf(id(0), 1_000))
        .isEqualTo(EventIdWindow.ABSENT);
  }
}
