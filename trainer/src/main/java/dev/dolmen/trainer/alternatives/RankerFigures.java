package dev.dolmen.trainer.alternatives;

import dev.dolmen.trainer.validation.RankingFigures;

/**
 * How a baseline that is kept up does.
 *
 * @param kind which
 * @param clicks learned since the process started, those of the kept log included
 * @param ranking of the clicks that it predicted before they were learned, since then
 * @param memoryBytes of what it remembers, to a tenth or so
 */
public record RankerFigures(
    RankerKind kind, long clicks, RankingFigures ranking, long memoryBytes) {}
