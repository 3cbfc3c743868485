package dev.dolmen.trainer.alternatives;

/**
 * How a baseline that is kept up does.
 *
 * @param kind which
 * @param clicks learned since the process started, those of the kept log included
 * @param predictions clicks that it predicted before they were learned, since then
 * @param recallAt20 share of these that were among its 20 best of the catalogue
 * @param mrrAt20 mean reciprocal rank, 0 beyond 20
 * @param ndcgAt20 mean of {@code 1 / log2(1 + rank)}, 0 beyond 20
 * @param memoryBytes of what it remembers, to a tenth or so
 */
public record RankerFigures(
    RankerKind kind,
    long clicks,
    long predictions,
    double recallAt20,
    double mrrAt20,
    double ndcgAt20,
    long memoryBytes) {}
