package dev.dolmen.trainer.validation;

import dev.dolmen.model.item.ScoreBonuses;

/**
 * The predictions of a batch, of which some are to be scored.
 *
 * @param eventTimeMs event time of the batch
 * @param sessionVectors row-major [predictions, D]
 * @param targetItems catalogue index of each prediction's item
 * @param neighborRanks rank of each prediction's item by neighbours, of those that are scored
 * @param bonuses what is added to scores, per prediction that is scored; nothing of the others
 */
@SuppressWarnings("ArrayRecordComponent") // Arrays that are reused from batch to batch.
public record ScoredBatch(
    long eventTimeMs,
    float[] sessionVectors,
    int[] targetItems,
    int[] neighborRanks,
    ScoreBonuses bonuses) {}
