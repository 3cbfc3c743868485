package dev.dolmen.parameterstore.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dolmen.parameterstore.random.MixedBits;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class SlidingOccurrenceFilterTest {
  @Test
  void countsUpToTheThreshold() {
    SlidingOccurrenceFilter filter = new SlidingOccurrenceFilter(3, 100);
    assertThat(filter.add(7, 1)).isEqualTo(1);
    assertThat(filter.add(8, 2)).isEqualTo(2);
    assertThat(filter.add(7, 1)).isEqualTo(2);
    assertThat(filter.add(7, 1)).isEqualTo(3);
    assertThat(filter.add(7, Integer.MAX_VALUE)).isEqualTo(3);
    assertThat(filter.add(8, Integer.MAX_VALUE)).isEqualTo(3);
    assertThatThrownBy(() -> filter.add(8, 0)).isInstanceOf(IllegalArgumentException.class);
  }

  /** Error as stated: 300,000 values, a million occurrences, no count late and none false. */
  @Test
  void insideTheWindowCountsAreExact() {
    SlidingOccurrenceFilter filter = new SlidingOccurrenceFilter(50, 1_000_000);
    int[] exact = new int[300_000];
    SplittableRandom random = new SplittableRandom(1);
    int late = 0;
    int falselyHigh = 0;
    for (int i = 0; i < 1_000_000; i++) {
      int value = random.nextInt(exact.length);
      int count = filter.add(value * MixedBits.GOLDEN, 1);
      exact[value]++;
      late += count < exact[value] ? 1 : 0;
      falselyHigh += count > exact[value] ? 1 : 0;
    }
    assertThat(late).isZero();
    assertThat(falselyHigh).isZero();
    assertThat(filter.memoryBytes()).isLessThanOrEqualTo(4L * 8 * (1 << 19));
  }

  /** A value is forgotten between one window and 4/3 of it, as the stated error says. */
  @Test
  void beyondTheWindowAValueIsForgotten() {
    int window = 3_000;
    for (int gap : new int[] {0, 1_000, 2_000, 2_999, 4_000, 10_000}) {
      for (int phase = 0; phase < 1_000; phase += 111) {
        SlidingOccurrenceFilter filter = new SlidingOccurrenceFilter(2, window);
        for (int i = 0; i < phase; i++) {
          filter.add(1_000_000 + i, 1);
        }
        filter.add(-1, 1);
        for (int i = 0; i < gap; i++) {
          filter.add(i, 1);
        }
        assertThat(filter.add(-1, 1)).as("gap %d", gap).isEqualTo(gap < window ? 2 : 1);
      }
    }
  }

  @Test
  void memoryIsBoundedWhateverComes() {
    SlidingOccurrenceFilter filter = new SlidingOccurrenceFilter(3, 3_000);
    for (int i = 0; i < 200_000; i++) {
      filter.add(i * 31L, 1);
      assertThat(filter.memoryBytes()).isLessThanOrEqualTo(4 * 8 * 2_048);
    }
  }

  /** Skewed values through many turns of the panes: exact but for gaps beyond the window. */
  @Test
  void aCountIsLostOnlyAfterAGapBeyondTheWindow() {
    int window = 3_000;
    SlidingOccurrenceFilter filter = new SlidingOccurrenceFilter(1_000_000, window);
    Map<Long, int[]> countAndLast = new HashMap<>();
    SplittableRandom random = new SplittableRandom(2);
    int lost = 0;
    for (int i = 0; i < 500_000; i++) {
      long value = (long) Math.pow(30_000, random.nextDouble());
      int[] known = countAndLast.computeIfAbsent(value, v -> new int[] {0, -1});
      int remembered = filter.counted(value);
      int count = filter.add(value, 1);
      assertThat(count).isEqualTo(remembered + 1);
      assertThat(filter.counted(value)).isEqualTo(count);
      if (count != known[0] + 1) {
        assertThat(count).isEqualTo(1);
        assertThat(i - known[1]).isGreaterThan(window);
        lost++;
      }
      known[0] = count;
      known[1] = i;
    }
    assertThat(lost).isPositive();
  }

  @Test
  void stateIsWrittenAndReadBack() throws IOException {
    SlidingOccurrenceFilter filter = new SlidingOccurrenceFilter(3, 300);
    for (int i = 0; i < 777; i++) {
      filter.add(i % 500, 1);
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    filter.writeTo(new DataOutputStream(bytes));
    SlidingOccurrenceFilter read = new SlidingOccurrenceFilter(3, 300);
    assertThat(read.stateHash()).isNotEqualTo(filter.stateHash());
    read.readFrom(in(bytes));
    assertThat(read.stateHash()).isEqualTo(filter.stateHash());
    for (int i = 0; i < 777; i++) {
      assertThat(read.add(i, 1)).isEqualTo(filter.add(i, 1));
    }
    assertThatThrownBy(() -> new SlidingOccurrenceFilter(4, 300).readFrom(in(bytes)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("threshold 4");
  }

  /** Panes grow and are cleared under a thread that asks. */
  @Test
  void whoAsksMeanwhileIsToldACountThatThereWas() throws Exception {
    SlidingOccurrenceFilter filter = new SlidingOccurrenceFilter(5, 30_000);
    AtomicBoolean ended = new AtomicBoolean();
    CountDownLatch asking = new CountDownLatch(1);
    try (ExecutorService reader = Executors.newSingleThreadExecutor()) {
      Future<Integer> most =
          reader.submit(() -> {
            int found = 0;
            for (int i = 0; !ended.get(); i++) {
              int count = filter.counted(i % 70_000);
              assertThat(count).isBetween(0, 5);
              found = Math.max(found, count);
              asking.countDown();
            }
            return found;
          });
      asking.await();
      for (int round = 0; round < 20; round++) {
        for (int value = 0; value < 70_000; value++) {
          filter.add(value, 1 + value % 2 * 4);
        }
      }
      ended.set(true);
      assertThat(most.get()).isEqualTo(5);
    }
  }

  private static DataInputStream in(ByteArrayOutputStream bytes) {
    return new DataInputStream(new ByteArrayInputStream(bytes.toByteArray()));
  }
}
