package dev.dolmen.trainer.learn;

import dev.dolmen.model.ServingModel;

/**
 * The model as it is visible to requests.
 *
 * @param model the dense parameters
 * @param modelVersion batches learned
 * @param learnedLogOffset every feedback event up to this is learned and its session extended
 * @param eventTimeSec newest event time: how old items are goes by it
 */
public record Published(
    ServingModel model, long modelVersion, long learnedLogOffset, long eventTimeSec) {}
