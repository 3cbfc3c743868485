package dev.dolmen.trainer.validation;

/**
 * How well something ranks the item that came next among the whole catalogue: means over
 * predictions, fractions of 1.
 *
 * @param predictions predictions ranked
 * @param recallAt20 share whose item was among the 20 best
 * @param mrrAt20 mean reciprocal rank, 0 beyond 20
 * @param ndcgAt20 mean of {@code 1 / log2(1 + rank)}, 0 beyond 20
 * @param recallInterval where {@code recallAt20} would be over all such predictions
 * @param mrrInterval the same of {@code mrrAt20}
 */
public record RankingFigures(
    long predictions,
    double recallAt20,
    double mrrAt20,
    double ndcgAt20,
    Interval recallInterval,
    Interval mrrInterval) {
  /**
   * In 95 of 100 cases, were predictions independent; those of one visit are not quite.
   *
   * @param low end of it
   * @param high end of it
   */
  public record Interval(double low, double high) {}
}
