package dev.dolmen.trainer.learn;

/**
 * The last batch.
 *
 * @param loss mean loss of its next items, nats
 * @param gradientNorm norm of the dense gradients before the clip
 * @param learningRate of the dense parameters
 */
public record LearningFigures(double loss, double gradientNorm, double learningRate) {}
