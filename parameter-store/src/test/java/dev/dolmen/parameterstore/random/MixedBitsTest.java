package dev.dolmen.parameterstore.random;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import java.util.stream.IntStream;
import jdk.incubator.vector.LongVector;
import org.junit.jupiter.api.Test;

final class MixedBitsTest {
  /** The first output of SplitMix64 and of MurmurHash3's finalizer, as their authors publish it. */
  @Test
  void bitsAreThoseOfTheirSources() {
    assertThat(MixedBits.mix(MixedBits.GOLDEN)).isEqualTo(0xE220A8397B1DCDAFL);
    assertThat(MixedBits.otherMix(1)).isEqualTo(0xB456BCFC34C2CB2CL);
    assertThat(MixedBits.mix(0)).isZero();
    assertThat(MixedBits.otherMix(0)).isZero();
  }

  @Test
  void mixesAsTheGeneratorDoes() {
    for (long seed = -1_000; seed < 1_000; seed++) {
      long drawn = new SplittableRandom(seed * seed * seed).nextLong();
      assertThat(MixedBits.mix(seed * seed * seed + MixedBits.GOLDEN)).isEqualTo(drawn);
    }
  }

  @Test
  void vectorsAreMixedAsNumbersAre() {
    LongVector numbers =
        LongVector.zero(LongVector.SPECIES_PREFERRED).addIndex(3).mul(MixedBits.GOLDEN).neg();
    LongVector mixed = MixedBits.mix(numbers);
    for (int lane = 0; lane < numbers.length(); lane++) {
      assertThat(mixed.lane(lane)).isEqualTo(MixedBits.mix(numbers.lane(lane)));
    }
  }

  @Test
  void fractionsAreBelowOne() {
    assertThat(MixedBits.fraction(-1)).isEqualTo(Math.nextDown(1.0));
    assertThat(MixedBits.fraction(1L << 63)).isEqualTo(0.5);
    assertThat(MixedBits.fraction(0)).isZero();
  }

  @Test
  void numbersAreBelowTheirBoundAndAllAreDrawn() {
    assertThat(MixedBits.below(-1, 7)).isEqualTo(6);
    assertThat(MixedBits.below(0, 7)).isZero();
    assertThat(MixedBits.below(-1, Integer.MAX_VALUE)).isEqualTo(Integer.MAX_VALUE - 1);
    int[] drawn = new int[7];
    for (long number = 1; number <= 7_000; number++) {
      drawn[MixedBits.below(MixedBits.mix(number * MixedBits.GOLDEN), 7)]++;
    }
    // Six standard deviations around a thousand.
    assertThat(IntStream.of(drawn)).allMatch(n -> n > 824 && n < 1_176);
  }
}
