package dev.dolmen.model.kernel;

import org.jspecify.annotations.Nullable;

/**
 * Arithmetic on row-major float arrays. A matrix is an array, the offset of its first element and
 * its stride, the distance between two rows. Every kernel adds in a fixed order that depends on the
 * sizes alone, so that the same input gives the same bits, compiled or interpreted.
 *
 * <p>Kernels check no sizes of their own beyond what array access does.
 */
public interface Kernels {
  /** The kernels for this machine; the same on every call. */
  static Kernels best() {
    return KernelChoice.BEST;
  }

  /**
   * Whether something was computed with others than those for this machine. They add up as many
   * lanes at once as a vector of the processor has, so where that is another number, the same sums
   * differ in their last bits.
   *
   * @param named by {@link #name}, where that was; empty if it is not known
   */
  static boolean areOthers(String named) {
    return !named.isEmpty() && !named.equals(best().name());
  }

  /** What this is, for logs: {@code vector 512 bit}. */
  String name();

  /** Why it was chosen, for logs. */
  String reason();

  /** C[m, n] += A[m, k] · B[k, n]. */
  void matmul(
      int m,
      int n,
      int k,
      float[] a,
      int aOffset,
      int aStride,
      float[] b,
      int bOffset,
      int bStride,
      float[] c,
      int cOffset,
      int cStride,
      KernelScratch scratch);

  /** C[m, n] += A[m, k] · B[n, k]ᵀ. */
  void matmulTransposedB(
      int m,
      int n,
      int k,
      float[] a,
      int aOffset,
      int aStride,
      float[] b,
      int bOffset,
      int bStride,
      float[] c,
      int cOffset,
      int cStride,
      KernelScratch scratch);

  /** C[m, n] += A[k, m]ᵀ · B[k, n]. */
  void matmulTransposedA(
      int m,
      int n,
      int k,
      float[] a,
      int aOffset,
      int aStride,
      float[] b,
      int bOffset,
      int bStride,
      float[] c,
      int cOffset,
      int cStride,
      KernelScratch scratch);

  /**
   * C[m, 32 panels] += A[m, k] · B for a B that is kept packed: panel after panel of [k, {@link
   * #PANEL}]. A number does not depend on m or on the other panels.
   *
   * @param scratch may be null for one row
   */
  void matmulPanels(
      int m,
      int panels,
      int k,
      float[] a,
      int aOffset,
      int aStride,
      float[] packed,
      int packedOffset,
      float[] c,
      int cOffset,
      int cStride,
      @Nullable KernelScratch scratch);

  /**
   * Like {@link #matmulPanels} for numbers of a byte, the columns multiplied with their scales.
   *
   * @param scale per column, [32 panels] from {@code scaleOffset}
   */
  void scanInt8(
      int m,
      int panels,
      int k,
      float[] a,
      int aOffset,
      int aStride,
      byte[] packed,
      int packedOffset,
      float[] scale,
      int scaleOffset,
      float[] c,
      int cOffset,
      int cStride,
      KernelScratch scratch);

  /** Like {@link #matmulPanels} for numbers that are the high halves of floats (bf16). */
  void scanBf16(
      int m,
      int panels,
      int k,
      float[] a,
      int aOffset,
      int aStride,
      short[] packed,
      int packedOffset,
      float[] c,
      int cOffset,
      int cStride,
      KernelScratch scratch);

  /** Sum of x[i] y[i]. */
  float dot(float[] x, int xOffset, float[] y, int yOffset, int n);

  /**
   * Adds to each of {@code out} scale[r] (x · y_r + slack), where r is the row of the same place.
   *
   * @param x [n]
   * @param y bytes, [rows, n]
   * @param scale [rows]
   * @param rows numbers of rows, each {@code base} too large, from {@code from} to {@code to}
   * @param out from {@code outOffset} on
   */
  void addRowBounds(
      float[] x,
      int n,
      byte[] y,
      float[] scale,
      float slack,
      int[] rows,
      int from,
      int to,
      int base,
      float[] out,
      int outOffset);

  /**
   * y[i] += the sum of weight_f x_f[i] over all f, in this order, as {@link #axpy} of one column
   * after the other.
   *
   * @param columns x, of which {@code count} from {@code first} on are read
   * @param weights of the columns, every {@code stride}th from {@code weightOffset} on
   * @param from first i, in columns and y alike
   */
  void addColumns(
      float[][] columns,
      int first,
      int count,
      float[] weights,
      int weightOffset,
      int stride,
      float[] y,
      int from,
      int n);

  /**
   * Rounds finite numbers to bytes: x[i] ≈ s codes[i] with s = max|x| / 127; halves go up.
   *
   * @param codes overwritten, [n] from {@code at}
   * @return s
   */
  float byteCodes(float[] x, int xOffset, int n, byte[] codes, int at);

  /** y[i] += alpha x[i]. */
  void axpy(float alpha, float[] x, int xOffset, float[] y, int yOffset, int n);

  /**
   * Replaces x by its softmax.
   *
   * @return the logarithm of the sum of the exponentials, from which a loss follows; not finite if
   *     an x is not a number or positive infinity, or if all are negative infinity
   */
  float softmax(float[] x, int xOffset, int n);

  /**
   * Replaces x by the softmax of factor x + bias; not a number throughout if one of them is not, or
   * if all are negative infinity.
   *
   * @param n 1 or more
   */
  void biasedSoftmax(float[] x, int xOffset, int n, float factor, float[] bias, int biasOffset);

  /** Gradient of a softmax y: dy[i] = y[i] (dy[i] - Σ y dy), in place of that of its output. */
  void softmaxBackward(float[] y, int yOffset, float[] dy, int dyOffset, int n);

  /** x[i] *= factor. */
  void scale(float factor, float[] x, int xOffset, int n);

  /**
   * y[i] = x[i] / (1 + exp(-2 √(2/π) (x[i] + 0.044715 x[i]³))), the tanh form of the Gaussian error
   * linear unit (Hendrycks and Gimpel, 2016).
   */
  void gelu(float[] x, int xOffset, float[] y, int yOffset, int n);

  /** dx[i] = dy[i] gelu'(x[i]); {@code dx} may be {@code dy}. */
  void geluBackward(
      float[] x, int xOffset, float[] dy, int dyOffset, float[] dx, int dxOffset, int n);

  /**
   * y = (x - mean) rstd gain + bias over one row; stores mean and rstd, the inverse of the standard
   * deviation, in {@code moments[momentsOffset]} and the one after.
   */
  void layerNorm(
      float[] x,
      int xOffset,
      float[] gain,
      int gainOffset,
      float[] bias,
      int biasOffset,
      float[] y,
      int yOffset,
      float[] moments,
      int momentsOffset,
      int n);

  /**
   * Backward of {@link #layerNorm} for one row: accumulates into {@code dx}, {@code dGain} and
   * {@code dBias}; the two latter have the offsets of gain and bias.
   */
  void layerNormBackward(
      float[] x,
      int xOffset,
      float[] gain,
      int gainOffset,
      int biasOffset,
      float[] moments,
      int momentsOffset,
      float[] dy,
      int dyOffset,
      float[] dx,
      int dxOffset,
      float[] dParameters,
      int n);

  /**
   * How many of x[0] to x[n - 1] are not less than the threshold: greater, equal, or not a number.
   */
  int countNotBelow(float[] x, int xOffset, int n, float threshold);

  /**
   * The first i of 0 to n - 1 whose x[i] is greater than the threshold or equal to it; n if there
   * is none. What is not a number is neither.
   */
  int firstNotBelow(float[] x, int xOffset, int n, float threshold);

  /** Columns of a packed panel. */
  int PANEL = 32;

  /** Added to the variance in {@link #layerNorm}. */
  float LAYER_NORM_EPSILON = 1e-5f;
}
