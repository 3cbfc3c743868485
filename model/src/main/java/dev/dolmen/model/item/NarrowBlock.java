package dev.dolmen.model.item;

import dev.dolmen.model.kernel.KernelScratch;
import dev.dolmen.model.kernel.Kernels;

/**
 * The vectors of a block in narrow numbers, panel by panel as the floats are, each with a bound on
 * what rounding did to its products.
 *
 * <p>int8: {@link ByteCodes}. bf16: each number is off by at most 2⁻⁸ of itself, so that a product
 * is by at most 2⁻⁸ |q|₂ |v|₂ (Cauchy and Schwarz). The factor below is that and as much again as
 * sums of 1,024 floats can lose.
 */
final class NarrowBlock {
  private static final float BF16_ERROR = 0.0041f;

  private final int width;
  private final ScanPrecision precision;
  private final byte[] bytes;
  private final short[] halves;
  private final float[] scale;

  /** bf16: times the query's norm, by how much a product may be too small. */
  private final float[] error;

  /**
   * @param precision not FP32
   */
  NarrowBlock(ScanPrecision precision, int items, int width) {
    this.precision = precision;
    this.width = width;
    boolean int8 = precision == ScanPrecision.INT8;
    bytes = new byte[int8 ? items * width : 0];
    halves = new short[int8 ? 0 : items * width];
    scale = new float[int8 ? items : 0];
    error = new float[int8 ? 0 : items];
  }

  /**
   * Writes one vector.
   *
   * @param item in the block
   * @param position of its first number
   * @param codes its {@link Kernels#byteCodes}, where these are wanted
   * @param scaleOfCodes likewise
   */
  void put(int item, int position, float[] vector, int offset, byte[] codes, float scaleOfCodes) {
    if (precision == ScanPrecision.INT8) {
      for (int d = 0; d < width; d++) {
        bytes[position + d * Kernels.PANEL] = codes[d];
      }
      scale[item] = scaleOfCodes;
    } else {
      putHalves(item, position, vector, offset);
    }
  }

  private void putHalves(int item, int position, float[] vector, int offset) {
    double squares = 0;
    for (int d = 0; d < width; d++) {
      float number = vector[offset + d];
      squares += (double) number * number;
      int bits = Float.floatToRawIntBits(number);
      // To the nearest, ties to the even one.
      halves[position + d * Kernels.PANEL] = (short) ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16);
    }
    error[item] = (float) (BF16_ERROR * Math.sqrt(squares));
  }

  /** What {@link #addBounds} wants: |q|₁ for int8, |q|₂ for bf16. */
  static float norm(ScanPrecision precision, float[] query, int offset, int width) {
    if (precision == ScanPrecision.INT8) {
      return ByteCodes.norm(query, offset, width);
    }
    double squares = 0;
    for (int d = 0; d < width; d++) {
      double x = query[offset + d];
      squares += x * x;
    }
    return (float) Math.sqrt(squares);
  }

  /**
   * Adds what the products of the queries with the items from {@code first} on are at most.
   *
   * @param norms {@link #norm} of each query, [count]
   * @param first item in the block, a multiple of the panel
   * @param out [count, items] from {@code outOffset}
   */
  void addBounds(
      Kernels kernels,
      float[] queries,
      int queryOffset,
      int count,
      float[] norms,
      int first,
      int items,
      float[] out,
      int outOffset,
      int outStride,
      KernelScratch scratch) {
    boolean int8 = precision == ScanPrecision.INT8;
    for (int q = 0; q < count; q++) {
      float factor = int8 ? ByteCodes.ERROR * norms[q] : norms[q];
      kernels.axpy(factor, int8 ? scale : error, first, out, outOffset + q * outStride, items);
    }
    int panels = items / Kernels.PANEL;
    int at = first * width;
    if (int8) {
      kernels.scanInt8(
          count,
          panels,
          width,
          queries,
          queryOffset,
          width,
          bytes,
          at,
          scale,
          first,
          out,
          outOffset,
          outStride,
          scratch);
    } else {
      kernels.scanBf16(
          count,
          panels,
          width,
          queries,
          queryOffset,
          width,
          halves,
          at,
          out,
          outOffset,
          outStride,
          scratch);
    }
  }
}
