package dev.dolmen.parameterstore.feature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class AgeKnotsTest {
  private static double knot(long number) {
    return 64 * (Math.pow(2, (double) number) - 1);
  }

  @Test
  void interpolatesEveryAgeBetweenItsKnots() {
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 10_000; i++) {
      long age = random.nextLong(1L << (1 + random.nextInt(36)));
      long below = AgeKnots.below(age);
      double above = AgeKnots.weightAbove(age);
      assertThat(above).isBetween(0.0, 1.0);
      assertThat(knot(below)).isLessThanOrEqualTo((double) age);
      assertThat((1 - above) * knot(below) + above * knot(below + 1))
          .isCloseTo((double) age, within(1e-6 * (age + 64)));
    }
  }

  @Test
  void knotsAreTheirOwn() {
    for (int k = 0; k < 30; k++) {
      assertThat(AgeKnots.below((long) knot(k))).isEqualTo(k);
      assertThat(AgeKnots.weightAbove((long) knot(k))).isZero();
    }
  }

  @Test
  void theFutureIsNewAndTheEndOfTimeIsAnAge() {
    assertThat(AgeKnots.below(-5)).isZero();
    assertThat(AgeKnots.weightAbove(Long.MIN_VALUE)).isZero();
    assertThat(AgeKnots.below(Long.MAX_VALUE)).isEqualTo(AgeKnots.below(100_000_000_000L));
  }
}
