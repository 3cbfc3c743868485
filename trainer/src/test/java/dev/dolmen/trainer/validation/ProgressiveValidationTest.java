package dev.dolmen.trainer.validation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.dolmen.model.item.ItemVectors;
import dev.dolmen.model.item.ScoreBonuses;
import dev.dolmen.trainer.signals.ClickCounts;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class ProgressiveValidationTest {
  private static final int WIDTH = 8;
  private static final int ITEMS = 100;

  private final ItemVectors vectors = new ItemVectors(WIDTH);
  private final ClickCounts clicks = new ClickCounts(1_000_000, true, () -> 1);

  /** Item i scores -i for the query, so that it ranks i + 1. */
  ProgressiveValidationTest() {
    for (int i = 0; i < ITEMS; i++) {
      float[] vector = new float[WIDTH];
      vector[0] = -i;
      vectors.put(i, vector, 0);
    }
  }

  private static float[] queries(int n) {
    float[] queries = new float[n * WIDTH];
    for (int i = 0; i < n; i++) {
      queries[i * WIDTH] = 1;
    }
    return queries;
  }

  private static ScoreBonuses bonuses(int n) {
    ScoreBonuses bonuses = new ScoreBonuses();
    for (int i = 0; i < n; i++) {
      bonuses.nextQuery();
    }
    return bonuses;
  }

  private static ProgressiveValidation validation(int window, double share) {
    return new ProgressiveValidation(window, share, new ClickValidation(0.5));
  }

  private static ScoredBatch batch(int[] targets, ScoreBonuses bonuses) {
    int n = targets.length;
    return new ScoredBatch(0, queries(n), targets, new int[n], bonuses);
  }

  private void score(
      ProgressiveValidation validation, long number, ScoredBatch batch, ClickCounts counts) {
    validation.choice().choose(number, batch.targetItems().length);
    validation.score(batch, vectors, counts);
    validation.publishFigures();
  }

  private void score(ProgressiveValidation validation, int... targets) {
    score(validation, 1, batch(targets, bonuses(targets.length)), clicks);
  }

  @Test
  void meansAreOverRanks() {
    ProgressiveValidation validation = validation(100, 1);
    score(validation, 0, 1, 19, 20);
    assertThat(validation.total().predictions()).isEqualTo(4);
    assertThat(validation.total().model().recallAt20()).isEqualTo(0.75);
    assertThat(validation.total().model().mrrAt20()).isCloseTo((1 + 0.5 + 0.05) / 4, within(1e-12));
    double ndcg = (1 + Math.log(2) / Math.log(3) + Math.log(2) / Math.log(21)) / 4;
    assertThat(validation.total().model().ndcgAt20()).isCloseTo(ndcg, within(1e-12));
  }

  @Test
  void theWindowForgetsAndTheTotalDoesNot() {
    ProgressiveValidation validation = validation(2, 1);
    score(validation, 50, 50, 50, 0, 0);
    assertThat(validation.window().model().recallAt20()).isEqualTo(1);
    assertThat(validation.window().predictions()).isEqualTo(2);
    assertThat(validation.total().model().recallAt20()).isEqualTo(0.4);
  }

  @Test
  void theBaselineRanksByClicksWithTiesAgainstTheTarget() {
    ProgressiveValidation validation = validation(100, 1);
    ClickCounts ties = new ClickCounts(1_000_000_000, true, () -> 1);
    for (int i = 0; i < 30; i++) {
      ties.add(i);
    }
    score(validation, 1, batch(new int[] {29}, bonuses(1)), ties);
    score(validation, 1, batch(new int[] {3}, bonuses(1)), ties);
    // Later clicks weigh a trace more, so the last clicked is first and the fourth far behind.
    assertThat(validation.total().popularity().recallAt20()).isEqualTo(0.5);
    assertThat(validation.total().popularity().mrrAt20()).isEqualTo(0.5);

    ProgressiveValidation unclicked = validation(100, 1);
    score(unclicked, 1, batch(new int[] {60}, bonuses(1)), ties);
    assertThat(unclicked.total().popularity().recallAt20()).isZero();
  }

  @Test
  void scoresTheShareAskedFor() {
    ProgressiveValidation validation = validation(100, 0.25);
    int[] targets = new int[4_000];
    score(validation, 9, batch(targets, bonuses(4_000)), clicks);
    assertThat(validation.total().predictions()).isBetween(900L, 1_100L);
  }

  /** Item 40 ranks 41; with 38.5 more only items 0 and 1 are before it. */
  @Test
  void bonusesOfTheChosenPredictionsCount() {
    ProgressiveValidation validation = validation(100, 0.25);
    int[] targets = new int[4_000];
    ScoreBonuses bonuses = new ScoreBonuses();
    for (int i = 0; i < targets.length; i++) {
      targets[i] = 40;
      bonuses.nextQuery();
      bonuses.add(40, i % 2 == 0 ? 38.5f : 0);
      bonuses.endQuery();
    }
    score(validation, 9, batch(targets, bonuses), clicks);
    assertThat(validation.total().model().recallAt20()).isBetween(0.45, 0.55);
    assertThat(validation.total().model().mrrAt20())
        .isCloseTo(validation.total().model().recallAt20() / 3, within(1e-9));
  }

  @Test
  void anAbsentTargetIsAMiss() {
    ProgressiveValidation validation = validation(100, 1);
    score(validation, ITEMS + 5);
    assertThat(validation.total().model().recallAt20()).isZero();
  }

  @Test
  void neighboursAreABaselineToo() {
    ProgressiveValidation validation = validation(100, 1);
    int[] ranks = {1, 20, 21, Integer.MAX_VALUE};
    score(validation, 1, new ScoredBatch(0, queries(4), new int[4], ranks, bonuses(4)), clicks);
    assertThat(validation.total().neighbors().recallAt20()).isEqualTo(0.5);
    assertThat(validation.total().neighbors().mrrAt20()).isCloseTo(1.05 / 4, within(1e-12));
    assertThat(validation.window().neighbors()).isEqualTo(validation.total().neighbors());
  }

  @Test
  void slicesAreByAgeAndClicksOfTheItem() {
    ProgressiveValidation validation = validation(100, 1);
    long hour = 3_600_000;
    for (int i = 0; i < 50; i++) {
      clicks.add(0);
    }
    validation.clicked(0, 5 * hour);
    validation.clicked(0, 20 * hour);
    score(
        validation,
        1,
        new ScoredBatch(7 * hour, queries(2), new int[] {0, 60}, new int[2], bonuses(2)),
        clicks);
    assertThat(validation.slices())
        .extracting(s -> s.by() + ": " + s.slice())
        .containsExactly(
            "age: first click", "age: under 1 d", "popularity: under 1", "popularity: under 100");
    assertThat(validation.slices())
        .extracting(s -> s.figures().model().recallAt20())
        .containsExactly(0.0, 1.0, 0.0, 1.0);
    // Another item may get the index.
    validation.deleted(0);
    score(validation, 0);
    assertThat(validation.slices().getFirst().figures().predictions()).isEqualTo(2);
  }

  @Test
  void totalsSurviveWritingAndReading() throws IOException {
    ProgressiveValidation validation = validation(100, 1);
    score(validation, 0, 1, 50);
    validation.addLoss(2.5, 3);
    validation.publishFigures();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    validation.writeTo(new DataOutputStream(out));
    ProgressiveValidation read = validation(100, 1);
    read.readFrom(new DataInputStream(new ByteArrayInputStream(out.toByteArray())));
    assertThat(read.total()).isEqualTo(validation.total());
    assertThat(read.slices()).isEqualTo(validation.slices()).isNotEmpty();
    assertThat(read.total().loss()).isEqualTo(2.5);
    assertThat(read.window().predictions()).isZero();
  }

  @Test
  void freshnessPercentilesAreExactOverTheWindow() {
    FreshnessWindow window = new FreshnessWindow();
    assertThat(window.percentileMs(50)).isZero();
    for (int i = 1; i <= 100; i++) {
      window.add(i * 1_000L);
    }
    assertThat(window.percentileMs(50)).isEqualTo(50);
    assertThat(window.percentileMs(99)).isEqualTo(99);
    for (int i = 0; i < FreshnessWindow.EVENTS; i++) {
      window.add(7_000);
    }
    assertThat(window.percentileMs(99)).isEqualTo(7);
  }
}
