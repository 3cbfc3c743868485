package dev.dolmen.model.layer;

import dev.dolmen.model.kernel.KernelScratch;
import dev.dolmen.model.kernel.Kernels;

/** y = x · W + b, with W [in, out] and b [out]. */
public final class Linear {
  private final Kernels kernels;
  private final int in;
  private final int out;
  private final int weight;
  private final int bias;

  /**
   * Adds W and b to the layout.
   *
   * @param deviation of W's initial numbers; b starts at 0
   */
  public Linear(
      Kernels kernels, ParameterLayout layout, String name, int in, int out, double deviation) {
    this(
        kernels,
        in,
        out,
        layout.matrix(name + "/weight", in, out, deviation),
        layout.vector(name + "/bias", out, 0));
  }

  /**
   * Adds W and b, both 0, to the layout.
   *
   * @param rate multiple of the learning rate
   */
  public static Linear zeros(
      Kernels kernels, ParameterLayout layout, String name, int in, int out, float rate) {
    int weight = layout.zeroMatrix(name + "/weight", in, out, rate);
    return new Linear(kernels, in, out, weight, layout.vector(name + "/bias", out, 0, rate));
  }

  private Linear(Kernels kernels, int in, int out, int weight, int bias) {
    this.kernels = kernels;
    this.in = in;
    this.out = out;
    this.weight = weight;
    this.bias = bias;
  }

  /** Offset of W in the parameters. */
  public int weightOffset() {
    return weight;
  }

  /**
   * Forward.
   *
   * @param x [rows, in] from {@code xOffset}
   * @param y overwritten, [rows, out] from {@code yOffset}
   */
  public void forward(
      float[] parameters,
      float[] x,
      int xOffset,
      float[] y,
      int yOffset,
      int rows,
      KernelScratch scratch) {
    forwardColumns(parameters, x, xOffset, y, yOffset, rows, 0, out, scratch);
  }

  /** Forward of the output columns {@code from} to {@code to - 1} alone; y stays [rows, out]. */
  public void forwardColumns(
      float[] parameters,
      float[] x,
      int xOffset,
      float[] y,
      int yOffset,
      int rows,
      int from,
      int to,
      KernelScratch scratch) {
    int first = yOffset + from;
    for (int i = 0; i < rows; i++) {
      System.arraycopy(parameters, bias + from, y, first + i * out, to - from);
    }
    kernels.matmul(
        rows,
        to - from,
        in,
        x,
        xOffset,
        in,
        parameters,
        weight + from,
        out,
        y,
        first,
        out,
        scratch);
  }

  /** Forward that adds to y, which already holds something, such as a residual. */
  public void forwardAdd(
      float[] parameters,
      float[] x,
      int xOffset,
      float[] y,
      int yOffset,
      int rows,
      KernelScratch scratch) {
    for (int i = 0; i < rows; i++) {
      kernels.axpy(1, parameters, bias, y, yOffset + i * out, out);
    }
    kernels.matmul(
        rows, out, in, x, xOffset, in, parameters, weight, out, y, yOffset, out, scratch);
  }

  /** Accumulates the gradients of W and b. */
  public void backwardParameters(
      float[] gradients, float[] x, float[] dy, int rows, KernelScratch scratch) {
    kernels.matmulTransposedA(in, out, rows, x, 0, in, dy, 0, out, gradients, weight, out, scratch);
    for (int i = 0; i < rows; i++) {
      kernels.axpy(1, dy, i * out, gradients, bias, out);
    }
  }

  /** Accumulates into {@code dx}, [rows, in]. */
  public void backwardInput(
      float[] parameters, float[] dy, float[] dx, int rows, KernelScratch scratch) {
    kernels.matmulTransposedB(
        rows, in, out, dy, 0, out, parameters, weight, out, dx, 0, in, scratch);
  }
}
