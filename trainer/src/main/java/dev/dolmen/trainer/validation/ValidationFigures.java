package dev.dolmen.trainer.validation;

/**
 * Progressive validation: means over next-item predictions, each scored against the whole catalogue
 * before it was learned.
 *
 * @param predictions predictions scored
 * @param model ranks by the model
 * @param popularity ranks of the same predictions by the most clicked items of late
 * @param neighbors ranks of the same by items visited together with the session's last ones
 * @param loss mean training loss, nats
 */
public record ValidationFigures(
    long predictions, Ranking model, Ranking popularity, Ranking neighbors, double loss) {
  /**
   * Means over ranks, fractions of 1.
   *
   * @param recallAt20 share whose item was among the 20 best
   * @param mrrAt20 mean reciprocal rank, 0 beyond 20
   * @param ndcgAt20 mean of {@code 1 / log2(1 + rank)}, 0 beyond 20
   */
  public record Ranking(double recallAt20, double mrrAt20, double ndcgAt20) {}

  /** The model's Recall@20. */
  public double recallAt20() {
    return model.recallAt20;
  }

  /** The model's MRR@20. */
  public double mrrAt20() {
    return model.mrrAt20;
  }

  /** The model's NDCG@20. */
  public double ndcgAt20() {
    return model.ndcgAt20;
  }

  /** Recall@20 of the most clicked items. */
  public double popularityRecallAt20() {
    return popularity.recallAt20;
  }
}
