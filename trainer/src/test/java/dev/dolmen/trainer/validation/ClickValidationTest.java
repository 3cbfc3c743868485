package dev.dolmen.trainer.validation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClickValidationTest {
  private final SplittableRandom random = new SplittableRandom(5);

  /** 1% to 41%, by a square so that small ones are more frequent. */
  private float chance() {
    double u = random.nextDouble();
    return (float) (0.01 + 0.4 * u * u);
  }

  /** Chances that are right, scored from a share of what was not clicked. */
  @ParameterizedTest
  @ValueSource(doubles = {1, 0.1})
  void rightChancesAreCalibratedWhateverIsSampled(double rate) {
    ClickValidation validation = new ClickValidation(rate);
    double sum = 0;
    int n = 200_000;
    for (int i = 0; i < n; i++) {
      float p = chance();
      sum += p;
      boolean clicked = random.nextDouble() < p;
      if (clicked || random.nextDouble() < rate) {
        validation.add(p, clicked);
      }
    }
    validation.publishFigures();
    ClickFigures figures = validation.total();
    assertThat(figures.calibrationError()).isLessThan(0.01);
    assertThat(figures.shown()).isCloseTo(n, within(0.02 * n));
    assertThat(figures.meanChance()).isCloseTo(sum / n, within(0.003));
    assertThat(figures.clickRate()).isCloseTo(sum / n, within(0.003));
    assertThat(figures.curve()).hasSizeBetween(15, ClickHistogram.BINS);
    for (ClickFigures.Bin bin : figures.curve()) {
      assertThat(bin.shown()).isCloseTo(n / 20.0, within(0.5 * n / 20));
    }
  }

  @Test
  void wrongChancesAreNot() {
    ClickValidation validation = new ClickValidation(1);
    for (int i = 0; i < 50_000; i++) {
      float p = chance();
      validation.add(p + 0.1f, random.nextDouble() < p);
    }
    validation.publishFigures();
    assertThat(validation.total().calibrationError()).isCloseTo(0.1, within(0.01));
  }

  @Test
  void figuresAreThoseOfTheDefinition() {
    ClickHistogram histogram = new ClickHistogram();
    float[] chances = {0.1f, 0.3f, 0.3f, 0.6f};
    boolean[] clicked = {false, true, false, true};
    double[] weights = {4, 1, 4, 1};
    double logLoss = 0;
    for (int i = 0; i < chances.length; i++) {
      histogram.add(chances[i], clicked[i], weights[i]);
      logLoss -= weights[i] * Math.log(clicked[i] ? chances[i] : 1 - chances[i]);
    }
    ClickFigures figures = histogram.figures();
    assertThat(figures.scored()).isEqualTo(4);
    assertThat(figures.clicks()).isEqualTo(2);
    assertThat(figures.shown()).isEqualTo(10);
    assertThat(figures.clickRate()).isCloseTo(0.2, within(1e-9));
    assertThat(figures.meanChance()).isCloseTo((0.4 + 0.3 + 1.2 + 0.6) / 10, within(1e-6));
    assertThat(figures.logLoss()).isCloseTo(logLoss / 10, within(1e-6));
    // Of 2 · 8 pairs the click at 0.3 wins four and ties four, the one at 0.6 wins all.
    assertThat(figures.auc()).isCloseTo((4 + 2 + 8) / 16.0, within(1e-9));
    assertThat(figures.curve()).hasSize(3);
    assertThat(figures.calibrationError())
        .isCloseTo((4 * 0.1 + 5 * Math.abs(0.3 - 0.2) + 0.4) / 10, within(1e-6));
  }

  @Test
  void nothingScoredHasNoFigures() {
    ClickValidation validation = new ClickValidation(1);
    validation.publishFigures();
    assertThat(validation.total()).isEqualTo(ClickFigures.NONE);
    validation.add(Float.NaN, true);
    validation.publishFigures();
    assertThat(validation.total()).isEqualTo(ClickFigures.NONE);
  }

  @Test
  void extremeChancesHaveFiniteFigures() {
    ClickHistogram histogram = new ClickHistogram();
    histogram.add(0, true, 1);
    histogram.add(1, false, 1);
    assertThat(histogram.figures().logLoss()).isFinite();
    assertThat(histogram.figures().auc()).isZero();
  }

  @Test
  void figuresOfLateForget() {
    ClickValidation validation = new ClickValidation(1);
    for (int i = 0; i < 2 * ClickValidation.PANE; i++) {
      validation.add(0.5f, true);
    }
    for (int i = 0; i < 2 * ClickValidation.PANE; i++) {
      validation.add(0.5f, false);
    }
    validation.publishFigures();
    assertThat(validation.recent().clickRate()).isZero();
    assertThat(validation.total().clickRate()).isCloseTo(0.5, within(1e-9));
  }

  @Test
  void totalsSurviveWritingAndReading() throws IOException {
    ClickValidation validation = new ClickValidation(0.5);
    validation.add(0.2f, true);
    validation.add(0.3f, false);
    validation.publishFigures();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    validation.writeTo(new DataOutputStream(out));
    ClickValidation read = new ClickValidation(0.5);
    read.readFrom(new DataInputStream(new ByteArrayInputStream(out.toByteArray())));
    assertThat(read.total()).isEqualTo(validation.total());
    assertThat(read.total().scored()).isEqualTo(2);
  }
}
