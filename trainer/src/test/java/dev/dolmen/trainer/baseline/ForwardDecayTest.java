package dev.dolmen.trainer.baseline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class ForwardDecayTest {
  @Test
  void aWeightIsWorthHalfAfterAHalfLife() {
    ForwardDecay decay = new ForwardDecay(HalfLife.seconds(10));
    decay.next(100);
    assertThat(decay.growth() * decay.worth(100)).isCloseTo(1, within(1e-9));
    assertThat(decay.growth() * decay.worth(110)).isCloseTo(0.5, within(1e-9));
    assertThat(decay.worth(50)).as("the clock does not run back").isEqualTo(decay.worth(100));
  }

  @Test
  void landmarksMoveOnAndScaleWhatWasStoredBefore() {
    ForwardDecay decay = new ForwardDecay(HalfLife.seconds(1));
    decay.next(0);
    float first = decay.growth();
    for (int second : new int[] {31, 32, 33, 64, 100, 287}) {
      decay.next(second);
      double expected = Math.pow(0.5, second);
      assertThat(decay.epoch()).isEqualTo(second / ForwardDecay.SHIFT);
      assertThat(first * (double) decay.since(0) * decay.worth(second))
          .isCloseTo(decay.epoch() < 5 ? expected : 0, within(expected * 1e-6 + 1e-38));
    }
    decay.next(Integer.MAX_VALUE);
    assertThat(decay.since(0)).isZero();
    assertThat(decay.since(decay.epoch())).isEqualTo(1f);
    assertThat(decay.growth() * decay.worth(Integer.MAX_VALUE)).isCloseTo(1, within(1e-6));
  }

  @Test
  void nothingFadesWithoutAHalfLife() {
    ForwardDecay decay = new ForwardDecay(HalfLife.never());
    decay.next(0);
    decay.next(Long.MAX_VALUE / 2);
    assertThat(decay.growth()).isEqualTo(1f);
    assertThat(decay.worth(Long.MAX_VALUE / 2)).isEqualTo(1);
    assertThat(decay.epoch()).isZero();
  }
}
