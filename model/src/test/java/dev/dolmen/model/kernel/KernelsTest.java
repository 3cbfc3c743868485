package dev.dolmen.model.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The fast kernels against their scalar twins. */
class KernelsTest {
  private final Kernels fast = new VectorKernels("test");
  private final Kernels slow = new ScalarKernels("test");
  private final KernelScratch scratch = new KernelScratch();
  private final Random random = new Random(7);

  private float[] numbers(int n) {
    float[] x = new float[n];
    for (int i = 0; i < n; i++) {
      x[i] = (float) random.nextGaussian();
    }
    return x;
  }

  private static void assertClose(float[] actual, float[] expected, double tolerance) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < actual.length; i++) {
      if (Float.isFinite(expected[i])) {
        assertThat((double) actual[i])
            .as("number %d", i)
            .isCloseTo(expected[i], offset(tolerance * (1 + Math.abs(expected[i]))));
      } else {
        assertThat(actual[i]).as("number %d", i).isEqualTo(expected[i]);
      }
    }
  }

  @Test
  void bestKernelsUseVectorsHere() {
    assertThat(Kernels.best()).isSameAs(Kernels.best());
    assertThat(Kernels.best().name()).startsWith("vector");
    assertThat(Kernels.best().reason()).isNotEmpty();
  }

  @Test
  void productsInAllTransposes() {
    int[] sizes = {0, 1, 2, 3, 5, 8, 13, 24, 31, 33, 64, 207};
    int[] depths = {0, 1, 7, 64, 207, 300};
    for (int m : sizes) {
      for (int n : sizes) {
        for (int k : depths) {
          product(m, n, k, 0);
        }
      }
    }
    product(13, 45, 4098, 3);
    product(45, 13, 65, 3);
  }

  private void product(int m, int n, int k, int gap) {
    double tolerance = 1e-6 * (10 + k);
    float[] c = numbers(2 + m * (n + gap));
    float[] a = numbers(1 + m * (k + gap));
    float[] b = numbers(3 + k * (n + gap));
    float[] actual = c.clone();
    float[] expected = c.clone();
    fast.matmul(m, n, k, a, 1, k + gap, b, 3, n + gap, actual, 2, n + gap, scratch);
    slow.matmul(m, n, k, a, 1, k + gap, b, 3, n + gap, expected, 2, n + gap, scratch);
    assertClose(actual, expected, tolerance);

    float[] bTransposed = numbers(3 + n * (k + gap));
    actual = c.clone();
    expected = c.clone();
    fast.matmulTransposedB(
        m, n, k, a, 1, k + gap, bTransposed, 3, k + gap, actual, 2, n + gap, scratch);
    slow.matmulTransposedB(
        m, n, k, a, 1, k + gap, bTransposed, 3, k + gap, expected, 2, n + gap, scratch);
    assertClose(actual, expected, tolerance);

    float[] aTransposed = numbers(1 + k * (m + gap));
    actual = c.clone();
    expected = c.clone();
    fast.matmulTransposedA(
        m, n, k, aTransposed, 1, m + gap, b, 3, n + gap, actual, 2, n + gap, scratch);
    slow.matmulTransposedA(
        m, n, k, aTransposed, 1, m + gap, b, 3, n + gap, expected, 2, n + gap, scratch);
    assertClose(actual, expected, tolerance);
  }

  @Test
  void rowsOfAProductDoNotDependOnHowManyThereAre() {
    float[] a = numbers(70 * 300);
    float[] b = numbers(300 * 96);
    float[] all = new float[70 * 96];
    fast.matmul(70, 96, 300, a, 0, 300, b, 0, 96, all, 0, 96, scratch);
    for (int i = 0; i < 70; i++) {
      float[] one = new float[96];
      fast.matmul(1, 96, 300, a, i * 300, 300, b, 0, 96, one, 0, 96, scratch);
      for (int j = 0; j < 96; j++) {
        assertThat(one[j]).isEqualTo(all[i * 96 + j]);
      }
    }
  }

  @Test
  void productsOfSeveralThreadsAreTheSameToTheBit() {
    int[][] sizes = {{301, 192, 64}, {17, 2_000, 64}, {64, 192, 1_280}, {1_283, 33, 65}};
    for (int threads = 2; threads <= 5; threads++) {
      try (KernelThreads workers =
          new KernelThreads(threads, Thread.ofPlatform().daemon().factory())) {
        KernelScratch shared = new KernelScratch(workers);
        for (int round = 0; round < 30; round++) {
          int[] size = sizes[round % sizes.length];
          int m = size[0];
          int n = size[1];
          int k = size[2];
          float[] a = numbers(m * k);
          float[] b = numbers(k * n);
          float[] expected = numbers(m * n);
          float[] actual = expected.clone();
          fast.matmul(m, n, k, a, 0, k, b, 0, n, expected, 0, n, scratch);
          fast.matmul(m, n, k, a, 0, k, b, 0, n, actual, 0, n, shared);
          fast.matmulTransposedB(m, n, k, a, 0, k, b, 0, k, expected, 0, n, scratch);
          fast.matmulTransposedB(m, n, k, a, 0, k, b, 0, k, actual, 0, n, shared);
          fast.matmulTransposedA(m, n, k, a, 0, m, b, 0, n, expected, 0, n, scratch);
          fast.matmulTransposedA(m, n, k, a, 0, m, b, 0, n, actual, 0, n, shared);
          assertThat(actual).isEqualTo(expected);
        }
      }
    }
  }

  @Test
  void aProductAfterItsThreadsAreClosedIsTheCallersAlone() {
    KernelThreads workers = new KernelThreads(3, Thread.ofPlatform().daemon().factory());
    assertThat(workers.count()).isEqualTo(3);
    workers.close();
    float[] a = numbers(300 * 64);
    float[] b = numbers(64 * 192);
    float[] expected = new float[300 * 192];
    float[] actual = new float[300 * 192];
    fast.matmul(300, 192, 64, a, 0, 64, b, 0, 192, expected, 0, 192, scratch);
    KernelScratch shared = new KernelScratch(workers);
    fast.matmul(300, 192, 64, a, 0, 64, b, 0, 192, actual, 0, 192, shared);
    assertThat(actual).isEqualTo(expected);
  }

  @Test
  void panels() {
    for (int m : new int[] {1, 3, 8, 21}) {
      int k = 37;
      float[] a = numbers(m * k);
      float[] packed = numbers(3 * k * Kernels.PANEL);
      float[] actual = numbers(m * 96);
      float[] expected = actual.clone();
      fast.matmulPanels(m, 3, k, a, 0, k, packed, 0, actual, 0, 96, scratch);
      slow.matmulPanels(m, 3, k, a, 0, k, packed, 0, expected, 0, 96, null);
      assertClose(actual, expected, 1e-5);
    }
  }

  @Test
  void panelsOfNarrowNumbers() {
    for (int m : new int[] {1, 3, 8, 21}) {
      for (int k : new int[] {1, 24, 37, 300}) {
        float[] a = numbers(m * k);
        byte[] bytes = new byte[3 * k * Kernels.PANEL];
        random.nextBytes(bytes);
        short[] halves = new short[bytes.length];
        float[] numbers = numbers(bytes.length);
        for (int i = 0; i < halves.length; i++) {
          halves[i] = (short) (Float.floatToRawIntBits(numbers[i]) >>> 16);
        }
        float[] scale = numbers(97);
        float[] actual = numbers(m * 96);
        float[] expected = actual.clone();
        fast.scanInt8(m, 3, k, a, 0, k, bytes, 0, scale, 1, actual, 0, 96, scratch);
        slow.scanInt8(m, 3, k, a, 0, k, bytes, 0, scale, 1, expected, 0, 96, scratch);
        assertClose(actual, expected, 1e-4 * (10 + k));
        fast.scanBf16(m, 2, k, a, 0, k, halves, 32 * k, actual, 0, 96, scratch);
        slow.scanBf16(m, 2, k, a, 0, k, halves, 32 * k, expected, 0, 96, scratch);
        assertClose(actual, expected, 1e-4 * (10 + k));
      }
    }
  }

  /** To the bit, as what was learned with the one is learned with the other. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 13, 16, 17, 33, 64, 207})
  void columnsAreAddedAsOneAfterTheOther(int n) {
    float[][] columns = new float[7][];
    for (int f = 0; f < columns.length; f++) {
      columns[f] = numbers(n + 3);
    }
    float[] weights = numbers(20);
    for (Kernels kernels : List.of(fast, slow)) {
      float[] actual = numbers(n + 3);
      float[] expected = actual.clone();
      kernels.addColumns(columns, 2, 4, weights, 1, 3, actual, 3, n);
      for (int f = 0; f < 4; f++) {
        kernels.axpy(weights[1 + 3 * f], columns[2 + f], 3, expected, 3, n);
      }
      assertThat(actual).isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 8, 13, 16, 17, 31, 32, 33, 64, 128, 207})
  void boundsOfRows(int n) {
    byte[] bytes = new byte[40 * n];
    random.nextBytes(bytes);
    float[] scale = numbers(40);
    int[] rows = random.ints(50, 1_000, 1_040).toArray();
    rows[7] = 1_039; // The last one ends with the array.
    float[] x = numbers(n);
    float[] actual = numbers(60);
    float[] expected = actual.clone();
    fast.addRowBounds(x, n, bytes, scale, 0.5f, rows, 3, 49, 1_000, actual, 5);
    slow.addRowBounds(x, n, bytes, scale, 0.5f, rows, 3, 49, 1_000, expected, 5);
    assertClose(actual, expected, 1e-3 * n);
  }

  /** To the bit, and each number within half a step. */
  private void byteCodes(float[] x, int n) {
    byte[] actual = new byte[n + 3];
    byte[] expected = new byte[n + 3];
    float scale = fast.byteCodes(x, 1, n, actual, 2);
    assertThat(scale).isEqualTo(slow.byteCodes(x, 1, n, expected, 2));
    assertThat(actual).isEqualTo(expected);
    for (int i = 0; i < n; i++) {
      assertThat(scale * actual[2 + i]).isCloseTo(x[1 + i], offset(0.5001f * scale));
    }
    assertThat(fast.byteCodes(new float[n], 0, n, actual, 2)).isZero();
    assertThat(actual).containsOnly(0);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 13, 16, 17, 20, 31, 32, 33, 64, 207, 4098})
  void rows(int n) {
    float[] x = numbers(n + 3);
    float[] y = numbers(n + 3);
    assertThat(fast.dot(x, 1, y, 2, n)).isCloseTo(slow.dot(x, 1, y, 2, n), offset(1e-3f));
    byteCodes(x, n);
    float[] actual = y.clone();
    float[] expected = y.clone();
    fast.axpy(0.7f, x, 1, actual, 2, n);
    slow.axpy(0.7f, x, 1, expected, 2, n);
    assertClose(actual, expected, 1e-6);
    fast.gelu(x, 1, actual, 2, n);
    slow.gelu(x, 1, expected, 2, n);
    assertClose(actual, expected, 1e-6);
    fast.geluBackward(x, 1, y, 2, actual, 2, n);
    slow.geluBackward(x, 1, y, 2, expected, 2, n);
    assertClose(actual, expected, 2e-6);
    assertThat(fast.countNotBelow(x, 1, n, 0.3f)).isEqualTo(slow.countNotBelow(x, 1, n, 0.3f));
    for (int i = 0; i < n; i++) {
      int rest = n - i;
      assertThat(fast.firstNotBelow(x, 1 + i, rest, 1.5f))
          .isEqualTo(slow.firstNotBelow(x, 1 + i, rest, 1.5f));
    }
    assertThat(fast.firstNotBelow(x, 1, n, 1e9f)).isEqualTo(n);
    if (n > 0) {
      actual = x.clone();
      expected = x.clone();
      assertThat(fast.softmax(actual, 1, n)).isCloseTo(slow.softmax(expected, 1, n), offset(2e-6f));
      assertClose(actual, expected, 1e-6);
      softmaxes(n, x, y);
      norm(n);
    }
  }

  private void softmaxes(int n, float[] x, float[] y) {
    float[] actual = x.clone();
    float[] expected = x.clone();
    fast.biasedSoftmax(actual, 1, n, 0.3f, y, 2);
    slow.biasedSoftmax(expected, 1, n, 0.3f, y, 2);
    assertClose(actual, expected, 1e-6);
    float[] dActual = y.clone();
    float[] dExpected = y.clone();
    fast.softmaxBackward(expected, 1, dActual, 2, n);
    slow.softmaxBackward(expected, 1, dExpected, 2, n);
    assertClose(dActual, dExpected, 1e-6);
    fast.scale(-1.7f, dActual, 2, n);
    slow.scale(-1.7f, dExpected, 2, n);
    assertClose(dActual, dExpected, 1e-6);
  }

  private void norm(int n) {
    float[] x = numbers(n + 2);
    float[] gain = numbers(2 * n);
    float[] moments = new float[4];
    float[] momentsExpected = new float[4];
    float[] actual = numbers(n + 1);
    float[] expected = actual.clone();
    fast.layerNorm(x, 2, gain, 0, gain, n, actual, 1, moments, 1, n);
    slow.layerNorm(x, 2, gain, 0, gain, n, expected, 1, momentsExpected, 1, n);
    assertClose(actual, expected, 1e-5);
    assertClose(moments, momentsExpected, 1e-5);
    float[] dy = numbers(n);
    float[] d = numbers(2 * n);
    float[] dExpected = d.clone();
    fast.layerNormBackward(x, 2, gain, 0, n, moments, 1, dy, 0, actual, 1, d, n);
    slow.layerNormBackward(x, 2, gain, 0, n, moments, 1, dy, 0, expected, 1, dExpected, n);
    assertClose(actual, expected, 1e-4);
    assertClose(d, dExpected, 1e-5);
  }

  @Test
  void extremeNumbers() {
    float[] x = {
      0, -0f, 1e-40f, -1e-40f, 50, -50, 88, -88, 1e30f, -1e30f, 3, Float.MIN_VALUE, -87, 7, 8, 9, 10
    };
    float[] actual = x.clone();
    float[] expected = x.clone();
    fast.softmax(actual, 0, x.length);
    slow.softmax(expected, 0, x.length);
    assertClose(actual, expected, 1e-6);
    fast.gelu(x, 0, actual, 0, x.length);
    slow.gelu(x, 0, expected, 0, x.length);
    assertClose(actual, expected, 1e-6);
  }

  @Test
  void whatIsNotANumberStaysVisible() {
    for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
      float[] x = numbers(21);
      x[17] = bad;
      assertThat(fast.softmax(x.clone(), 0, 21)).isNaN();
      assertThat(slow.softmax(x.clone(), 0, 21)).isNaN();
      float[] shares = x.clone();
      fast.biasedSoftmax(shares, 0, 21, 0.5f, numbers(21), 0);
      assertThat(shares).containsOnly(Float.NaN);
      assertThat(Float.isFinite(fast.dot(x, 0, x, 0, 21))).isFalse();
      float[] c = new float[4];
      fast.matmul(1, 1, 21, x, 0, 21, x, 0, 1, c, 0, 1, scratch);
      assertThat(Float.isFinite(c[0])).isFalse();
      float[] y = new float[21];
      fast.layerNorm(x, 0, numbers(21), 0, numbers(21), 0, y, 0, new float[2], 0, 21);
      assertThat(y[0]).isNaN();
    }
    float[] gone = numbers(20);
    gone[3] = Float.NEGATIVE_INFINITY;
    fast.softmax(gone, 0, 20);
    assertThat(gone[3]).isZero();
    float[] counted = {1, Float.NaN, 3, 2, 2, Float.NEGATIVE_INFINITY};
    assertThat(fast.countNotBelow(counted, 0, 6, 2)).isEqualTo(4);
    assertThat(slow.countNotBelow(counted, 0, 6, 2)).isEqualTo(4);
    float[] rare = new float[200];
    Arrays.fill(rare, Float.NaN);
    assertThat(fast.firstNotBelow(rare, 0, 200, Float.NEGATIVE_INFINITY)).isEqualTo(200);
    assertThat(slow.firstNotBelow(rare, 0, 200, Float.NEGATIVE_INFINITY)).isEqualTo(200);
    for (int i = 0; i < 200; i++) {
      rare[i] = 2; // Equal is enough.
      assertThat(fast.firstNotBelow(rare, 0, 200, 2)).isEqualTo(i);
      assertThat(slow.firstNotBelow(rare, 0, 200, 2)).isEqualTo(i);
      rare[i] = Float.NEGATIVE_INFINITY;
    }
  }
}
