package dev.dolmen.parameterstore.schema;

/**
 * The optimiser that updates embedding rows in place.
 *
 * @param kind the update rule
 * @param learningRate step size, above 0
 * @param initialAccumulator first value of the sum of squares of Adagrad and FTRL, 0 or more; not
 *     used by the others
 * @param clipNorm largest L2 norm of one row's gradient; 0 does not clip
 * @param weightDecay decoupled decay per step, 0 or more; 0 for FTRL, whose {@code l2} does the
 *     same
 * @param coefficients what some rules need besides
 * @param warmUpSteps steps of the slot over which the learning rate rises in a line to its value; 0
 *     for none, and for FTRL, whose weights are a function of the rate
 */
public record SparseOptimizerOptions(
    Kind kind,
    float learningRate,
    float initialAccumulator,
    float clipNorm,
    float weightDecay,
    Coefficients coefficients,
    int warmUpSteps) {
  /** Update rules. */
  public enum Kind {
    /** Plain gradient descent. */
    SGD,
    /** Gradient descent with momentum (Polyak, 1964). */
    MOMENTUM,
    /** Adagrad, one accumulator a weight (Duchi et al., 2011). */
    ADAGRAD,
    /** Adagrad with one accumulator a row: the mean square of its gradient. */
    ROW_WISE_ADAGRAD,
    /** RMSProp (Tieleman and Hinton, 2012). */
    RMS_PROP,
    /** Adam (Kingma and Ba, 2015); a row's steps are counted by itself. */
    ADAM,
    /** Adam whose second moment never falls (Reddi et al., 2018). */
    AMS_GRAD,
    /** FTRL-proximal (McMahan et al., 2013), with L1 and L2. */
    FTRL,
    /** FTRL whose rows go to zero as a whole (Ni et al., 2019). */
    GROUP_FTRL;

    /** Whether the rule reads {@link SparseOptimizerOptions#coefficients}. */
    public boolean hasCoefficients() {
      return this != SGD && this != ADAGRAD && this != ROW_WISE_ADAGRAD;
    }
  }

  /**
   * What some rules need besides; a rule does not look at the others' values.
   *
   * @param momentum share of the mean gradient that a step keeps: momentum, Adam, AMSGrad; 0 to
   *     below 1
   * @param squareDecay share of the mean square that a step keeps: RMSProp, Adam, AMSGrad; 0 to
   *     below 1
   * @param l1 FTRL: a weight whose gradients do not exceed it is 0
   * @param l2 FTRL: pull towards 0
   * @param groupL1 group FTRL: a row whose weights do not exceed it together is 0
   */
  public record Coefficients(float momentum, float squareDecay, float l1, float l2, float groupL1) {
    /** As the papers have them, and no regularisation. */
    public static final Coefficients DEFAULT = new Coefficients(0.9f, 0.999f, 0, 0, 0);

    /**
     * @throws IllegalArgumentException naming field, value and expectation
     */
    public Coefficients {
      Checks.check(momentum >= 0 && momentum < 1, "momentum", momentum, "from 0 to below 1");
      Checks.check(
          squareDecay >= 0 && squareDecay < 1, "squareDecay", squareDecay, "from 0 to below 1");
      Checks.finiteFrom(l1, 0, "l1");
      Checks.finiteFrom(l2, 0, "l2");
      Checks.finiteFrom(groupL1, 0, "groupL1");
    }
  }

  /**
   * @throws IllegalArgumentException naming field, value and expectation
   */
  public SparseOptimizerOptions {
    Checks.check(
        Float.isFinite(learningRate) && learningRate > 0,
        "learningRate",
        learningRate,
        "a finite number above 0");
    Checks.finiteFrom(initialAccumulator, 0, "initialAccumulator");
    Checks.finiteFrom(clipNorm, 0, "clipNorm");
    Checks.finiteFrom(weightDecay, 0, "weightDecay");
    Checks.check(
        learningRate * weightDecay < 1,
        "weightDecay",
        weightDecay,
        "below 1 / learningRate, which is " + 1 / learningRate);
    Checks.check(
        weightDecay == 0 || (kind != Kind.FTRL && kind != Kind.GROUP_FTRL),
        "weightDecay",
        weightDecay,
        "0, as it must be for " + kind + ": use l2");
    Checks.check(warmUpSteps >= 0, "warmUpSteps", warmUpSteps, "0 or more");
    Checks.check(
        warmUpSteps == 0 || (kind != Kind.FTRL && kind != Kind.GROUP_FTRL),
        "warmUpSteps",
        warmUpSteps,
        "0, as it must be for " + kind);
  }

  /**
   * Options without a warm-up.
   *
   * @throws IllegalArgumentException as above
   */
  public SparseOptimizerOptions(
      Kind kind,
      float learningRate,
      float initialAccumulator,
      float clipNorm,
      float weightDecay,
      Coefficients coefficients) {
    this(kind, learningRate, initialAccumulator, clipNorm, weightDecay, coefficients, 0);
  }

  /**
   * The learning rate at a step.
   *
   * @param step of the slot, counted from 1
   */
  public float rateAt(long step) {
    return step >= warmUpSteps
        ? learningRate
        : (float) (learningRate * ((double) step / warmUpSteps));
  }

  /**
   * Options of a rule without coefficients.
   *
   * @throws IllegalArgumentException if the rule has any, or as above
   */
  public SparseOptimizerOptions(
      Kind kind, float learningRate, float initialAccumulator, float clipNorm, float weightDecay) {
    this(kind, learningRate, initialAccumulator, clipNorm, weightDecay, Coefficients.DEFAULT);
    Checks.check(!kind.hasCoefficients(), "kind", kind, "a rule without coefficients");
  }
}
