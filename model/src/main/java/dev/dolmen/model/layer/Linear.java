package dev.dolmen.model.layer;

import dev.dolmen.model.kernel.KernelScratch;
import dev.dolmen.model.kernel.Kernels;

/** y = x · W + b, with W [in, out] and b [out]. */
public final class Linear {
  private static final float[] NO_PANELS = {};

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

  /** Offset of b in the parameters. */
  public int biasOffset() {
    return bias;
  }

  /**
   * W as {@link Kernels#matmulPanels} wants it; empty if the columns make no whole panels, and then
   * W is read where it is.
   */
  public float[] panels(float[] parameters) {
    int panel = Kernels.PANEL;
    float[] panels = new float[out % panel == 0 ? in * out : 0];
    for (int to = 0; to < panels.length; to += panel) {
      int from = weight + to / panel % in * out + to / panel / in * panel;
      System.arraycopy(parameters, from, panels, to, panel);
    }
    return panels;
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
    forward(parameters, NO_PANELS, x, xOffset, y, yOffset, rows, scratch);
  }

  /**
   * Forward.
   *
   * @param panels what {@link #panels} gave, or empty
   * @param x [rows, in] from {@code xOffset}
   * @param y overwritten, [rows, out] from {@code yOffset}
   */
  public void forward(
      float[] parameters,
      float[] panels,
      float[] x,
      int xOffset,
      float[] y,
      int yOffset,
      int rows,
      KernelScratch scratch) {
    for (int i = 0; i < rows; i++) {
      System.arraycopy(parameters, bias, y, yOffset + i * out, out);
    }
    addProduct(parameters, panels, x, xOffset, y, yOffset, rows, scratch);
  }

  /** Forward that adds to y, which already holds something, such as a residual. */
  public void forwardAdd(
      float[] parameters,
      float[] panels,
      float[] x,
      int xOffset,
      float[] y,
      int yOffset,
      int rows,
      KernelScratch scratch) {
    for (int i = 0; i < rows; i++) {
      kernels.axpy(1, parameters, bias, y, yOffset + i * out, out);
    }
    addProduct(parameters, panels, x, xOffset, y, yOffset, rows, scratch);
  }

  private void addProduct(
      float[] parameters,
      float[] panels,
      float[] x,
      int xOffset,
      float[] y,
      int yOffset,
      int rows,
      KernelScratch scratch) {
    if (panels.length > 0) {
      int count = out / Kernels.PANEL;
      kernels.matmulPanels(rows, count, in, x, xOffset, in, panels, 0, y, yOffset, out, scratch);
    } else {
      kernels.matmul(
          rows, out, in, x, xOffset, in, parameters, weight, out, y, yOffset, out, scratch);
    }
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
