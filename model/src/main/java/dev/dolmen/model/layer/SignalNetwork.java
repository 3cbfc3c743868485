package dev.dolmen.model.layer;

import dev.dolmen.model.data.SignalFeatures;
import dev.dolmen.model.kernel.Kernels;
import java.util.Arrays;

/**
 * What the signals of an item add to its score: a linear function of its {@link SignalFeatures} and
 * a layer of {@value #HIDDEN} rectified units beside it, as in the wide part of Cheng et al., "Wide
 * and deep learning for recommender systems" (2016), but with units of its own, as what a repeat is
 * worth depends on the session's length, and what a co-visit is worth on how often both are
 * visited.
 *
 * <p>Parameters: the units' weights [F, H], their biases [H], their outputs [H], the linear weights
 * [F]. They start so that nothing is added.
 *
 * <p>Features stand in columns, so that every step is one over all items. Reused by one thread.
 */
public final class SignalNetwork {
  /** Rectified units. */
  public static final int HIDDEN = 16;

  /** Items whose features stay in the first cache while all units read them. */
  private static final int BLOCK = 256;

  private static final int FEATURES = SignalFeatures.COUNT;

  /** Of the learning rate: a few numbers that every prediction moves. */
  private static final float RATE = 5;

  /** Floats of all parameters. */
  public static final int PARAMETERS = FEATURES * HIDDEN + 2 * HIDDEN + FEATURES;

  private static final int BIAS = FEATURES * HIDDEN;
  private static final int OUTPUT = BIAS + HIDDEN;
  private static final int LINEAR = OUTPUT + HIDDEN;

  private final Kernels kernels;
  private final float[][] units = new float[HIDDEN][0];
  private float[] dUnit = new float[0];
  private float[] ones = new float[0];

  public SignalNetwork(Kernels kernels) {
    this.kernels = kernels;
  }

  /** Adds the parameters to the layout; returns the offset of the first. */
  public static int add(ParameterLayout layout) {
    int first = layout.table("signals/units", FEATURES, HIDDEN, 1 / Math.sqrt(FEATURES), RATE);
    layout.vector("signals/biases", HIDDEN, 0, RATE);
    layout.vector("signals/outputs", HIDDEN, 0, RATE);
    layout.vector("signals/linear", FEATURES, 0, RATE);
    return first;
  }

  /**
   * What is added to the scores of several items.
   *
   * @param first offset of the parameters
   * @param features [F, n], each column may be longer
   * @param out overwritten, [n]
   */
  public void forward(float[] parameters, int first, float[][] features, int n, float[] out) {
    for (int h = 0; h < HIDDEN; h++) {
      units[h] = Floats.atLeast(units[h], n);
    }
    for (int from = 0; from < n; from += BLOCK) {
      forward(parameters, first, features, from, Math.min(BLOCK, n - from), out);
    }
  }

  private void forward(
      float[] parameters, int first, float[][] features, int from, int n, float[] out) {
    Arrays.fill(out, from, from + n, 0);
    for (int f = 0; f < FEATURES; f++) {
      kernels.axpy(parameters[first + LINEAR + f], features[f], from, out, from, n);
    }
    for (int h = 0; h < HIDDEN; h++) {
      float[] unit = units[h];
      Arrays.fill(unit, from, from + n, parameters[first + BIAS + h]);
      for (int f = 0; f < FEATURES; f++) {
        kernels.axpy(parameters[first + f * HIDDEN + h], features[f], from, unit, from, n);
      }
      for (int i = from; i < from + n; i++) {
        unit[i] = Math.max(0, unit[i]);
      }
      kernels.axpy(parameters[first + OUTPUT + h], unit, from, out, from, n);
    }
  }

  /**
   * Accumulates the parameters' gradients, after {@link #forward} of the same features.
   *
   * @param d gradients of what was added, [n]
   */
  public void backward(
      float[] parameters, float[] gradients, int first, float[][] features, int n, float[] d) {
    if (ones.length < n) {
      ones = new float[2 * n];
      Arrays.fill(ones, 1);
    }
    dUnit = Floats.atLeast(dUnit, n);
    for (int f = 0; f < FEATURES; f++) {
      gradients[first + LINEAR + f] += kernels.dot(d, 0, features[f], 0, n);
    }
    for (int h = 0; h < HIDDEN; h++) {
      float[] unit = units[h];
      float output = parameters[first + OUTPUT + h];
      gradients[first + OUTPUT + h] += kernels.dot(d, 0, unit, 0, n);
      for (int i = 0; i < n; i++) {
        dUnit[i] = unit[i] > 0 ? d[i] * output : 0;
      }
      gradients[first + BIAS + h] += kernels.dot(dUnit, 0, ones, 0, n);
      for (int f = 0; f < FEATURES; f++) {
        gradients[first + f * HIDDEN + h] += kernels.dot(dUnit, 0, features[f], 0, n);
      }
    }
  }
}
