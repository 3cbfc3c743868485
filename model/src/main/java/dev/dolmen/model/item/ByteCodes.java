package dev.dolmen.model.item;

/**
 * Vectors in a byte a number: v ≈ scale · code with scale = max|v| / 127, so that |q · v - q ·
 * scale code| is at most |q|₁ scale / 2.
 */
final class ByteCodes {
  /** That half, and as much again as sums of 1,024 floats can lose. */
  static final float ERROR = 0.51f;

  private static final int CODE_MAX = 127;

  private ByteCodes() {}

  /**
   * Writes one vector of finite numbers.
   *
   * @param vector [width] from {@code offset}
   * @param codes overwritten, from {@code at} on every {@code step}th
   * @return the scale
   */
  static float put(float[] vector, int offset, int width, byte[] codes, int at, int step) {
    float max = 0;
    for (int d = 0; d < width; d++) {
      max = Math.max(max, Math.abs(vector[offset + d]));
    }
    float inverse = max == 0 ? 0 : CODE_MAX / max;
    for (int d = 0; d < width; d++) {
      codes[at + d * step] = (byte) Math.round(vector[offset + d] * inverse);
    }
    return max / CODE_MAX;
  }

  /** |q|₁. */
  static float norm(float[] query, int offset, int width) {
    double sum = 0;
    for (int d = 0; d < width; d++) {
      sum += Math.abs(query[offset + d]);
    }
    return (float) sum;
  }
}
