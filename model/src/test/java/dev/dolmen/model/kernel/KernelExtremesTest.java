package dev.dolmen.model.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The fast kernels against their scalar twins on subnormal, infinite and undefined numbers, at
 * lengths that no vector divides: what is finite agrees, what is not is not finite in both.
 */
class KernelExtremesTest {
  private static final float[] EXTREMES = {
    Float.MIN_VALUE,
    -Float.MIN_VALUE,
    1e-40f,
    -1e-40f,
    Float.MIN_NORMAL,
    0f,
    -0f,
    3e38f,
    -3e38f,
    Float.POSITIVE_INFINITY,
    Float.NEGATIVE_INFINITY,
    Float.NaN
  };

  private final Kernels fast = new VectorKernels("test");
  private final Kernels slow = new ScalarKernels("test");
  private final KernelScratch scratch = new KernelScratch();
  private final Random random = new Random(11);

  private float[] numbers(int n) {
    float[] x = new float[n];
    for (int i = 0; i < n; i++) {
      x[i] = (float) random.nextGaussian();
    }
    return x;
  }

  /** Subnormal numbers alone, as many as {@code n}. */
  private float[] subnormal(int n) {
    float[] x = new float[n];
    for (int i = 0; i < n; i++) {
      x[i] = Float.MIN_NORMAL * (float) (random.nextDouble() - 0.5);
    }
    return x;
  }

  private static void assertAgree(String what, float[] actual, float[] expected) {
    assertThat(actual).as(what).hasSameSizeAs(expected);
    for (int i = 0; i < actual.length; i++) {
      if (Float.isFinite(expected[i])) {
        assertThat((double) actual[i])
            .as("%s, number %d", what, i)
            .isCloseTo(expected[i], offset(1e-5 * (1 + Math.abs((double) expected[i]))));
      } else {
        assertThat(Float.isFinite(actual[i])).as("%s, number %d", what, i).isFalse();
      }
    }
  }

  private void assertAgree(String what, float actual, float expected) {
    assertAgree(what, new float[] {actual}, new float[] {expected});
  }

  /** Each extreme alone, at the beginning, in the middle and in the tail. */
  @ParameterizedTest
  @ValueSource(ints = {1, 13, 17, 33, 207, 4098})
  void oneExtremeAnywhere(int n) {
    for (float extreme : EXTREMES) {
      for (int at : new int[] {0, n / 2, n - 1}) {
        float[] x = numbers(n + 1);
        x[at + 1] = extreme;
        String what = extreme + " at " + at + " of " + n;
        rows(n, x, what);
        // The square of 3e38 is no float: the fast norm's variance is infinite, the slow one's not.
        if (Math.abs(extreme) != 3e38f) {
          norm(n, x, what);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 13, 17, 33, 207, 4098})
  void subnormalNumbersAlone(int n) {
    rows(n, subnormal(n + 1), "subnormal");
    norm(n, subnormal(n + 1), "subnormal");
    float[] x = subnormal(n);
    float[] y = x.clone();
    fast.axpy(1, x, 0, y, 0, n);
    for (int i = 0; i < n; i++) {
      assertThat(y[i]).as("number %d is not flushed to 0", i).isEqualTo(2 * x[i]);
    }
  }

  private void rows(int n, float[] x, String what) {
    float[] other = numbers(n);
    float[] dot = {fast.dot(x, 1, other, 0, n)};
    assertNear(what + ": dot", dot, new float[] {slow.dot(x, 1, other, 0, n)}, n);
    float[] actual = other.clone();
    float[] expected = other.clone();
    fast.axpy(0.7f, x, 1, actual, 0, n);
    slow.axpy(0.7f, x, 1, expected, 0, n);
    assertAgree(what + ": axpy", actual, expected);
    fast.gelu(x, 1, actual, 0, n);
    slow.gelu(x, 1, expected, 0, n);
    assertAgree(what + ": gelu", actual, expected);
    fast.geluBackward(x, 1, other, 0, actual, 0, n);
    slow.geluBackward(x, 1, other, 0, expected, 0, n);
    assertAgree(what + ": geluBackward", actual, expected);
    assertThat(fast.countNotBelow(x, 1, n, 0.2f))
        .as(what)
        .isEqualTo(slow.countNotBelow(x, 1, n, 0.2f));
    assertThat(fast.firstNotBelow(x, 1, n, 0.2f))
        .as(what)
        .isEqualTo(slow.firstNotBelow(x, 1, n, 0.2f));
    actual = x.clone();
    expected = x.clone();
    assertAgree(what + ": log sum", fast.softmax(actual, 1, n), slow.softmax(expected, 1, n));
    assertAgree(what + ": softmax", actual, expected);
    products(n, x, what);
  }

  private void norm(int n, float[] x, String what) {
    float[] gain = numbers(2 * n);
    float[] moments = new float[2];
    float[] momentsExpected = new float[2];
    float[] actual = new float[n];
    float[] expected = new float[n];
    fast.layerNorm(x, 1, gain, 0, gain, n, actual, 0, moments, 0, n);
    slow.layerNorm(x, 1, gain, 0, gain, n, expected, 0, momentsExpected, 0, n);
    assertAgree(what + ": norm", actual, expected);
    assertAgree(what + ": moments", moments, momentsExpected);
  }

  /** [3, n] by [n, 2] and the two transposes, the extreme in the first row. */
  private void products(int n, float[] x, String what) {
    float[] a = numbers(3 * n + 1);
    System.arraycopy(x, 1, a, 1, n);
    float[] b = numbers(2 * n);
    float[] actual = numbers(6);
    float[] expected = actual.clone();
    fast.matmul(3, 2, n, a, 1, n, b, 0, 2, actual, 0, 2, scratch);
    slow.matmul(3, 2, n, a, 1, n, b, 0, 2, expected, 0, 2, scratch);
    assertNear(what + ": product", actual, expected, n);
    fast.matmulTransposedB(3, 2, n, a, 1, n, b, 0, n, actual, 0, 2, scratch);
    slow.matmulTransposedB(3, 2, n, a, 1, n, b, 0, n, expected, 0, 2, scratch);
    assertNear(what + ": product, B transposed", actual, expected, n);
    fast.matmulTransposedA(3, 2, n, a, 1, 3, b, 0, 2, actual, 0, 2, scratch);
    slow.matmulTransposedA(3, 2, n, a, 1, 3, b, 0, 2, expected, 0, 2, scratch);
    assertNear(what + ": product, A transposed", actual, expected, n);
  }

  /** Sums of n products, whose error grows with n. */
  private static void assertNear(String what, float[] actual, float[] expected, int n) {
    for (int i = 0; i < actual.length; i++) {
      if (Float.isFinite(expected[i])) {
        assertThat((double) actual[i])
            .as("%s, number %d", what, i)
            .isCloseTo(expected[i], offset(1e-6 * (10 + n) * (1 + Math.abs((double) expected[i]))));
      } else {
        assertThat(Float.isFinite(actual[i])).as("%s, number %d", what, i).isFalse();
      }
    }
  }
}
