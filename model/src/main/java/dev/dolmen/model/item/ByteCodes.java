package dev.dolmen.model.item;

/**
 * What is known of vectors in a byte a number, as {@link dev.dolmen.model.kernel.Kernels#byteCodes}
 * makes them: v ≈ scale · code with scale = max|v| / 127, so that |q · v - q · scale code| is at
 * most |q|₁ scale / 2.
 */
final class ByteCodes {
  /** That half, and as much again as sums of 1,024 floats can lose. */
  static final float ERROR = 0.51f;

  private ByteCodes() {}

  /** |q|₁. */
  static float norm(float[] query, int offset, int width) {
    double sum = 0;
    for (int d = 0; d < width; d++) {
      sum += Math.abs(query[offset + d]);
    }
    return (float) sum;
  }
}
