package dev.dolmen.trainer.validation;

import dev.dolmen.model.item.ScoreBonuses;

/**
 * The predictions of a batch that are to be scored.
 *
 * @param number of the batch, which chooses the predictions that are scored
 * @param eventTimeMs event time of the batch
 * @param sessionVectors row-major [predictions, D]
 * @param targetItems catalogue index of each prediction's item
 * @param neighborRanks rank of each prediction's item by neighbours
 * @param bonuses what is added to scores, per prediction
 */
@SuppressWarnings("ArrayRecordComponent") // Arrays that are reused from batch to batch.
public record ScoredBatch(
    long number,
    long eventTimeMs,
    float[] sessionVectors,
    int[] targetItems,
    int[] neighborRanks,
    ScoreBonuses bonuses) {}
