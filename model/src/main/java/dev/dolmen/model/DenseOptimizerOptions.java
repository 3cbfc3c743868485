package dev.dolmen.model;

/**
 * How the dense parameters learn: AdamW with decoupled decay (Loshchilov and Hutter, "Decoupled
 * weight decay regularization", 2019) behind a clip on the global gradient norm.
 *
 * @param learningRate step size after the warm-up, above 0
 * @param beta1 decay of the first moment, 0 to below 1
 * @param beta2 decay of the second moment, 0 to below 1
 * @param epsilon added to the root of the second moment, above 0
 * @param weightDecay share of a matrix's weight that a step at full learning rate takes away, per
 *     unit of learning rate; 0 or more. Biases, norms and temperatures do not decay
 * @param gradientNormMax gradients are scaled down to this norm, over all dense parameters; 0 means
 *     never
 * @param warmUpSteps steps over which the learning rate rises linearly from 0; 0 or more
 */
public record DenseOptimizerOptions(
    float learningRate,
    float beta1,
    float beta2,
    float epsilon,
    float weightDecay,
    float gradientNormMax,
    int warmUpSteps) {
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
  }

  /** What the product runs with unless configured otherwise. */
  public static DenseOptimizerOptions defaults() {
    return new DenseOptimizerOptions(3e-3f, 0.9f, 0.99f, 1e-8f, 0.01f, 1f, 100);
  }

  private static void require(boolean holds, String field, float value, String expected) {
    if (!holds) {
      throw new IllegalArgumentException(
          "dense optimizer: " + field + " is " + value + ", expected " + expected);
    }
  }
}
