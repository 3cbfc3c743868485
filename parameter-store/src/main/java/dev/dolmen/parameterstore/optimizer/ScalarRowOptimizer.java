package dev.dolmen.parameterstore.optimizer;

import dev.dolmen.parameterstore.schema.SparseOptimizerOptions;

/**
 * Update rules on rows in arrays: the slow, obvious implementation that the vector one must agree
 * with bit for bit. With gradient {@code g} clipped to the norm allowed, rate {@code r} and
 * decoupled decay {@code w *= 1 - r * weightDecay} before each step:
 *
 * <ul>
 *   <li>SGD: {@code w -= r * g}.
 *   <li>Momentum: {@code m = β1 * m + g; w -= r * m}.
 *   <li>Adagrad: {@code a = a0 + (a - a0) * h + g²; w -= r * g / (sqrt(a) + 1e-10)}, a0 its first
 *       value, h what a step keeps, 1 unless it has a half-life; row-wise: the same with one {@code
 *       a} for the row and {@code mean(g²)}. A sum that forgets ends at g² / (1 - h), and steps no
 *       more become shorter. It is a sum, not a mean, from the first step on: nothing is to be
 *       corrected. What came before the first step is not forgotten, so that a row which hardly
 *       moved for long is as calm as a new one, and no less.
 *   <li>RMSProp: {@code v = β2 * v + (1 - β2) * g²; w -= r * g / (sqrt(v) + 1e-8)}.
 *   <li>Adam: {@code m = β1 * m + (1 - β1) * g}, {@code v} as RMSProp's, {@code w -= r * (m / (1 -
 *       β1^t)) / (sqrt(v / (1 - β2^t)) + 1e-8)}; AMSGrad: the same with the largest {@code v} so
 *       far.
 *   <li>FTRL-proximal: {@code z += g - w * (sqrt(n + g²) - sqrt(n)) / r; n += g²; w = 0} if {@code
 *       |z| <= l1}, else {@code -(z - sign(z) * l1) / (sqrt(n) / r + l2)}. (Public code has {@code
 *       sign(z) * l1 + z} or loses the sign; a test holds l1 &gt; 0 against the definition.)
 *   <li>Group FTRL: with {@code u = z} moved by l1 towards 0, {@code w = 0} for the whole row if
 *       {@code |u| <= groupL1 * sqrt(d)}, else {@code -u * (1 - groupL1 * sqrt(d) / |u|) / (sqrt(n)
 *       / r + l2)}.
 * </ul>
 */
public final class ScalarRowOptimizer {
  /** Keeps Adagrad's division defined where an accumulator is 0. */
  static final float EPSILON = 1e-10f;

  /** That of the rules whose accumulator forgets. */
  static final float ADAM_EPSILON = 1e-8f;

  private final SparseOptimizerOptions options;
  private float rate;
  private float keep;
  private final float momentum;
  private final float squareDecay;
  private final float kept;
  private final float restored;

  public ScalarRowOptimizer(SparseOptimizerOptions options) {
    this.options = options;
    at(Long.MAX_VALUE);
    momentum = options.coefficients().momentum();
    squareDecay = options.coefficients().squareDecay();
    kept = options.coefficients().accumulatorKept();
    restored = options.initialAccumulator() * (1 - kept);
  }

  /** Learning rate and decay are those of this step of the slot, counted from 1, from now on. */
  public void at(long step) {
    rate = options.rateAt(step);
    keep = 1 - rate * options.weightDecay();
  }

  /**
   * One step on one row.
   *
   * @param weights [dim], updated
   * @param state [{@link RowState#floats}], updated
   * @param gradient [dim] from {@code offset} on; read only
   * @return false if the gradient is not finite: nothing was changed
   */
  public boolean step(float[] weights, float[] state, float[] gradient, int offset) {
    int dim = weights.length;
    float sumOfSquares = GradientScale.sumOfSquares(gradient, offset, dim);
    if (!Float.isFinite(sumOfSquares)) {
      return false;
    }
    float scale = GradientScale.clip(sumOfSquares, options.clipNorm());
    switch (options.kind()) {
      case SGD -> sgd(weights, gradient, offset, scale);
      case MOMENTUM -> momentum(weights, state, gradient, offset, scale);
      case ADAGRAD -> adagrad(weights, state, gradient, offset, scale);
      case ROW_WISE_ADAGRAD -> {
        state[0] = state[0] * kept + (restored + sumOfSquares * (scale * scale) / dim);
        float root = (float) Math.sqrt(state[0]) + EPSILON;
        sgd(weights, gradient, offset, scale / root);
      }
      case RMS_PROP -> rmsProp(weights, state, gradient, offset, scale);
      case ADAM, AMS_GRAD -> adam(weights, state, gradient, offset, scale);
      case FTRL, GROUP_FTRL -> ftrl(weights, state, gradient, offset, scale);
    }
    return true;
  }

  private void sgd(float[] weights, float[] gradient, int offset, float scale) {
    for (int i = 0; i < weights.length; i++) {
      weights[i] = weights[i] * keep - rate * (gradient[offset + i] * scale);
    }
  }

  private void momentum(float[] weights, float[] state, float[] gradient, int offset, float scale) {
    for (int i = 0; i < weights.length; i++) {
      state[i] = state[i] * momentum + gradient[offset + i] * scale;
      weights[i] = weights[i] * keep - rate * state[i];
    }
  }

  private void adagrad(float[] weights, float[] state, float[] gradient, int offset, float scale) {
    for (int i = 0; i < weights.length; i++) {
      float g = gradient[offset + i] * scale;
      state[i] = state[i] * kept + (restored + g * g);
      float root = (float) Math.sqrt(state[i]) + EPSILON;
      weights[i] = weights[i] * keep - rate * g / root;
    }
  }

  private void rmsProp(float[] weights, float[] state, float[] gradient, int offset, float scale) {
    for (int i = 0; i < weights.length; i++) {
      float g = gradient[offset + i] * scale;
      state[i] = state[i] * squareDecay + g * g * (1 - squareDecay);
      float root = (float) Math.sqrt(state[i]) + ADAM_EPSILON;
      weights[i] = weights[i] * keep - rate * g / root;
    }
  }

  private void adam(float[] weights, float[] state, float[] gradient, int offset, float scale) {
    int dim = weights.length;
    int corrections = state.length - 2;
    state[corrections] = correction(state[corrections], momentum);
    state[corrections + 1] = correction(state[corrections + 1], squareDecay);
    float stepRate = rate / state[corrections];
    float squareCorrection = state[corrections + 1];
    boolean largest = options.kind() == SparseOptimizerOptions.Kind.AMS_GRAD;
    for (int i = 0; i < dim; i++) {
      float g = gradient[offset + i] * scale;
      state[i] = state[i] * momentum + g * (1 - momentum);
      state[dim + i] = state[dim + i] * squareDecay + g * g * (1 - squareDecay);
      float v = state[dim + i];
      if (largest) {
        v = Math.max(v, state[2 * dim + i]);
        state[2 * dim + i] = v;
      }
      float root = (float) Math.sqrt(v / squareCorrection) + ADAM_EPSILON;
      weights[i] = weights[i] * keep - stepRate * state[i] / root;
    }
  }

  /** From 1 - β^t to 1 - β^(t + 1), without the cancellation that β^t itself would bring. */
  static float correction(float before, float beta) {
    return before * beta + (1 - beta);
  }

  private void ftrl(float[] weights, float[] state, float[] gradient, int offset, float scale) {
    int dim = weights.length;
    float l1 = options.coefficients().l1();
    float squares = 0;
    for (int i = 0; i < dim; i++) {
      float g = gradient[offset + i] * scale;
      float n = state[dim + i] + g * g;
      float sigma = ((float) Math.sqrt(n) - (float) Math.sqrt(state[dim + i])) / rate;
      state[i] = state[i] + (g - sigma * weights[i]);
      state[dim + i] = n;
      float u = towardsZero(state[i], l1);
      squares += u * u;
    }
    float shrink =
        options.kind() == SparseOptimizerOptions.Kind.FTRL
            ? 1
            : groupShrink(squares, options.coefficients().groupL1(), dim);
    for (int i = 0; i < dim; i++) {
      float u = towardsZero(state[i], l1);
      float root = (float) Math.sqrt(state[dim + i]) / rate + options.coefficients().l2();
      weights[i] = u * shrink == 0 ? 0 : -(u * shrink) / root;
    }
  }

  /** z moved by l1 towards 0, and no further. */
  static float towardsZero(float z, float l1) {
    return Math.signum(z) * Math.max(Math.abs(z) - l1, 0);
  }

  /** What is left of a row's length: 0 if it does not exceed what the group takes. */
  static float groupShrink(float squares, float groupL1, int dim) {
    float taken = groupL1 * (float) Math.sqrt(dim);
    float length = (float) Math.sqrt(squares);
    return length <= taken ? 0 : 1 - taken / length;
  }
}
