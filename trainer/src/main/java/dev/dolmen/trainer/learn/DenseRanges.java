package dev.dolmen.trainer.learn;

import dev.dolmen.model.data.DenseOptimizerOptions;
import dev.dolmen.parameterstore.range.NumberRange;
import dev.dolmen.parameterstore.range.WholeRange;

/**
 * What can be configured of {@link DenseOptimizerOptions}, by the names of its components. They
 * stand here because {@code model} depends on nothing; what it refuses itself is only what its
 * arithmetic cannot do.
 */
public final class DenseRanges {
  public static final NumberRange LEARNING_RATE = NumberRange.of(1e-9, 10);
  public static final NumberRange BETA = NumberRange.of(0, 0.999999);
  public static final NumberRange EPSILON = NumberRange.of(1e-20, 1);
  public static final NumberRange WEIGHT_DECAY = NumberRange.of(0, 100);
  public static final NumberRange GRADIENT_NORM_MAX = NumberRange.of(0, 1e9);
  public static final WholeRange WARM_UP_STEPS = WholeRange.of(0, 100_000_000);
  public static final WholeRange DECAY_STEPS = WholeRange.of(0, 100_000_000);
  public static final WholeRange FULL_BATCH = WholeRange.of(0, 65_536);

  private DenseRanges() {}

  /**
   * @throws IllegalArgumentException naming field, value and range
   */
  static void check(DenseOptimizerOptions options) {
    LEARNING_RATE.check("model.optimizer.learningRate", options.learningRate());
    BETA.check("model.optimizer.beta1", options.beta1());
    BETA.check("model.optimizer.beta2", options.beta2());
    EPSILON.check("model.optimizer.epsilon", options.epsilon());
    WEIGHT_DECAY.check("model.optimizer.weightDecay", options.weightDecay());
    GRADIENT_NORM_MAX.check("model.optimizer.gradientNormMax", options.gradientNormMax());
    WARM_UP_STEPS.check("model.optimizer.warmUpSteps", options.warmUpSteps());
    DECAY_STEPS.check("model.optimizer.decaySteps", options.decaySteps());
    FULL_BATCH.check("model.optimizer.fullBatch", options.fullBatch());
  }
}
