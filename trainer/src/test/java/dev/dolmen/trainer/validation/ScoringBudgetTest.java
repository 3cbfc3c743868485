package dev.dolmen.trainer.validation;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** A trainer whose batches of 200 predictions take 20 ms besides what scoring takes. */
class ScoringBudgetTest {
  private static final int PREDICTIONS = 200;
  private static final long LEARNING_NANOS = 20_000_000;

  private long scoredNanos;
  private long workedNanos;
  private long scored;

  private void batches(ScoringBudget budget, int batches, long nanosEach) {
    for (int i = 0; i < batches; i++) {
      int n = (int) (budget.chance(PREDICTIONS) * PREDICTIONS);
      long scoring = n * nanosEach;
      budget.scored(n, scoring);
      budget.worked(LEARNING_NANOS + scoring);
      scored += n;
      scoredNanos += scoring;
      workedNanos += LEARNING_NANOS + scoring;
    }
  }

  @Test
  void takesAShareOfTheTimeHoweverLongAPredictionTakes() {
    for (long nanosEach : new long[] {20_000, 400_000, 4_000_000}) {
      scored = 0;
      scoredNanos = 0;
      workedNanos = 0;
      ScoringBudget budget = new ScoringBudget(0.1);
      batches(budget, 2_000, nanosEach);
      assertThat((double) scoredNanos / workedNanos).as("of " + nanosEach).isBetween(0.08, 0.103);
      assertThat(scored).isPositive();
    }
  }

  @Test
  void followsACatalogThatGrows() {
    ScoringBudget budget = new ScoringBudget(0.1);
    batches(budget, 500, 5_000);
    assertThat(scored).as("all fit").isGreaterThan(490 * PREDICTIONS);
    scored = 0;
    scoredNanos = 0;
    workedNanos = 0;
    batches(budget, 500, 500_000);
    assertThat((double) scoredNanos / workedNanos).isBetween(0.08, 0.115);
  }

  /** What is computed for scoring alone is left out of most batches. */
  @Test
  void scoresManyPredictionsOfABatchOrNone() {
    ScoringBudget budget = new ScoringBudget(0.1);
    batches(budget, 100, 400_000);
    int some = 0;
    for (int batch = 0; batch < 1_000; batch++) {
      double chance = budget.chance(PREDICTIONS);
      some += chance > 0 ? 1 : 0;
      assertThat(chance == 0 || chance * PREDICTIONS > 60).as("chance " + chance).isTrue();
      batches(budget, 1, 400_000);
    }
    assertThat(some).isBetween(30, 120);
    assertThat((double) scoredNanos / workedNanos).isBetween(0.08, 0.103);
  }

  @Test
  void theEndsOfItsRange() {
    ScoringBudget all = ScoringBudget.unbounded();
    all.scored(PREDICTIONS, 1_000_000_000);
    assertThat(all.chance(PREDICTIONS)).isEqualTo(1);
    ScoringBudget none = new ScoringBudget(0);
    none.worked(1_000_000_000);
    assertThat(none.chance(PREDICTIONS)).isZero();
    // A clock that is set back takes nothing away.
    ScoringBudget back = new ScoringBudget(0.5);
    back.worked(-1_000_000_000);
    assertThat(back.chance(16)).isEqualTo(1);
  }
}
