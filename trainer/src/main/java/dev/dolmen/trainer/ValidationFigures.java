package dev.dolmen.trainer;

/**
 * Progressive validation: means over next-item predictions, each scored against the whole catalogue
 * before it was learned. Fractions of 1.
 *
 * @param predictions predictions scored
 * @param recallAt20 share whose item was among the 20 best
 * @param mrrAt20 mean reciprocal rank, 0 beyond 20
 * @param ndcgAt20 mean of {@code 1 / log2(1 + rank)}, 0 beyond 20
 * @param popularityRecallAt20 the same predictions by the most clicked items of late
 * @param popularityMrrAt20 the same predictions by the most clicked items of late
 * @param loss mean training loss, nats
 */
public record ValidationFigures(
    long predictions,
    double recallAt20,
    double mrrAt20,
    double ndcgAt20,
    double popularityRecallAt20,
    double popularityMrrAt20,
    double loss) {}
