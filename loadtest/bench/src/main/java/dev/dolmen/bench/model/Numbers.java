package dev.dolmen.bench.model;

import java.util.SplittableRandom;

/** Random arrays, and how far two arrays are apart. */
final class Numbers {
  /** Above this a peer does not compute the same and is not timed. */
  static final double ERROR_MAX = 1e-4;

  private Numbers() {}

  static float[] gaussian(int count, double deviation, SplittableRandom random) {
    float[] x = new float[count];
    for (int i = 0; i < count; i++) {
      x[i] = (float) (random.nextGaussian() * deviation);
    }
    return x;
  }

  /**
   * |actual - expected| / |expected| over the first {@code n}.
   *
   * @throws IllegalStateException if it is not below {@link #ERROR_MAX}
   */
  static double checkedError(String what, float[] actual, float[] expected, int n) {
    double difference = 0;
    double norm = 0;
    for (int i = 0; i < n; i++) {
      double d = actual[i] - expected[i];
      difference += d * d;
      norm += (double) expected[i] * expected[i];
    }
    double error = Math.sqrt(difference / norm);
    if (!(error < ERROR_MAX)) {
      throw new IllegalStateException(
          what + ": relative error " + error + " against ours, expected below " + ERROR_MAX);
    }
    return error;
  }
}
