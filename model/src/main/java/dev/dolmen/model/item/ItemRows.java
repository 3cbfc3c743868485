package dev.dolmen.model.item;

import dev.dolmen.model.kernel.Kernels;

/**
 * The vectors of a block once more as bytes, one after another: what is read of an item by itself
 * lies in one or two lines of the cache, not in as many as it has dimensions.
 *
 * <p>v ≈ scale · code with scale = max|v| / 127, so that |q · v - q · scale code| is at most |q|₁
 * scale / 2; the factor is that and as much again as sums of 1,024 floats can lose. A reader who
 * meets a vector that is being replaced bounds something between the old and the new one.
 */
final class ItemRows {
  private static final float ERROR = 0.51f;
  private static final int CODE_MAX = 127;

  private final int width;
  private final byte[] codes;
  private final float[] scale;

  ItemRows(int items, int width) {
    this.width = width;
    codes = new byte[items * width];
    scale = new float[items];
  }

  /** Writes one vector of finite numbers. */
  void put(int item, float[] vector, int offset) {
    float max = 0;
    for (int d = 0; d < width; d++) {
      max = Math.max(max, Math.abs(vector[offset + d]));
    }
    float inverse = max == 0 ? 0 : CODE_MAX / max;
    int at = item * width;
    for (int d = 0; d < width; d++) {
      codes[at + d] = (byte) Math.round(vector[offset + d] * inverse);
    }
    scale[item] = max / CODE_MAX;
  }

  /** Makes this what the other is. */
  void become(ItemRows other) {
    System.arraycopy(other.codes, 0, codes, 0, codes.length);
    System.arraycopy(other.scale, 0, scale, 0, scale.length);
  }

  /** |q|₁, which {@link #bound} wants. */
  static float norm(float[] query, int offset, int width) {
    double sum = 0;
    for (int d = 0; d < width; d++) {
      sum += Math.abs(query[offset + d]);
    }
    return (float) sum;
  }

  /**
   * What the product of the query with an item is at most.
   *
   * @param norm of the query
   */
  float bound(Kernels kernels, float[] query, int offset, float norm, int item) {
    float product = kernels.dotBytes(width, query, offset, codes, item * width);
    return scale[item] * (product + ERROR * norm);
  }
}
