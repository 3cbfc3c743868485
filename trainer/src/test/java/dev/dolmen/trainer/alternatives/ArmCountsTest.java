package dev.dolmen.trainer.alternatives;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.dolmen.trainer.impressions.ImpressionObserver;
import dev.dolmen.v1.Impression;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ArmCountsTest {
  private static ExperimentOptions experiment(String name) {
    return new ExperimentOptions(
        name,
        List.of(
            new Arm("control", 0.5, RankerKind.DOLMEN), new Arm("other", 0.5, RankerKind.BLEND)));
  }

  private static Impression impression(String experiment, String arm, int bucket) {
    return Impression.newBuilder()
        .setExperiment(experiment)
        .setArm(arm)
        .setExperimentBucket(bucket)
        .build();
  }

  @Test
  void impressionsOfOtherExperimentsAndArmsAreOfNoInterest() {
    ArmCounts counts = new ArmCounts(experiment("e"));
    assertThat(counts.tag(impression("e", "other", 63))).isEqualTo(127);
    assertThat(counts.tag(impression("e", "gone", 0))).isEqualTo(ImpressionObserver.NO_TAG);
    assertThat(counts.tag(impression("f", "other", 0))).isEqualTo(ImpressionObserver.NO_TAG);
    assertThat(counts.tag(Impression.getDefaultInstance())).isEqualTo(ImpressionObserver.NO_TAG);
    assertThat(counts.figures()).allMatch(f -> f.answers() == 0 && f.clickRateMargin() == 0);
  }

  /**
   * Visits with a taste of their own, ten answers each: a click is likely in all of one or none.
   */
  private static ArmCounts simulate(long seed, int visits, double[] rates) {
    ExperimentOptions experiment = experiment("e");
    ArmCounts counts = new ArmCounts(experiment);
    SplittableRandom random = new SplittableRandom(seed);
    for (int v = 0; v < visits; v++) {
      long unit = experiment.unit(seed + "/" + v);
      int arm = experiment.arm(unit);
      String name = experiment.arms().get(arm).name();
      int tag = counts.tag(impression("e", name, ExperimentOptions.bucket(unit)));
      double taste = random.nextBoolean() ? 1.8 * rates[arm] : 0.2 * rates[arm];
      for (int answer = 0; answer < 10; answer++) {
        counts.shown(tag);
        if (random.nextDouble() < taste) {
          counts.clicked(tag, true);
          if (random.nextBoolean()) {
            counts.clicked(tag, false);
          }
        }
      }
    }
    return counts;
  }

  @Test
  void intervalsHoldTheTruthAsOftenAsTheySay() {
    double[] rates = {0.4, 0.4};
    int rateHeld = 0;
    int differenceHeld = 0;
    int runs = 400;
    double margin = 0;
    for (int run = 0; run < runs; run++) {
      ArmFigures other = simulate(run, 2_000, rates).figures().get(1);
      rateHeld += Math.abs(other.clickRate() - 0.4) <= other.clickRateMargin() ? 1 : 0;
      differenceHeld += Math.abs(other.toFirst()) <= other.toFirstMargin() ? 1 : 0;
      margin += other.clickRateMargin() / runs;
    }
    assertThat(rateHeld).isBetween(runs * 92 / 100, runs * 98 / 100);
    assertThat(differenceHeld).isBetween(runs * 92 / 100, runs * 98 / 100);
    // Answers taken for independent would give an interval that is much too narrow.
    assertThat(margin).isGreaterThan(1.7 * 1.96 * Math.sqrt(0.4 * 0.6 / 10_000));
  }

  @Test
  void aDifferenceIsSeen() {
    List<ArmFigures> figures = simulate(1, 5_000, new double[] {0.4, 0.3}).figures();
    assertThat(figures.get(0).toFirst()).isZero();
    assertThat(figures.get(0).toFirstMargin()).isZero();
    assertThat(figures.get(1).toFirst()).isCloseTo(-0.1, within(0.03));
    assertThat(figures.get(1).toFirst() + figures.get(1).toFirstMargin()).isNegative();
    assertThat(figures.get(1).clicks()).isGreaterThan(figures.get(1).clickedAnswers());
  }

  @Test
  void countsGoOnInTheSameExperimentOnly() throws IOException {
    ArmCounts counts = simulate(1, 500, new double[] {0.4, 0.3});
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    counts.copy().writeTo(new DataOutputStream(bytes));
    ArmCounts same = new ArmCounts(experiment("e"));
    same.readFrom(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
    assertThat(same.figures()).isEqualTo(counts.figures());
    ArmCounts another = new ArmCounts(experiment("f"));
    another.readFrom(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
    assertThat(another.figures()).allMatch(figures -> figures.answers() == 0);
  }
}
