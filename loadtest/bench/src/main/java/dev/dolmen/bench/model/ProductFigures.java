package dev.dolmen.bench.model;

import dev.dolmen.model.kernel.KernelScratch;
import dev.dolmen.model.kernel.Kernels;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Matrix products at the model's sizes, as a share of the machine's peak. */
final class ProductFigures {
  static final String OP = "product";
  static final String TRANSPOSED_B = "transposed_b";
  static final String TRANSPOSED_A = "transposed_a";

  /** C[m, n] from k. */
  private record Size(String op, int m, int n, int k) {
    @Override
    public String toString() {
      return m + "x" + n + "x" + k;
    }
  }

  private static final List<Size> QUICK =
      List.of(
          new Size(OP, 20, 192, 64), // Queries, keys and values of one session.
          new Size(OP, 1280, 192, 64), // The same of a batch of 64.
          new Size(OP, 1280, 64, 128), // Feed-forward, down.
          new Size(TRANSPOSED_B, 1280, 64, 192), // The backward of queries, keys and values.
          new Size(TRANSPOSED_A, 64, 192, 1280),
          new Size(TRANSPOSED_B, 128, 1792, 64), // Scores of a chunk of predictions.
          new Size(TRANSPOSED_A, 1792, 64, 128)); // Gradients of the candidates.

  private static final List<Size> MORE =
      List.of(
          new Size(OP, 1, 64, 64),
          new Size(OP, 1, 128, 64),
          new Size(OP, 5, 192, 64),
          new Size(OP, 20, 64, 64),
          new Size(OP, 20, 64, 128),
          new Size(OP, 20, 384, 128),
          new Size(OP, 13, 45, 37),
          new Size(OP, 207, 207, 207),
          new Size(OP, 1280, 128, 64),
          new Size(OP, 1280, 384, 128),
          new Size(OP, 128, 64, 1792),
          new Size(TRANSPOSED_B, 20, 20, 32),
          new Size(TRANSPOSED_B, 207, 207, 207),
          new Size(TRANSPOSED_B, 1280, 64, 64),
          new Size(TRANSPOSED_B, 128, 40_000, 64),
          new Size(TRANSPOSED_A, 64, 64, 1280),
          new Size(TRANSPOSED_A, 128, 64, 1280),
          new Size(TRANSPOSED_A, 207, 207, 207));

  private final Rounds rounds;
  private final boolean quick;
  private final Kernels kernels = Kernels.best();
  private final KernelScratch scratch = new KernelScratch();

  ProductFigures(Rounds rounds, boolean quick) {
    this.rounds = rounds;
    this.quick = quick;
  }

  /** Whether it is one of the sizes that nearly all of the time goes to. */
  static boolean isCommon(String op, String shape) {
    return QUICK.stream().anyMatch(s -> s.op().equals(op) && s.toString().equals(shape));
  }

  List<ModelLine> measure() {
    double peak = new FmaPeak().gflops(rounds);
    List<ModelLine> lines = new ArrayList<>();
    lines.add(new ModelLine("peak", "fma", ModelLine.DOLMEN, 0, null, null, peak, 1.0, null));
    List<Size> sizes = new ArrayList<>(QUICK);
    if (!quick) {
      sizes.addAll(MORE);
    }
    for (Size size : sizes) {
      Rounds.Figure figure = rounds.measure(List.of(product(size))).getFirst();
      lines.add(
          ModelLine.timed(size.op(), size.toString(), ModelLine.DOLMEN, figure)
              .withOperations(2.0 * size.m() * size.n() * size.k(), peak));
    }
    return lines;
  }

  private Runnable product(Size size) {
    int m = size.m();
    int n = size.n();
    int k = size.k();
    SplittableRandom random = new SplittableRandom(EncodeShape.SEED);
    // Small, so that sums that go on and on stay finite.
    float[] a = Numbers.gaussian(m * k, 1e-6, random);
    float[] b = Numbers.gaussian(k * n, 1e-6, random);
    float[] c = new float[m * n];
    return switch (size.op()) {
      case OP -> () -> kernels.matmul(m, n, k, a, 0, k, b, 0, n, c, 0, n, scratch);
      case TRANSPOSED_B ->
          () -> kernels.matmulTransposedB(m, n, k, a, 0, k, b, 0, k, c, 0, n, scratch);
      default -> () -> kernels.matmulTransposedA(m, n, k, a, 0, m, b, 0, n, c, 0, n, scratch);
    };
  }
}
