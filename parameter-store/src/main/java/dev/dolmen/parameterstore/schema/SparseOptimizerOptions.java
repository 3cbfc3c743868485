package dev.dolmen.parameterstore.schema;

import dev.dolmen.parameterstore.range.NumberRange;
import dev.dolmen.parameterstore.range.WholeRange;

/**
 * The optimiser that updates embedding rows in place. What each number can be stands in the
 * constant of its name.
 *
 * @param kind the update rule
 * @param learningRate step size
 * @param initialAccumulator first value of the sum of squares of Adagrad and FTRL; not used by the
 *     others
 * @param clipNorm largest L2 norm of one row's gradient; 0 does not clip
 * @param weightDecay decoupled decay per step; 0 for FTRL, whose {@code l2} does the same
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
  public static final NumberRange LEARNING_RATE = NumberRange.of(1e-9, 100);
  public static final NumberRange INITIAL_ACCUMULATOR = NumberRange.of(0, 1e6);
  public static final NumberRange CLIP_NORM = NumberRange.of(0, 1e6);
  public static final NumberRange WEIGHT_DECAY = NumberRange.of(0, 1);
  public static final WholeRange WARM_UP_STEPS = WholeRange.of(0, 1_000_000_000);

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

    /** Whether steps are divided by the root of a sum of squares. */
    public boolean isAdagrad() {
      return this == ADAGRAD || this == ROW_WISE_ADAGRAD;
    }

    /** Whether the rule cannot do without {@link SparseOptimizerOptions#coefficients}. */
    public boolean hasCoefficients() {
      return this != SGD && !isAdagrad();
    }
  }

  /**
   * What some rules need besides; a rule does not look at the others' values.
   *
   * @param momentum share of the mean gradient that a step keeps: momentum, Adam, AMSGrad; in
   *     {@link #SHARE}
   * @param squareDecay share of the mean square that a step keeps: RMSProp, Adam, AMSGrad; in
   *     {@link #SHARE}
   * @param l1 FTRL: a weight whose gradients do not exceed it is 0
   * @param l2 FTRL: pull towards 0
   * @param groupL1 group FTRL: a row whose weights do not exceed it together is 0
   * @param accumulatorHalfLifeSteps steps of a row after which its sum of squares has forgotten
   *     half of what it was above {@code initialAccumulator}: Adagrad, by weight and by row; in
   *     {@link #HALF_LIFE_STEPS}, 0 for a sum that grows for ever
   */
  public record Coefficients(
      float momentum,
      float squareDecay,
      float l1,
      float l2,
      float groupL1,
      int accumulatorHalfLifeSteps) {
    /** Shares that a step can keep. */
    public static final NumberRange SHARE = NumberRange.of(0, 0.999999);

    /** What can be told of weights. */
    public static final NumberRange PENALTY = NumberRange.of(0, 1e6);

    /** Half-lives of an accumulator. */
    public static final WholeRange HALF_LIFE_STEPS = WholeRange.of(0, 1_000_000_000);

    /** As the papers have them, but for Adagrad's sum, which forgets; and no regularisation. */
    public static final Coefficients DEFAULT = new Coefficients(0.9f, 0.999f, 0, 0, 0, 300);

    /**
     * @throws IllegalArgumentException naming field, value and expectation
     */
    public Coefficients {
      SHARE.check("momentum", momentum);
      SHARE.check("squareDecay", squareDecay);
      PENALTY.check("l1", l1);
      PENALTY.check("l2", l2);
      PENALTY.check("groupL1", groupL1);
      HALF_LIFE_STEPS.check("accumulatorHalfLifeSteps", accumulatorHalfLifeSteps);
    }

    /** What a step keeps of an accumulator that forgets; 1 of one that does not. */
    public float accumulatorKept() {
      return accumulatorHalfLifeSteps == 0
          ? 1
          : (float) StrictMath.pow(0.5, 1.0 / accumulatorHalfLifeSteps);
    }
  }

  /**
   * @throws IllegalArgumentException naming field, value and expectation
   */
  public SparseOptimizerOptions {
    LEARNING_RATE.check("learningRate", learningRate);
    INITIAL_ACCUMULATOR.check("initialAccumulator", initialAccumulator);
    CLIP_NORM.check("clipNorm", clipNorm);
    WEIGHT_DECAY.check("weightDecay", weightDecay);
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
    WARM_UP_STEPS.check("warmUpSteps", warmUpSteps);
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
