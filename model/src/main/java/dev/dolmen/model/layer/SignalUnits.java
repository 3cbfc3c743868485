package dev.dolmen.model.layer;

import dev.dolmen.model.kernel.Kernels;
import java.util.Arrays;

/**
 * A linear function of some features, and a layer of rectified units beside it. It starts so that
 * it adds nothing.
 *
 * <p>Parameters: the units' weights [F, H], their biases [H] or none, their outputs [H], the linear
 * weights [F]. Without biases nothing is added where all features are 0. Features stand in columns,
 * so that every step is one over all items. Reused by one thread.
 */
final class SignalUnits {
  private final Shape shape;
  private final int first;
  private final int bias;
  private final int output;
  private final int linear;
  private final Kernels kernels;
  private final float[][] units;
  private float[] dUnit = new float[0];
  private float[] ones = new float[0];

  /**
   * What it reads and how large it is.
   *
   * @param name of its tensors
   * @param from first feature that is read
   * @param features F, how many are
   * @param hidden H, rectified units
   * @param biased whether the units have biases
   */
  record Shape(String name, int from, int features, int hidden, boolean biased) {
    /** Floats of all parameters. */
    int parameters() {
      return features * hidden + (biased ? 2 : 1) * hidden + features;
    }

    /** Adds the parameters to the layout; returns the offset of the first. */
    int add(ParameterLayout layout, float rate) {
      int first = layout.table(name + "/units", features, hidden, 1 / Math.sqrt(features), rate);
      if (biased) {
        layout.vector(name + "/biases", hidden, 0, rate);
      }
      layout.vector(name + "/outputs", hidden, 0, rate);
      layout.vector(name + "/linear", features, 0, rate);
      return first;
    }
  }

  /**
   * @param first offset of the parameters in those of the whole
   */
  SignalUnits(Kernels kernels, Shape shape, int first) {
    this.kernels = kernels;
    this.shape = shape;
    this.first = first;
    bias = first + shape.features * shape.hidden;
    output = shape.biased ? bias + shape.hidden : bias;
    linear = output + shape.hidden;
    units = new float[shape.hidden][0];
  }

  /** Makes room for the units of so many items. */
  void reserve(int n) {
    for (int h = 0; h < shape.hidden; h++) {
      units[h] = Floats.atLeast(units[h], n);
    }
  }

  /**
   * Adds to {@code out} what is added to the scores of items {@code from} to {@code from + n - 1}.
   *
   * @param whole offset of the whole in the parameters
   */
  void forward(float[] parameters, int whole, float[][] features, int from, int n, float[] out) {
    kernels.addColumns(
        features, shape.from, shape.features, parameters, whole + linear, 1, out, from, n);
    for (int h = 0; h < shape.hidden; h++) {
      float[] unit = units[h];
      Arrays.fill(unit, from, from + n, shape.biased ? parameters[whole + bias + h] : 0);
      kernels.addColumns(
          features,
          shape.from,
          shape.features,
          parameters,
          whole + first + h,
          shape.hidden,
          unit,
          from,
          n);
      for (int i = from; i < from + n; i++) {
        unit[i] = Math.max(0, unit[i]);
      }
      kernels.axpy(parameters[whole + output + h], unit, from, out, from, n);
    }
  }

  /**
   * Accumulates the parameters' gradients, after {@link #forward} of the same features.
   *
   * @param d gradients of what was added, [n]
   */
  void backward(
      float[] parameters, float[] gradients, int whole, float[][] features, int n, float[] d) {
    if (ones.length < n) {
      ones = new float[2 * n];
      Arrays.fill(ones, 1);
    }
    dUnit = Floats.atLeast(dUnit, n);
    for (int f = 0; f < shape.features; f++) {
      gradients[whole + linear + f] += kernels.dot(d, 0, features[shape.from + f], 0, n);
    }
    for (int h = 0; h < shape.hidden; h++) {
      float[] unit = units[h];
      float weight = parameters[whole + output + h];
      gradients[whole + output + h] += kernels.dot(d, 0, unit, 0, n);
      for (int i = 0; i < n; i++) {
        dUnit[i] = unit[i] > 0 ? d[i] * weight : 0;
      }
      if (shape.biased) {
        gradients[whole + bias + h] += kernels.dot(dUnit, 0, ones, 0, n);
      }
      for (int f = 0; f < shape.features; f++) {
        gradients[whole + first + f * shape.hidden + h] +=
            kernels.dot(dUnit, 0, features[shape.from + f], 0, n);
      }
    }
  }
}
