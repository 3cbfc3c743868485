package dev.dolmen.model.layer;

import dev.dolmen.model.kernel.Kernels;

/** Layer normalisation with gain and bias (Ba et al., 2016), row by row. */
public final class LayerNorm {
  private final Kernels kernels;
  private final int width;
  private final int gain;
  private final int bias;

  public LayerNorm(Kernels kernels, ParameterLayout layout, String name, int width) {
    this.kernels = kernels;
    this.width = width;
    gain = layout.vector(name + "/gain", width, 1);
    bias = layout.vector(name + "/bias", width, 0);
  }

  /**
   * Forward.
   *
   * @param x [rows, width] from {@code xOffset}
   * @param y overwritten, [rows, width] from {@code yOffset}
   * @param moments overwritten, [rows, 2], for the backward
   */
  public void forward(
      float[] parameters,
      float[] x,
      int xOffset,
      float[] y,
      int yOffset,
      float[] moments,
      int rows) {
    for (int i = 0; i < rows; i++) {
      kernels.layerNorm(
          x,
          xOffset + i * width,
          parameters,
          gain,
          parameters,
          bias,
          y,
          yOffset + i * width,
          moments,
          2 * i,
          width);
    }
  }

  /** Backward: accumulates into {@code gradients} and {@code dx}, both [rows, width]. */
  public void backward(
      float[] parameters,
      float[] gradients,
      float[] x,
      float[] moments,
      float[] dy,
      float[] dx,
      int rows) {
    for (int i = 0; i < rows; i++) {
      kernels.layerNormBackward(
          x,
          i * width,
          parameters,
          gain,
          bias,
          moments,
          2 * i,
          dy,
          i * width,
          dx,
          i * width,
          gradients,
          width);
    }
  }
}
