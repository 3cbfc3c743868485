package dev.dolmen.server.map;

/** How vectors lie: their mean and how they differ from it. Grows by one at a time; one thread. */
final class VectorSpread {
  private final int width;
  private final double[] sums;

  /** Of products of components, [D, D]; below the diagonal unused until {@link #covariance}. */
  private final double[] products;

  private int count;

  /**
   * @param width D
   */
  VectorSpread(int width) {
    this.width = width;
    sums = new double[width];
    products = new double[width * width];
  }

  /**
   * Adds a vector.
   *
   * @param vector [D], finite
   */
  void add(float[] vector) {
    count++;
    for (int row = 0; row < width; row++) {
      double value = vector[row];
      sums[row] += value;
      int offset = row * width;
      for (int column = row; column < width; column++) {
        products[offset + column] += value * vector[column];
      }
    }
  }

  int width() {
    return width;
  }

  /** The middle of them, [D]; zeros if there are none. */
  double[] mean() {
    double[] mean = new double[width];
    for (int i = 0; i < width; i++) {
      mean[i] = sums[i] / Math.max(1, count);
    }
    return mean;
  }

  /** Row-major [D, D]; zeros if there are none. */
  double[] covariance() {
    double[] mean = mean();
    double[] covariance = new double[width * width];
    for (int row = 0; row < width; row++) {
      for (int column = row; column < width; column++) {
        double value =
            products[row * width + column] / Math.max(1, count) - mean[row] * mean[column];
        covariance[row * width + column] = value;
        covariance[column * width + row] = value;
      }
    }
    return covariance;
  }
}
