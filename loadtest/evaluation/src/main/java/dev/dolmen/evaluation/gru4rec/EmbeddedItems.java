package dev.dolmen.evaluation.gru4rec;

import dev.dolmen.model.kernel.Kernels;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * An embedding and a bias for each item, with Adagrad's sums of squares (Duchi, Hazan and Singer,
 * JMLR 2011), grown with the largest item. First weights are a function of seed and item.
 */
final class EmbeddedItems {
  private static final double FIRST_RANGE = 0.012;

  private final Kernels kernels = Kernels.best();
  private final int width;
  private final int maxItems;
  private final long seed;
  private int size;
  private float[] weights = new float[0];
  private float[] squares = new float[0];
  private float[] biases = new float[0];
  private float[] biasSquares = new float[0];

  EmbeddedItems(int width, int maxItems, long seed) {
    this.width = width;
    this.maxItems = maxItems;
    this.seed = seed;
  }

  /** Items with an embedding: 0 to one less. */
  int size() {
    return size;
  }

  /** Makes sure that an item below {@code maxItems} has an embedding. */
  void include(int item) {
    if (item < size) {
      return;
    }
    if (item >= biases.length) {
      int length = Math.min(maxItems, Math.max(item + 1, size + size / 2));
      weights = Arrays.copyOf(weights, length * width);
      squares = Arrays.copyOf(squares, length * width);
      biases = Arrays.copyOf(biases, length);
      biasSquares = Arrays.copyOf(biasSquares, length);
    }
    for (; size <= item; size++) {
      SplittableRandom random = new SplittableRandom(seed ^ (size + 1) * 0x9E3779B97F4A7C15L);
      for (int i = 0; i < width; i++) {
        weights[size * width + i] = (float) (FIRST_RANGE * (2 * random.nextDouble() - 1));
      }
    }
  }

  /** Copies an embedding. */
  void copy(int item, float[] to, int at) {
    System.arraycopy(weights, item * width, to, at, width);
  }

  float bias(int item) {
    return biases[item];
  }

  /** Product with the embedding, and the bias. */
  float score(float[] state, int item) {
    return kernels.dot(state, 0, weights, item * width, width) + biases[item];
  }

  /** A step of Adagrad on an item's row. */
  void step(int item, float rate, float[] gradient, int at, float dBias) {
    adagrad(rate, gradient, at, weights, squares, item * width, width);
    biasSquares[item] += dBias * dBias;
    biases[item] -=
        rate * dBias / (float) Math.sqrt(biasSquares[item] + Gru4RecRecommender.EPSILON);
  }

  /** A step on n weights from {@code to} on. */
  static void adagrad(
      float rate, float[] gradient, int at, float[] weights, float[] squares, int to, int n) {
    for (int i = 0; i < n; i++) {
      float g = gradient[at + i];
      float sum = squares[to + i] + g * g;
      squares[to + i] = sum;
      weights[to + i] -= rate * g / (float) Math.sqrt(sum + Gru4RecRecommender.EPSILON);
    }
  }
}
