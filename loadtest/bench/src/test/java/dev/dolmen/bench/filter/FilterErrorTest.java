package dev.dolmen.bench.filter;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** The filter's error as its documentation states it, on streams that go to its limits. */
class FilterErrorTest {
  private static final int OCCURRENCES = 600_000;
  private static final int VALUES = 300_000;

  @Test
  void aWindowAsLongAsTheStreamAdmitsNoneLateAndNoneFalsely() {
    long[] stream = FilterStreams.zipf(OCCURRENCES, VALUES, 1.05, 1);
    FilterError error = FilterError.measure(stream, 5, OCCURRENCES);
    assertThat(error.reached()).isGreaterThan(5_000);
    assertThat(error.late()).isZero();
    assertThat(error.falselyAdmitted()).isZero();
  }

  /** The window is far too short here: values are late, none more than the bound, none false. */
  @Test
  void noneIsLaterThanItsGapsAllow() {
    for (double exponent : new double[] {1.05, 1.5}) {
      for (int threshold : new int[] {2, 5, 20}) {
        long[] stream = FilterStreams.zipf(OCCURRENCES, VALUES, exponent, 2);
        FilterError error = FilterError.measure(stream, threshold, 4_096);
        assertThat(error.late()).as("exponent %s threshold %d", exponent, threshold).isPositive();
        assertThat(error.beyondBound()).isZero();
        assertThat(error.falselyAdmitted()).isZero();
        assertThat(error.memoryBytes()).isLessThanOrEqualTo(4 * 8 * 2_048);
      }
    }
  }

  @Test
  void figuresAreTheExactOnes() {
    // 1 comes twice before and twice after more others than the filter remembers.
    LongStream others = LongStream.range(100, 100 + 50);
    long[] stream =
        LongStream.concat(
                LongStream.concat(LongStream.of(1, 1), others), LongStream.of(1, 1, 1, 1, 2))
            .toArray();
    FilterError error = FilterError.measure(stream, 3, 30);
    assertThat(error.values()).isEqualTo(52);
    assertThat(error.reached()).isEqualTo(1);
    assertThat(error.late()).isEqualTo(1);
    assertThat(error.never()).isZero();
    assertThat(error.lateByMax()).isEqualTo(2);
    assertThat(error.beyondBound()).isZero();
  }
}
