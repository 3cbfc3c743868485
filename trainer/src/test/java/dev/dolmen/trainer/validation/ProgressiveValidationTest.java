package dev.dolmen.trainer.validation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.dolmen.model.item.ItemVectors;
import dev.dolmen.model.item.ScoreBonuses;
import dev.dolmen.trainer.batch.ClickCounts;
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
  private final ClickCounts clicks = new ClickCounts(1_000_000);

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

  private void score(ProgressiveValidation validation, int... targets) {
    validation.score(queries(targets.length), targets, bonuses(targets.length), vectors, clicks, 1);
    validation.publishFigures();
  }

  @Test
  void meansAreOverRanks() {
    ProgressiveValidation validation = new ProgressiveValidation(100, 1);
    score(validation, 0, 1, 19, 20);
    assertThat(validation.total().predictions()).isEqualTo(4);
    assertThat(validation.total().recallAt20()).isEqualTo(0.75);
    assertThat(validation.total().mrrAt20()).isCloseTo((1 + 0.5 + 0.05) / 4, within(1e-12));
    double ndcg = (1 + Math.log(2) / Math.log(3) + Math.log(2) / Math.log(21)) / 4;
    assertThat(validation.total().ndcgAt20()).isCloseTo(ndcg, within(1e-12));
  }

  @Test
  void theWindowForgetsAndTheTotalDoesNot() {
    ProgressiveValidation validation = new ProgressiveValidation(2, 1);
    score(validation, 50, 50, 50, 0, 0);
    assertThat(validation.window().recallAt20()).isEqualTo(1);
    assertThat(validation.window().predictions()).isEqualTo(2);
    assertThat(validation.total().recallAt20()).isEqualTo(0.4);
  }

  @Test
  void theBaselineRanksByClicksWithTiesAgainstTheTarget() {
    ProgressiveValidation validation = new ProgressiveValidation(100, 1);
    ClickCounts ties = new ClickCounts(1_000_000_000);
    for (int i = 0; i < 30; i++) {
      ties.add(i);
    }
    validation.score(queries(1), new int[] {29}, bonuses(1), vectors, ties, 1);
    validation.score(queries(1), new int[] {3}, bonuses(1), vectors, ties, 1);
    validation.publishFigures();
    // Later clicks weigh a trace more, so the last clicked is first and the fourth far behind.
    assertThat(validation.total().popularityRecallAt20()).isEqualTo(0.5);
    assertThat(validation.total().popularityMrrAt20()).isEqualTo(0.5);

    ProgressiveValidation unclicked = new ProgressiveValidation(100, 1);
    unclicked.score(queries(1), new int[] {60}, bonuses(1), vectors, ties, 1);
    unclicked.publishFigures();
    assertThat(unclicked.total().popularityRecallAt20()).isZero();
  }

  @Test
  void scoresTheShareAskedFor() {
    ProgressiveValidation validation = new ProgressiveValidation(100, 0.25);
    int[] targets = new int[4_000];
    validation.score(queries(4_000), targets, bonuses(4_000), vectors, clicks, 9);
    validation.publishFigures();
    assertThat(validation.total().predictions()).isBetween(900L, 1_100L);
  }

  /** Item 40 ranks 41; with 38.5 more only items 0 and 1 are before it. */
  @Test
  void bonusesOfTheChosenPredictionsCount() {
    ProgressiveValidation validation = new ProgressiveValidation(100, 0.25);
    int[] targets = new int[4_000];
    ScoreBonuses bonuses = new ScoreBonuses();
    for (int i = 0; i < targets.length; i++) {
      targets[i] = 40;
      bonuses.nextQuery();
      bonuses.add(40, i % 2 == 0 ? 38.5f : 0);
      bonuses.endQuery();
    }
    validation.score(queries(4_000), targets, bonuses, vectors, clicks, 9);
    validation.publishFigures();
    assertThat(validation.total().recallAt20()).isBetween(0.45, 0.55);
    assertThat(validation.total().mrrAt20())
        .isCloseTo(validation.total().recallAt20() / 3, within(1e-9));
  }

  @Test
  void anAbsentTargetIsAMiss() {
    ProgressiveValidation validation = new ProgressiveValidation(100, 1);
    score(validation, ITEMS + 5);
    assertThat(validation.total().recallAt20()).isZero();
  }

  @Test
  void totalsSurviveWritingAndReading() throws IOException {
    ProgressiveValidation validation = new ProgressiveValidation(100, 1);
    score(validation, 0, 1, 50);
    validation.addLoss(2.5, 3);
    validation.publishFigures();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    validation.writeTo(new DataOutputStream(out));
    ProgressiveValidation read = new ProgressiveValidation(100, 1);
    read.readFrom(new DataInputStream(new ByteArrayInputStream(out.toByteArray())));
    assertThat(read.total()).isEqualTo(validation.total());
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
