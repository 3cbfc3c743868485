package dev.dolmen.loadtest.generator;

import dev.dolmen.v1.ValidationStatus;

/**
 * Sums of progressive validation over predictions, so that the figures of a span are the difference
 * of two statuses.
 */
public record ValidationTotals(
    long predictions,
    double recallSum,
    double mrrSum,
    double popularityRecallSum,
    double popularityMrrSum) {
  /** No predictions. */
  public static final ValidationTotals ZERO = new ValidationTotals(0, 0, 0, 0, 0);

  /** The sums behind a server's means. */
  public static ValidationTotals of(ValidationStatus means) {
    long n = means.getPredictions();
    return new ValidationTotals(
        n,
        n * means.getRecallAt20(),
        n * means.getMrrAt20(),
        n * means.getPopularityRecallAt20(),
        n * means.getPopularityMrrAt20());
  }

  /** What came after {@code earlier}. */
  public ValidationTotals minus(ValidationTotals earlier) {
    return new ValidationTotals(
        predictions - earlier.predictions,
        recallSum - earlier.recallSum,
        mrrSum - earlier.mrrSum,
        popularityRecallSum - earlier.popularityRecallSum,
        popularityMrrSum - earlier.popularityMrrSum);
  }

  /** Recall@20, fraction of 1; 0 without predictions. */
  public double recall() {
    return mean(recallSum);
  }

  /** MRR@20, fraction of 1; 0 without predictions. */
  public double mrr() {
    return mean(mrrSum);
  }

  /** Recall@20 of the most clicked items; 0 without predictions. */
  public double popularityRecall() {
    return mean(popularityRecallSum);
  }

  /** MRR@20 of the most clicked items; 0 without predictions. */
  public double popularityMrr() {
    return mean(popularityMrrSum);
  }

  /** Differences of sums may miss 0 and 1 by a rounding error. */
  private double mean(double sum) {
    return predictions <= 0 ? 0 : Math.clamp(sum / predictions, 0, 1);
  }
}
