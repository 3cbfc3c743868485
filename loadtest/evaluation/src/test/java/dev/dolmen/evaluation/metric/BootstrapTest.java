package dev.dolmen.evaluation.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class BootstrapTest {
  /** Sums are of sessions with 1, 2 and 3 predictions: the mean is over predictions. */
  @Test
  void meansAreOverPredictionsAndDifferencesArePaired() {
    double[][] sums = {{1, 1.1}, {0, 0.2}, {2, 2.3}};
    Bootstrap bootstrap = new Bootstrap(sums, new double[] {1, 2, 3}, 7);
    Estimate mean = bootstrap.mean(0);
    assertThat(mean.mean()).isCloseTo(0.5, within(1e-12));
    assertThat(mean.low()).isLessThan(0.5);
    assertThat(mean.high()).isGreaterThan(0.5);
    Estimate difference = bootstrap.difference(1, 0);
    assertThat(difference.mean()).isCloseTo(0.1, within(1e-12));
    assertThat(difference.low()).isCloseTo(0.1, within(1e-9));
    assertThat(difference.high()).isCloseTo(0.1, within(1e-9));
    assertThat(difference.significant()).isTrue();
    assertThat(bootstrap.difference(0, 1).significant()).isTrue();
    assertThat(bootstrap.difference(0, 0).significant()).isFalse();
  }

  @Test
  void theSameSeedDrawsTheSame() {
    double[][] sums = new double[200][1];
    double[] weights = new double[200];
    for (int i = 0; i < 200; i++) {
      sums[i][0] = i % 3;
      weights[i] = 1 + i % 2;
    }
    Estimate once = new Bootstrap(sums, weights, 3).mean(0);
    assertThat(new Bootstrap(sums, weights, 3).mean(0)).isEqualTo(once);
    assertThat(new Bootstrap(sums, weights, 4).mean(0)).isNotEqualTo(once);
  }

  /** Of 400 fair coins the mean is within 0.05 of its expectation 95 times in 100. */
  @Test
  void intervalsAreAsWideAsTheNormalApproximationSays() {
    double[][] sums = new double[400][1];
    double[] weights = new double[400];
    for (int i = 0; i < 400; i++) {
      sums[i][0] = i % 2;
      weights[i] = 1;
    }
    Estimate mean = new Bootstrap(sums, weights, 1).mean(0);
    assertThat(mean.low()).isCloseTo(0.5 - 1.96 * 0.025, within(0.01));
    assertThat(mean.high()).isCloseTo(0.5 + 1.96 * 0.025, within(0.01));
  }
}
