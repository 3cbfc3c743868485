package dev.dolmen.model.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class DenseOptimizerOptionsTest {
  private static DenseOptimizerOptions options(int warmUp, int decay, int fullBatch) {
    return DenseOptimizerOptions.defaults()
        .with(o ->
            o.learningRate(1f)
                .weightDecay(0)
                .gradientNormMax(0)
                .warmUpSteps(warmUp)
                .decaySteps(decay)
                .fullBatch(fullBatch));
  }

  @Test
  void risesThenFallsWithTheRootOfTheStepsToAThird() {
    DenseOptimizerOptions options = options(9, 100, 0);
    assertThat(options.learningRate(1, 0, 7)).isCloseTo(0.1, within(1e-9));
    assertThat(options.learningRate(10, 9, 7)).isEqualTo(1);
    assertThat(options.learningRate(100, 100, 7)).isEqualTo(1);
    assertThat(options.learningRate(4_000, 400, 7)).isCloseTo(0.5, within(1e-9));
    assertThat(options.learningRate(900, 900, 7)).isCloseTo(1 / 3.0, within(1e-9));
    assertThat(options.learningRate(1_000_000, 1e6, 7)).isEqualTo(1 / 3.0);
  }

  @Test
  void stepsOnFewPredictionsAreShort() {
    DenseOptimizerOptions options = options(0, 0, 100);
    assertThat(options.learningRate(9, 1, 1)).isCloseTo(0.1, within(1e-9));
    assertThat(options.learningRate(9, 1, 25)).isCloseTo(0.5, within(1e-9));
    assertThat(options.learningRate(9, 1, 100)).isEqualTo(1);
    assertThat(options.learningRate(9, 1, 300)).isEqualTo(1);
  }

  @Test
  void zeroMeansThatNeitherMatters() {
    assertThat(options(0, 0, 0).learningRate(1_000_000, 1e6, 1)).isEqualTo(1);
  }

  @Test
  void refusesWhatIsBelowZero() {
    assertThatThrownBy(() -> options(0, -1, 0)).hasMessageContaining("decaySteps is -1");
    assertThatThrownBy(() -> options(0, 0, -2)).hasMessageContaining("fullBatch is -2");
  }
}
