package dev.dolmen.bench;

import dev.dolmen.model.kernel.KernelScratch;
import dev.dolmen.model.kernel.Kernels;
import dev.dolmen.model.kernel.ScalarKernels;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Matrix products at sizes that the model uses, in the three transposes that forward and backward
 * need; the scalar kernels are the peer. A product of m x n x k takes 2 m n k operations.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
@SuppressWarnings("NullAway.Init") // JMH calls the set-up before anything else.
public class MatrixProductBenchmark {
  private static final long SEED = 1;

  @Param({"1x192x64", "20x192x64", "700x192x64", "700x64x128", "128x1024x64", "64x192x700"})
  public String shape;

  @Param({"vector", "scalar"})
  public String kernels;

  private Kernels chosen;
  private KernelScratch scratch;
  private int m;
  private int n;
  private int k;
  private float[] a;
  private float[] b;
  private float[] c;

  /** Random matrices. */
  @Setup
  public void prepare() {
    chosen = kernels.equals("vector") ? Kernels.best() : new ScalarKernels("asked for");
    scratch = new KernelScratch();
    String[] sizes = shape.split("x", -1);
    m = Integer.parseInt(sizes[0]);
    n = Integer.parseInt(sizes[1]);
    k = Integer.parseInt(sizes[2]);
    SplittableRandom random = new SplittableRandom(SEED);
    a = numbers(m * k, random);
    b = numbers(k * n, random);
    c = new float[m * n];
  }

  private static float[] numbers(int count, SplittableRandom random) {
    float[] x = new float[count];
    for (int i = 0; i < count; i++) {
      x[i] = (float) (random.nextDouble() - 0.5);
    }
    return x;
  }

  /** C += A B. */
  @Benchmark
  public float[] product() {
    chosen.matmul(m, n, k, a, 0, k, b, 0, n, c, 0, n, scratch);
    return c;
  }

  /** C += A Bᵀ. */
  @Benchmark
  public float[] transposedB() {
    chosen.matmulTransposedB(m, n, k, a, 0, k, b, 0, k, c, 0, n, scratch);
    return c;
  }

  /** C += Aᵀ B. */
  @Benchmark
  public float[] transposedA() {
    chosen.matmulTransposedA(m, n, k, a, 0, m, b, 0, n, c, 0, n, scratch);
    return c;
  }
}
