package dev.dolmen.evaluation.model;

import java.util.List;

/**
 * How models are learned and compared.
 *
 * @param models in the order of tables
 * @param passes of the product over the history
 * @param networkPasses of other networks
 * @param seeds runs of a model that depends on a seed: seeds from that of the configuration on
 * @param intervalSeed of the intervals of confidence
 */
public record EvalOptions(
    List<ModelKind> models, int passes, int networkPasses, int seeds, long intervalSeed) {}
