package dev.dolmen.model.layer;

import dev.dolmen.model.SignalFeatures;

/**
 * What the signals of an item add to its score: a linear function of its {@link SignalFeatures} and
 * a layer of {@value #HIDDEN} rectified units beside it, as in the wide part of Cheng et al., "Wide
 * and deep learning for recommender systems" (2016), but with units of its own, as what a repeat is
 * worth depends on the session's length, and what a co-visit is worth on how often both are
 * visited.
 *
 * <p>Parameters: the units' weights [F, H], their biases [H], their outputs [H], the linear weights
 * [F]. They start so that nothing is added.
 */
public final class SignalNetwork {
  /** Rectified units. */
  public static final int HIDDEN = 16;

  private static final int FEATURES = SignalFeatures.COUNT;

  /** Of the learning rate: a few numbers that every prediction moves. */
  private static final float RATE = 5;

  /** Floats of all parameters. */
  public static final int PARAMETERS = FEATURES * HIDDEN + 2 * HIDDEN + FEATURES;

  private static final int BIAS = FEATURES * HIDDEN;
  private static final int OUTPUT = BIAS + HIDDEN;
  private static final int LINEAR = OUTPUT + HIDDEN;

  private SignalNetwork() {}

  /** Adds the parameters to the layout; returns the offset of the first. */
  public static int add(ParameterLayout layout) {
    int first = layout.table("signals/units", FEATURES, HIDDEN, 1 / Math.sqrt(FEATURES), RATE);
    layout.vector("signals/biases", HIDDEN, 0, RATE);
    layout.vector("signals/outputs", HIDDEN, 0, RATE);
    layout.vector("signals/linear", FEATURES, 0, RATE);
    return first;
  }

  /**
   * What is added to the score.
   *
   * @param features [F] from {@code at}
   * @param units scratch, [{@value #HIDDEN}]; holds the units' values afterwards
   */
  public static float forward(
      float[] parameters, int first, float[] features, int at, float[] units) {
    System.arraycopy(parameters, first + BIAS, units, 0, HIDDEN);
    float sum = 0;
    for (int f = 0; f < FEATURES; f++) {
      float x = features[at + f];
      int row = first + f * HIDDEN;
      for (int h = 0; h < HIDDEN; h++) {
        units[h] += x * parameters[row + h];
      }
      sum += x * parameters[first + LINEAR + f];
    }
    for (int h = 0; h < HIDDEN; h++) {
      sum += Math.max(0, units[h]) * parameters[first + OUTPUT + h];
    }
    return sum;
  }

  /**
   * Accumulates the parameters' gradients.
   *
   * @param d gradient of what was added
   * @param units what {@link #forward} left for the same features; overwritten
   */
  public static void backward(
      float[] parameters,
      float[] gradients,
      int first,
      float[] features,
      int at,
      float d,
      float[] units) {
    for (int h = 0; h < HIDDEN; h++) {
      float value = Math.max(0, units[h]);
      gradients[first + OUTPUT + h] += d * value;
      units[h] = value > 0 ? d * parameters[first + OUTPUT + h] : 0;
      gradients[first + BIAS + h] += units[h];
    }
    for (int f = 0; f < FEATURES; f++) {
      float x = features[at + f];
      int row = first + f * HIDDEN;
      for (int h = 0; h < HIDDEN; h++) {
        gradients[row + h] += x * units[h];
      }
      gradients[first + LINEAR + f] += d * x;
    }
  }
}
