package dev.dolmen.parameterstore.optimizer;

import dev.dolmen.parameterstore.memory.NativeMemory;
import dev.dolmen.parameterstore.schema.SparseOptimizerOptions;

/**
 * The update rules of {@link ScalarRowOptimizer} on rows in off-heap memory, many lanes at a time,
 * with the same results bit for bit: every lane does the same operations in the same order, and
 * none is fused. What is left at a row's end after the last full vector is done by a single lane.
 */
public final class VectorRowOptimizer {
  private final SparseOptimizerOptions options;
  private final int dim;
  private final VectorRules rules;

  /**
   * @param dim weights of a row
   */
  public VectorRowOptimizer(SparseOptimizerOptions options, int dim) {
    this.options = options;
    this.dim = dim;
    rules = new VectorRules(options, dim);
  }

  /** Learning rate and decay are those of this step of the slot, counted from 1, from now on. */
  public void at(long step) {
    rules.at(step);
  }

  /**
   * One step on one row.
   *
   * @param weights address of [dim] floats, updated
   * @param state address of [{@link RowState#floats}] floats, updated
   * @param gradient [dim] from {@code offset} on; read only
   * @return false if the gradient is not finite: nothing was changed
   */
  public boolean step(long weights, long state, float[] gradient, int offset) {
    float sumOfSquares = GradientScale.sumOfSquares(gradient, offset, dim);
    if (!Float.isFinite(sumOfSquares)) {
      return false;
    }
    step(weights, state, gradient, offset, sumOfSquares);
    return true;
  }

  /** As above, with the gradient's sum of squares, which is finite. */
  void step(long weights, long state, float[] gradient, int offset, float sumOfSquares) {
    float scale = GradientScale.clip(sumOfSquares, options.clipNorm());
    switch (options.kind()) {
      case SGD -> rules.sgd(weights, gradient, offset, scale);
      case MOMENTUM -> rules.momentum(weights, state, gradient, offset, scale);
      case ADAGRAD -> rules.adagrad(weights, state, gradient, offset, scale);
      case ROW_WISE_ADAGRAD -> {
        float accumulator =
            rules.accumulator(NativeMemory.getFloat(state), sumOfSquares * (scale * scale) / dim);
        NativeMemory.putFloat(state, accumulator);
        float root = (float) Math.sqrt(accumulator) + ScalarRowOptimizer.EPSILON;
        rules.sgd(weights, gradient, offset, scale / root);
      }
      case RMS_PROP -> rules.rmsProp(weights, state, gradient, offset, scale);
      case ADAM, AMS_GRAD -> adam(weights, state, gradient, offset, scale);
      case FTRL, GROUP_FTRL -> ftrl(weights, state, gradient, offset, scale);
    }
  }

  private void adam(long weights, long state, float[] gradient, int offset, float scale) {
    long corrections = state + 4L * (RowState.floats(options.kind(), dim) - 2);
    float first =
        ScalarRowOptimizer.correction(
            NativeMemory.getFloat(corrections), options.coefficients().momentum());
    float second =
        ScalarRowOptimizer.correction(
            NativeMemory.getFloat(corrections + 4), options.coefficients().squareDecay());
    NativeMemory.putFloat(corrections, first);
    NativeMemory.putFloat(corrections + 4, second);
    rules.adam(weights, state, gradient, offset, scale, rules.rate() / first, second);
  }

  private void ftrl(long weights, long state, float[] gradient, int offset, float scale) {
    rules.ftrlAccumulate(weights, state, gradient, offset, scale);
    float shrink = 1;
    if (options.kind() == SparseOptimizerOptions.Kind.GROUP_FTRL) {
      shrink =
          ScalarRowOptimizer.groupShrink(
              squaresBeyondL1(state), options.coefficients().groupL1(), dim);
    }
    rules.ftrlWeights(weights, state, shrink);
  }

  /** In the scalar order, as the sum of floats depends on it. */
  private float squaresBeyondL1(long state) {
    float squares = 0;
    for (int i = 0; i < dim; i++) {
      float u =
          ScalarRowOptimizer.towardsZero(
              NativeMemory.getFloat(state + 4L * i), options.coefficients().l1());
      squares += u * u;
    }
    return squares;
  }
}
