package dev.dolmen.model.data;

import java.util.function.UnaryOperator;

/**
 * How the dense parameters learn: AdamW with decoupled decay (Loshchilov and Hutter, "Decoupled
 * weight decay regularization", 2019) behind a clip on the global gradient norm.
 *
 * @param learningRate step size after the warm-up and before the decay, for a full batch; above 0
 * @param beta1 decay of the first moment, 0 to below 1
 * @param beta2 decay of the second moment, 0 to below 1
 * @param epsilon added to the root of the second moment, above 0
 * @param weightDecay share of a matrix's weight that a step at full learning rate takes away, per
 *     unit of learning rate; 0 or more. Biases, norms and temperatures do not decay
 * @param gradientNormMax gradients are scaled down to this norm, over all dense parameters; 0 means
 *     never
 * @param warmUpSteps steps over which the learning rate rises linearly from 0; 0 or more
 * @param decaySteps full batches after which the learning rate falls with the square root of those
 *     learned (Vaswani et al., "Attention is all you need", 2017, section 5.3), until {@link
 *     #LEAST_RATE} of it is left, as what is streamed never ends; 0 for a rate that stays
 * @param fullBatch predictions of a full batch. A step on fewer goes with the square root of their
 *     share: AdamW's steps are as long however many predictions they rest on, so their noise would
 *     add up (Malladi et al., "On the SDEs and scaling rules for adaptive gradient algorithms",
 *     2022, definition 1.2); 0 for steps that are all alike
 */
public record DenseOptimizerOptions(
    float learningRate,
    float beta1,
    float beta2,
    float epsilon,
    float weightDecay,
    float gradientNormMax,
    int warmUpSteps,
    int decaySteps,
    int fullBatch) {
  /** Share of the learning rate at which the decay ends. */
  public static final double LEAST_RATE = 1 / 3.0;

  public DenseOptimizerOptions {
    require(learningRate > 0 && Float.isFinite(learningRate), "learningRate", learningRate, "> 0");
    require(beta1 >= 0 && beta1 < 1, "beta1", beta1, "0 to below 1");
    require(beta2 >= 0 && beta2 < 1, "beta2", beta2, "0 to below 1");
    require(epsilon > 0 && Float.isFinite(epsilon), "epsilon", epsilon, "> 0");
    require(weightDecay >= 0 && Float.isFinite(weightDecay), "weightDecay", weightDecay, ">= 0");
    require(
        gradientNormMax >= 0 && Float.isFinite(gradientNormMax),
        "gradientNormMax",
        gradientNormMax,
        ">= 0");
    require(warmUpSteps >= 0, "warmUpSteps", warmUpSteps, ">= 0");
    require(decaySteps >= 0, "decaySteps", decaySteps, ">= 0");
    require(fullBatch >= 0, "fullBatch", fullBatch, ">= 0");
  }

  /** What the product runs with unless configured otherwise. */
  public static DenseOptimizerOptions defaults() {
    return new Builder().build();
  }

  /** This, with some changes. */
  public DenseOptimizerOptions with(UnaryOperator<Builder> changes) {
    return changes.apply(new Builder(this)).build();
  }

  /**
   * The learning rate of a step.
   *
   * @param step its number, from 1
   * @param learned full batches before it: the sum of {@link #share}
   * @param predictions that it rests on
   */
  public double learningRate(long step, double learned, double predictions) {
    double warm = Math.min(1, step / (warmUpSteps + 1.0));
    double decayed =
        decaySteps > 0 && learned > decaySteps
            ? Math.max(LEAST_RATE, Math.sqrt(decaySteps / learned))
            : 1;
    return learningRate * warm * decayed * Math.sqrt(share(predictions));
  }

  /** What share of a full batch so many predictions are, at most 1. */
  public double share(double predictions) {
    return fullBatch > 0 ? Math.min(1, predictions / fullBatch) : 1;
  }

  private static void require(boolean holds, String field, float value, String expected) {
    if (!holds) {
      throw new IllegalArgumentException(
          "dense optimizer: " + field + " is " + value + ", expected " + expected);
    }
  }

  /** Changes, beginning with the defaults; each method sets what is called so. */
  public static final class Builder {
    private float learningRate = 3e-3f;
    private float beta1 = 0.9f;
    private float beta2 = 0.99f;
    private float epsilon = 1e-8f;
    private float weightDecay = 0.01f;
    private float gradientNormMax = 1f;
    private int warmUpSteps = 100;
    private int decaySteps = 500;
    private int fullBatch = 128;

    private Builder() {}

    private Builder(DenseOptimizerOptions from) {
      learningRate = from.learningRate;
      beta1 = from.beta1;
      beta2 = from.beta2;
      epsilon = from.epsilon;
      weightDecay = from.weightDecay;
      gradientNormMax = from.gradientNormMax;
      warmUpSteps = from.warmUpSteps;
      decaySteps = from.decaySteps;
      fullBatch = from.fullBatch;
    }

    public Builder learningRate(float value) {
      learningRate = value;
      return this;
    }

    public Builder beta1(float value) {
      beta1 = value;
      return this;
    }

    public Builder beta2(float value) {
      beta2 = value;
      return this;
    }

    public Builder epsilon(float value) {
      epsilon = value;
      return this;
    }

    public Builder weightDecay(float value) {
      weightDecay = value;
      return this;
    }

    public Builder gradientNormMax(float value) {
      gradientNormMax = value;
      return this;
    }

    public Builder warmUpSteps(int value) {
      warmUpSteps = value;
      return this;
    }

    public Builder decaySteps(int value) {
      decaySteps = value;
      return this;
    }

    public Builder fullBatch(int value) {
      fullBatch = value;
      return this;
    }

    private DenseOptimizerOptions build() {
      return new DenseOptimizerOptions(
          learningRate,
          beta1,
          beta2,
          epsilon,
          weightDecay,
          gradientNormMax,
          warmUpSteps,
          decaySteps,
          fullBatch);
    }
  }
}
