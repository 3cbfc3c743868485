package dev.dolmen.model.layer;

import dev.dolmen.model.kernel.Kernels;

/**
 * y = s x / √(|x|² + ε), row by row: a vector of length s, whatever the length of x. One that is
 * next to nothing, |x|² at most ε, has no direction: its gradient, which would be s / √ε times as
 * large, is zero.
 */
public final class UnitNorm {
  private static final float EPSILON = 1e-8f;

  /** 1 / √(|x|² + ε) where |x|² is ε. */
  private static final float INVERSE_MAX = (float) (1 / Math.sqrt(2 * EPSILON));

  private final Kernels kernels;
  private final int width;
  private final float scale;

  public UnitNorm(Kernels kernels, int width, float scale) {
    this.kernels = kernels;
    this.width = width;
    this.scale = scale;
  }

  /**
   * Forward; {@code y} may be {@code x}.
   *
   * @param y overwritten, [rows, width] from {@code yOffset}
   * @param inverseNorms overwritten, [rows], for the backward
   */
  public void forward(
      float[] x, int xOffset, float[] y, int yOffset, float[] inverseNorms, int rows) {
    for (int i = 0; i < rows; i++) {
      int from = xOffset + i * width;
      float inverse =
          (float) (1 / Math.sqrt((double) kernels.dot(x, from, x, from, width) + EPSILON));
      inverseNorms[i] = inverse;
      float factor = scale * inverse;
      int to = yOffset + i * width;
      for (int d = 0; d < width; d++) {
        y[to + d] = factor * x[from + d];
      }
    }
  }

  /**
   * Backward: overwrites {@code dx} with s (dy - u (u · dy)) / √(|x|² + ε), where u = y / s; {@code
   * dx} may be {@code dy}.
   */
  public void backward(float[] y, float[] inverseNorms, float[] dy, float[] dx, int rows) {
    for (int i = 0; i < rows; i++) {
      int at = i * width;
      float along = kernels.dot(y, at, dy, at, width) / (scale * scale);
      float factor = inverseNorms[i] < INVERSE_MAX ? scale * inverseNorms[i] : 0;
      for (int d = 0; d < width; d++) {
        dx[at + d] = factor * (dy[at + d] - along * y[at + d]);
      }
    }
  }
}
