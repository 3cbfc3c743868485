package dev.dolmen.evaluation.gru4rec;

import dev.dolmen.model.kernel.KernelScratch;
import dev.dolmen.model.kernel.Kernels;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * A gated recurrent unit (Cho et al., "Learning phrase representations using RNN encoder-decoder",
 * EMNLP 2014) over n rows at once, in and out of width D:
 *
 * <p>z = σ(x Wz + h Uz + bz), r = σ(x Wr + h Ur + br), c = tanh(x Wc + (r ∘ h) Uc + bc), h' = (1 -
 * z) ∘ h + z ∘ c
 *
 * <p>Parameters in one array: W [D, 3D] with the columns of z, r and c, U [D, 3D] likewise, b [3D].
 * Backward goes through one step; what came before, h, is a constant, as in GRU4Rec.
 */
final class GruCell {
  private final Kernels kernels = Kernels.best();
  private final KernelScratch scratch = new KernelScratch();
  private final int width;
  private final float[] gates;
  private final float[] reset;
  private final float[] dGates;
  private final float[] dReset;

  /**
   * @param width D
   * @param rows n at most
   */
  GruCell(int width, int rows) {
    this.width = width;
    gates = new float[rows * 3 * width];
    reset = new float[rows * width];
    dGates = new float[gates.length];
    dReset = new float[reset.length];
  }

  /** Number of parameters. */
  int parameters() {
    return (6 * width + 3) * width;
  }

  /** First parameters: uniform by Glorot and Bengio (2010), biases 0. */
  float[] start(SplittableRandom random) {
    float[] parameters = new float[parameters()];
    double range = StrictMath.sqrt(6.0 / (2 * width));
    for (int i = 0; i < 6 * width * width; i++) {
      parameters[i] = (float) (range * (2 * random.nextDouble() - 1));
    }
    return parameters;
  }

  private int recurrent() {
    return 3 * width * width;
  }

  private int bias() {
    return 6 * width * width;
  }

  /**
   * The next states.
   *
   * @param x [n, D]
   * @param h [n, D], the states before
   * @param next [n, D], overwritten
   */
  void forward(int n, float[] parameters, float[] x, float[] h, float[] next) {
    int d = width;
    for (int row = 0; row < n; row++) {
      System.arraycopy(parameters, bias(), gates, row * 3 * d, 3 * d);
    }
    kernels.matmul(n, 3 * d, d, x, 0, d, parameters, 0, 3 * d, gates, 0, 3 * d, scratch);
    int u = recurrent();
    kernels.matmul(n, 2 * d, d, h, 0, d, parameters, u, 3 * d, gates, 0, 3 * d, scratch);
    for (int row = 0; row < n; row++) {
      for (int i = 0; i < d; i++) {
        int at = row * 3 * d + i;
        gates[at] = sigmoid(gates[at]);
        gates[at + d] = sigmoid(gates[at + d]);
        reset[row * d + i] = gates[at + d] * h[row * d + i];
      }
    }
    int uc = u + 2 * d;
    kernels.matmul(n, d, d, reset, 0, d, parameters, uc, 3 * d, gates, 2 * d, 3 * d, scratch);
    for (int row = 0; row < n; row++) {
      for (int i = 0; i < d; i++) {
        int at = row * 3 * d + i;
        gates[at + 2 * d] = (float) StrictMath.tanh(gates[at + 2 * d]);
        float z = gates[at];
        next[row * d + i] = (1 - z) * h[row * d + i] + z * gates[at + 2 * d];
      }
    }
  }

  /**
   * Backward of the {@link #forward} that was called last.
   *
   * @param dNext [n, D]
   * @param gradients of parameters and inputs, accumulated into
   */
  void backward(
      int n, float[] parameters, float[] x, float[] h, float[] dNext, GruGradients gradients) {
    int d = width;
    int u = recurrent();
    throughUpdate(n, h, dNext);
    Arrays.fill(dReset, 0, n * d, 0);
    kernels.matmulTransposedB(
        n, d, d, dGates, 2 * d, 3 * d, parameters, u + 2 * d, 3 * d, dReset, 0, d, scratch);
    throughReset(n, h);
    float[] out = gradients.parameters;
    kernels.matmulTransposedA(d, 3 * d, n, x, 0, d, dGates, 0, 3 * d, out, 0, 3 * d, scratch);
    kernels.matmulTransposedA(d, 2 * d, n, h, 0, d, dGates, 0, 3 * d, out, u, 3 * d, scratch);
    int uc = u + 2 * d;
    kernels.matmulTransposedA(d, d, n, reset, 0, d, dGates, 2 * d, 3 * d, out, uc, 3 * d, scratch);
    for (int row = 0; row < n; row++) {
      kernels.axpy(1, dGates, row * 3 * d, out, bias(), 3 * d);
    }
    float[] dx = gradients.input;
    kernels.matmulTransposedB(
        n, d, 3 * d, dGates, 0, 3 * d, parameters, 0, 3 * d, dx, 0, d, scratch);
  }

  private void throughUpdate(int n, float[] h, float[] dNext) {
    int d = width;
    for (int row = 0; row < n; row++) {
      for (int i = 0; i < d; i++) {
        int at = row * 3 * d + i;
        float z = gates[at];
        float c = gates[at + 2 * d];
        float dn = dNext[row * d + i];
        dGates[at] = dn * (c - h[row * d + i]) * z * (1 - z);
        dGates[at + 2 * d] = dn * z * (1 - c * c);
      }
    }
  }

  private void throughReset(int n, float[] h) {
    int d = width;
    for (int row = 0; row < n; row++) {
      for (int i = 0; i < d; i++) {
        int at = row * 3 * d + d + i;
        float r = gates[at];
        dGates[at] = dReset[row * d + i] * h[row * d + i] * r * (1 - r);
      }
    }
  }

  static float sigmoid(float x) {
    return (float) (1 / (1 + StrictMath.exp(-x)));
  }
}
