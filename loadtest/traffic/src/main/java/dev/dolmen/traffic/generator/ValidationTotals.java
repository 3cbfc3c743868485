package dev.dolmen.traffic.generator;

import dev.dolmen.server.cli.terminal.JsonReport;
import dev.dolmen.v1.ValidationStatus;

/**
 * Sums of progressive validation over predictions, so that the figures of a span are the difference
 * of two statuses.
 */
public record ValidationTotals(
    long predictions,
    double recallSum,
    double mrrSum,
    double ndcgSum,
    double popularityRecallSum,
    double popularityMrrSum,
    double neighborsRecallSum,
    double neighborsMrrSum) {
  /** No predictions. */
  public static final ValidationTotals ZERO = new ValidationTotals(0, 0, 0, 0, 0, 0, 0, 0);

  /** The sums behind a server's means. */
  public static ValidationTotals of(ValidationStatus means) {
    long n = means.getModel().getPredictions();
    return new ValidationTotals(
        n,
        n * means.getModel().getRecallAt20(),
        n * means.getModel().getMrrAt20(),
        n * means.getModel().getNdcgAt20(),
        n * means.getPopularity().getRecallAt20(),
        n * means.getPopularity().getMrrAt20(),
        n * means.getNeighbors().getRecallAt20(),
        n * means.getNeighbors().getMrrAt20());
  }

  /** What came after {@code earlier}. */
  public ValidationTotals minus(ValidationTotals earlier) {
    return new ValidationTotals(
        predictions - earlier.predictions,
        recallSum - earlier.recallSum,
        mrrSum - earlier.mrrSum,
        ndcgSum - earlier.ndcgSum,
        popularityRecallSum - earlier.popularityRecallSum,
        popularityMrrSum - earlier.popularityMrrSum,
        neighborsRecallSum - earlier.neighborsRecallSum,
        neighborsMrrSum - earlier.neighborsMrrSum);
  }

  /** Recall@20, fraction of 1; 0 without predictions. */
  public double recall() {
    return mean(recallSum);
  }

  /** MRR@20, fraction of 1; 0 without predictions. */
  public double mrr() {
    return mean(mrrSum);
  }

  /** NDCG@20, fraction of 1; 0 without predictions. */
  public double ndcg() {
    return mean(ndcgSum);
  }

  /** Recall@20 of the items visited together with the session's; 0 without predictions. */
  public double neighborsRecall() {
    return mean(neighborsRecallSum);
  }

  /** MRR@20 of the items visited together with the session's; 0 without predictions. */
  public double neighborsMrr() {
    return mean(neighborsMrrSum);
  }

  /** Recall@20 of the most clicked items; 0 without predictions. */
  public double popularityRecall() {
    return mean(popularityRecallSum);
  }

  /** MRR@20 of the most clicked items; 0 without predictions. */
  public double popularityMrr() {
    return mean(popularityMrrSum);
  }

  /** All figures. */
  public JsonReport json() {
    return new JsonReport()
        .put("predictions", predictions)
        .put("recall@20", recall())
        .put("mrr@20", mrr())
        .put("ndcg@20", ndcg())
        .put("popularity_recall@20", popularityRecall())
        .put("popularity_mrr@20", popularityMrr())
        .put("neighbors_recall@20", neighborsRecall())
        .put("neighbors_mrr@20", neighborsMrr());
  }

  /** Differences of sums may miss 0 and 1 by a rounding error. */
  private double mean(double sum) {
    return predictions <= 0 ? 0 : Math.clamp(sum / predictions, 0, 1);
  }
}
