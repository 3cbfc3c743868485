package dev.dolmen.evaluation.metric;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class EstimateTest {
  @Test
  void aDifferenceHasItsSignsAndAsManyDecimalsAsAreAskedFor() {
    Estimate by = new Estimate(-0.00123, -0.00345, 0.00099);
    assertThat(by.points(2)).isEqualTo("-0.12 [-0.35, +0.10]");
    assertThat(by.points(3)).isEqualTo("-0.123 [-0.345, +0.099]");
  }

  @Test
  void aShareIsInPercent() {
    assertThat(new Estimate(0.5, 0.25, 1).percent()).isEqualTo("50.00 [25.00, 100.00]");
    assertThat(Percent.of(0.12345)).isEqualTo("12.35%");
  }
}
