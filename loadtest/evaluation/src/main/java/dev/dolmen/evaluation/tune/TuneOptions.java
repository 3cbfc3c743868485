package dev.dolmen.evaluation.tune;

import dev.dolmen.trainer.validation.RankMetric;

/**
 * How a search is made.
 *
 * @param ladder how many settings are tried on how much
 * @param metric of which more is better
 * @param seed of the settings that are drawn
 * @param intervalSeed of the intervals of confidence
 * @param explain whether each change of the best settings is taken back by itself
 */
record TuneOptions(
    Ladder ladder, RankMetric metric, long seed, long intervalSeed, boolean explain) {}
