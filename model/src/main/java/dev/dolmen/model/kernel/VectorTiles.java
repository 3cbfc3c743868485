package dev.dolmen.model.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * Tiles of a matrix product that stay in registers while the inner dimension runs: up to 12 rows of
 * the left side times two vectors of a panel of the right side.
 *
 * <p>Both sides are read at distances that are constants where a tile is compiled, so that the
 * compiler checks their bounds once, before the loop, and one register addresses each: checks and
 * addresses in the loop took as much of the processor as the multiplications. That is why each
 * method with {@code rowStride} and {@code step} is compiled into those that name them (jvm.options
 * says so), and those by themselves.
 *
 * <p>The left side stands in one of two ways: row after row, {@link #ROW} apart, or, where it is
 * read transposed, step after step of the tile's rows. An element is one chain of fused
 * multiply-adds over k, added to what C holds.
 *
 * <p>What stands between the marks is written by a program, {@code TileSource} among the tests, and
 * read there: {@code java model/src/test/java/dev/dolmen/model/kernel/TileSource.java}.
 */
final class VectorTiles {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();
  private static final int PANEL = Kernels.PANEL;

  /** Columns of a tile. */
  static final int WIDE = 2 * LANES;

  /** Longest run of the inner dimension. */
  static final int DEPTH_MAX = 256;

  /** From one packed row of the left side to the next: not a power of 2, for the cache's sets. */
  static final int ROW = DEPTH_MAX + 16;

  /** Rows of the tallest tile: 24 sums where there are 32 registers, 8 where there are 16. */
  static final int TALL = LANES >= 16 ? 12 : 4;

  private VectorTiles() {}

  /** The lowest tile that holds so many rows, or {@link #TALL}. */
  static int height(int rows) {
    if (rows > 8) {
      return TALL;
    }
    return rows > 4 ? Math.min(8, TALL) : rows > 1 ? 4 : 1;
  }

  /**
   * C[height, 2 vectors] += A · B.
   *
   * @param height 12, 8, 4 or 1
   * @param a row after row from {@code aOffset}, {@link #ROW} apart
   * @param b a panel from {@code bOffset}, [k, 32], of which the first two vectors' columns count
   */
  static void rows(
      int height,
      int k,
      float[] a,
      int aOffset,
      float[] b,
      int bOffset,
      float[] c,
      int cOffset,
      int cStride) {
    switch (height) {
      case 12 -> rows12(k, a, aOffset, b, bOffset, c, cOffset, cStride);
      case 8 -> rows8(k, a, aOffset, b, bOffset, c, cOffset, cStride);
      case 4 -> rows4(k, a, aOffset, b, bOffset, c, cOffset, cStride);
      default -> row(k, a, aOffset, b, bOffset, c, cOffset);
    }
  }

  /** The same for a left side of [k, height]. */
  static void columns(
      int height,
      int k,
      float[] a,
      int aOffset,
      float[] b,
      int bOffset,
      float[] c,
      int cOffset,
      int cStride) {
    switch (height) {
      case 12 -> columns12(k, a, aOffset, b, bOffset, c, cOffset, cStride);
      case 8 -> columns8(k, a, aOffset, b, bOffset, c, cOffset, cStride);
      case 4 -> columns4(k, a, aOffset, b, bOffset, c, cOffset, cStride);
      default -> row(k, a, aOffset, b, bOffset, c, cOffset);
    }
  }

  private static void rows12(
      int k, float[] a, int aOffset, float[] b, int bOffset, float[] c, int cOffset, int cStride) {
    tile12(k, a, aOffset, ROW, 1, b, bOffset, c, cOffset, cStride);
  }

  private static void columns12(
      int k, float[] a, int aOffset, float[] b, int bOffset, float[] c, int cOffset, int cStride) {
    tile12(k, a, aOffset, 1, 12, b, bOffset, c, cOffset, cStride);
  }

  private static void rows8(
      int k, float[] a, int aOffset, float[] b, int bOffset, float[] c, int cOffset, int cStride) {
    tile8(k, a, aOffset, ROW, 1, b, bOffset, c, cOffset, cStride);
  }

  private static void columns8(
      int k, float[] a, int aOffset, float[] b, int bOffset, float[] c, int cOffset, int cStride) {
    tile8(k, a, aOffset, 1, 8, b, bOffset, c, cOffset, cStride);
  }

  private static void rows4(
      int k, float[] a, int aOffset, float[] b, int bOffset, float[] c, int cOffset, int cStride) {
    tile4(k, a, aOffset, ROW, 1, b, bOffset, c, cOffset, cStride);
  }

  private static void columns4(
      int k, float[] a, int aOffset, float[] b, int bOffset, float[] c, int cOffset, int cStride) {
    tile4(k, a, aOffset, 1, 4, b, bOffset, c, cOffset, cStride);
  }

  // Begin of tiles, written by TileSource.

  private static void tile12(
      int k,
      float[] a,
      int aOffset,
      int rowStride,
      int step,
      float[] b,
      int bOffset,
      float[] c,
      int cOffset,
      int cStride) {
    FloatVector s0 = FloatVector.zero(SPECIES);
    FloatVector t0 = FloatVector.zero(SPECIES);
    FloatVector s1 = FloatVector.zero(SPECIES);
    FloatVector t1 = FloatVector.zero(SPECIES);
    FloatVector s2 = FloatVector.zero(SPECIES);
    FloatVector t2 = FloatVector.zero(SPECIES);
    FloatVector s3 = FloatVector.zero(SPECIES);
    FloatVector t3 = FloatVector.zero(SPECIES);
    FloatVector s4 = FloatVector.zero(SPECIES);
    FloatVector t4 = FloatVector.zero(SPECIES);
    FloatVector s5 = FloatVector.zero(SPECIES);
    FloatVector t5 = FloatVector.zero(SPECIES);
    FloatVector s6 = FloatVector.zero(SPECIES);
    FloatVector t6 = FloatVector.zero(SPECIES);
    FloatVector s7 = FloatVector.zero(SPECIES);
    FloatVector t7 = FloatVector.zero(SPECIES);
    FloatVector s8 = FloatVector.zero(SPECIES);
    FloatVector t8 = FloatVector.zero(SPECIES);
    FloatVector s9 = FloatVector.zero(SPECIES);
    FloatVector t9 = FloatVector.zero(SPECIES);
    FloatVector s10 = FloatVector.zero(SPECIES);
    FloatVector t10 = FloatVector.zero(SPECIES);
    FloatVector s11 = FloatVector.zero(SPECIES);
    FloatVector t11 = FloatVector.zero(SPECIES);
    for (int p = 0; p < k; p++) {
      FloatVector u = FloatVector.fromArray(SPECIES, b, bOffset + p * PANEL);
      FloatVector v = FloatVector.fromArray(SPECIES, b, bOffset + p * PANEL + LANES);
      FloatVector x0 = FloatVector.broadcast(SPECIES, a[aOffset + p * step]);
      s0 = x0.fma(u, s0);
      t0 = x0.fma(v, t0);
      FloatVector x1 = FloatVector.broadcast(SPECIES, a[aOffset + rowStride + p * step]);
      s1 = x1.fma(u, s1);
      t1 = x1.fma(v, t1);
      FloatVector x2 = FloatVector.broadcast(SPECIES, a[aOffset + 2 * rowStride + p * step]);
      s2 = x2.fma(u, s2);
      t2 = x2.fma(v, t2);
      FloatVector x3 = FloatVector.broadcast(SPECIES, a[aOffset + 3 * rowStride + p * step]);
      s3 = x3.fma(u, s3);
      t3 = x3.fma(v, t3);
      FloatVector x4 = FloatVector.broadcast(SPECIES, a[aOffset + 4 * rowStride + p * step]);
      s4 = x4.fma(u, s4);
      t4 = x4.fma(v, t4);
      FloatVector x5 = FloatVector.broadcast(SPECIES, a[aOffset + 5 * rowStride + p * step]);
      s5 = x5.fma(u, s5);
      t5 = x5.fma(v, t5);
      FloatVector x6 = FloatVector.broadcast(SPECIES, a[aOffset + 6 * rowStride + p * step]);
      s6 = x6.fma(u, s6);
      t6 = x6.fma(v, t6);
      FloatVector x7 = FloatVector.broadcast(SPECIES, a[aOffset + 7 * rowStride + p * step]);
      s7 = x7.fma(u, s7);
      t7 = x7.fma(v, t7);
      FloatVector x8 = FloatVector.broadcast(SPECIES, a[aOffset + 8 * rowStride + p * step]);
      s8 = x8.fma(u, s8);
      t8 = x8.fma(v, t8);
      FloatVector x9 = FloatVector.broadcast(SPECIES, a[aOffset + 9 * rowStride + p * step]);
      s9 = x9.fma(u, s9);
      t9 = x9.fma(v, t9);
      FloatVector x10 = FloatVector.broadcast(SPECIES, a[aOffset + 10 * rowStride + p * step]);
      s10 = x10.fma(u, s10);
      t10 = x10.fma(v, t10);
      FloatVector x11 = FloatVector.broadcast(SPECIES, a[aOffset + 11 * rowStride + p * step]);
      s11 = x11.fma(u, s11);
      t11 = x11.fma(v, t11);
    }
    FloatVector.fromArray(SPECIES, c, cOffset).add(s0).intoArray(c, cOffset);
    FloatVector.fromArray(SPECIES, c, cOffset + LANES).add(t0).intoArray(c, cOffset + LANES);
    FloatVector.fromArray(SPECIES, c, cOffset + cStride).add(s1).intoArray(c, cOffset + cStride);
    FloatVector.fromArray(SPECIES, c, cOffset + cStride + LANES)
        .add(t1)
        .intoArray(c, cOffset + cStride + LANES);
    FloatVector.fromArray(SPECIES, c, cOffset + 2 * cStride)
        .add(s2)
        .intoArray(c, cOffset + 2 * cStride);
    FloatVector.fromArray(SPECIES, c, cOffset + 2 * cStride + LANES)
        .add(t2)
        .intoArray(c, cOffset + 2 * cStride + LANES);
    FloatVector.fromArray(SPECIES, c, cOffset + 3 * cStride)
        .add(s3)
        .intoArray(c, cOffset + 3 * cStride);
    FloatVector.fromArray(SPECIES, c, cOffset + 3 * cStride + LANES)
        .add(t3)
        .intoArray(c, cOffset + 3 * cStride + LANES);
    FloatVector.fromArray(SPECIES, c, cOffset + 4 * cStride)
        .add(s4)
        .intoArray(c, cOffset + 4 * cStride);
    FloatVector.fromArray(SPECIES, c, cOffset + 4 * cStride + LANES)
        .add(t4)
        .intoArray(c, cOffset + 4 * cStride + LANES);
    FloatVector.fromArray(SPECIES, c, cOffset + 5 * cStride)
        .add(s5)
        .intoArray(c, cOffset + 5 * cStride);
    FloatVector.fromArray(SPECIES, c, cOffset + 5 * cStride + LANES)
        .add(t5)
        .intoArray(c, cOffset + 5 * cStride + LANES);
    FloatVector.fromArray(SPECIES, c, cOffset + 6 * cStride)
        .add(s6)
        .intoArray(c, cOffset + 6 * cStride);
    FloatVector.fromArray(SPECIES, c, cOffset + 6 * cStride + LANES)
        .add(t6)
        .intoArray(c, cOffset + 6 * cStride + LANES);
    FloatVector.fromArray(SPECIES, c, cOffset + 7 * cStride)
        .add(s7)
        .intoArray(c, cOffset + 7 * cStride);
    FloatVector.fromArray(SPECIES, c, cOffset + 7 * cStride + LANES)
        .add(t7)
        .intoArray(c, cOffset + 7 * cStride + LANES);
    FloatVector.fromArray(SPECIES, c, cOffset + 8 * cStride)
        .add(s8)
        .intoArray(c, cOffset + 8 * cStride);
    FloatVector.fromArray(SPECIES, c, cOffset + 8 * cStride + LANES)
        .add(t8)
        .intoArray(c, cOffset + 8 * cStride + LANES);
    FloatVector.fromArray(SPECIES, c, cOffset + 9 * cStride)
        .add(s9)
        .intoArray(c, cOffset + 9 * cStride);
    FloatVector.fromArray(SPECIES, c, cOffset + 9 * cStride + LANES)
        .add(t9)
        .intoArray(c, cOffset + 9 * cStride + LANES);
    FloatVector.fromArray(SPECIES, c, cOffset + 10 * cStride)
        .add(s10)
        .intoArray(c, cOffset + 10 * cStride);
    FloatVector.fromArray(SPECIES, c, cOffset + 10 * cStride + LANES)
        .add(t10)
        .intoArray(c, cOffset + 10 * cStride + LANES);
    FloatVector.fromArray(SPECIES, c, cOffset + 11 * cStride)
        .add(s11)
        .intoArray(c, cOffset + 11 * cStride);
    FloatVector.fromArray(SPECIES, c, cOffset + 11 * cStride + LANES)
        .add(t11)
        .intoArray(c, cOffset + 11 * cStride + LANES);
  }

  private static void tile8(
      int k,
      float[] a,
      int aOffset,
      int rowStride,
      int step,
      float[] b,
      int bOffset,
      float[] c,
      int cOffset,
      int cStride) {
    FloatVector s0 = FloatVector.zero(SPECIES);
    FloatVector t0 = FloatVector.zero(SPECIES);
    FloatVector s1 = FloatVector.zero(SPECIES);
    FloatVector t1 = FloatVector.zero(SPECIES);
    FloatVector s2 = FloatVector.zero(SPECIES);
    FloatVector t2 = FloatVector.zero(SPECIES);
    FloatVector s3 = FloatVector.zero(SPECIES);
    FloatVector t3 = FloatVector.zero(SPECIES);
    FloatVector s4 = FloatVector.zero(SPECIES);
    FloatVector t4 = FloatVector.zero(SPECIES);
    FloatVector s5 = FloatVector.zero(SPECIES);
    FloatVector t5 = FloatVector.zero(SPECIES);
    FloatVector s6 = FloatVector.zero(SPECIES);
    FloatVector t6 = FloatVector.zero(SPECIES);
    FloatVector s7 = FloatVector.zero(SPECIES);
    FloatVector t7 = FloatVector.zero(SPECIES);
    for (int p = 0; p < k; p++) {
      FloatVector u = FloatVector.fromArray(SPECIES, b, bOffset + p * PANEL);
      FloatVector v = FloatVector.fromArray(SPECIES, b, bOffset + p * PANEL + LANES);
      FloatVector x0 = FloatVector.broadcast(SPECIES, a[aOffset + p * step]);
      s0 = x0.fma(u, s0);
      t0 = x0.fma(v, t0);
      FloatVector x1 = FloatVector.broadcast(SPECIES, a[aOffset + rowStride + p * step]);
      s1 = x1.fma(u, s1);
      t1 = x1.fma(v, t1);
      FloatVector x2 = FloatVector.broadcast(SPECIES, a[aOffset + 2 * rowStride + p * step]);
      s2 = x2.fma(u, s2);
      t2 = x2.fma(v, t2);
      FloatVector x3 = FloatVector.broadcast(SPECIES, a[aOffset + 3 * rowStride + p * step]);
      s3 = x3.fma(u, s3);
      t3 = x3.fma(v, t3);
      FloatVector x4 = FloatVector.broadcast(SPECIES, a[aOffset + 4 * rowStride + p * step]);
      s4 = x4.fma(u, s4);
      t4 = x4.fma(v, t4);
      FloatVector x5 = FloatVector.broadcast(SPECIES, a[aOffset + 5 * rowStride + p * step]);
      s5 = x5.fma(u, s5);
      t5 = x5.fma(v, t5);
      FloatVector x6 = FloatVector.broadcast(SPECIES, a[aOffset + 6 * rowStride + p * step]);
      s6 = x6.fma(u, s6);
      t6 = x6.fma(v, t6);
      FloatVector x7 = FloatVector.broadcast(SPECIES, a[aOffset + 7 * rowStride + p * step]);
      s7 = x7.fma(u, s7);
      t7 = x7.fma(v, t7);
    }
    FloatVector.fromArray(SPECIES, c, cOffset).add(s0).intoArray(c, cOffset);
    FloatVector.fromArray(SPECIES, c, cOffset + LANES).add(t0).intoArray(c, cOffset + LANES);
    FloatVector.fromArray(SPECIES, c, cOffset + cStride).add(s1).intoArray(c, cOffset + cStride);
    FloatVector.fromArray(SPECIES, c, cOffset + cStride + LANES)
        .add(t1)
        .intoArray(c, cOffset + cStride + LANES);
    FloatVector.fromArray(SPECIES, c, cOffset + 2 * cStride)
        .add(s2)
        .intoArray(c, cOffset + 2 * cStride);
    FloatVector.fromArray(SPECIES, c, cOffset + 2 * cStride + LANES)
        .add(t2)
        .intoArray(c, cOffset + 2 * cStride + LANES);
    FloatVector.fromArray(SPECIES, c, cOffset + 3 * cStride)
        .add(s3)
        .intoArray(c, cOffset + 3 * cStride);
    FloatVector.fromArray(SPECIES, c, cOffset + 3 * cStride + LANES)
        .add(t3)
        .intoArray(c, cOffset + 3 * cStride + LANES);
    FloatVector.fromArray(SPECIES, c, cOffset + 4 * cStride)
        .add(s4)
        .intoArray(c, cOffset + 4 * cStride);
    FloatVector.fromArray(SPECIES, c, cOffset + 4 * cStride + LANES)
        .add(t4)
        .intoArray(c, cOffset + 4 * cStride + LANES);
    FloatVector.fromArray(SPECIES, c, cOffset + 5 * cStride)
        .add(s5)
        .intoArray(c, cOffset + 5 * cStride);
    FloatVector.fromArray(SPECIES, c, cOffset + 5 * cStride + LANES)
        .add(t5)
        .intoArray(c, cOffset + 5 * cStride + LANES);
    FloatVector.fromArray(SPECIES, c, cOffset + 6 * cStride)
        .add(s6)
        .intoArray(c, cOffset + 6 * cStride);
    FloatVector.fromArray(SPECIES, c, cOffset + 6 * cStride + LANES)
        .add(t6)
        .intoArray(c, cOffset + 6 * cStride + LANES);
    FloatVector.fromArray(SPECIES, c, cOffset + 7 * cStride)
        .add(s7)
        .intoArray(c, cOffset + 7 * cStride);
    FloatVector.fromArray(SPECIES, c, cOffset + 7 * cStride + LANES)
        .add(t7)
        .intoArray(c, cOffset + 7 * cStride + LANES);
  }

  private static void tile4(
      int k,
      float[] a,
      int aOffset,
      int rowStride,
      int step,
      float[] b,
      int bOffset,
      float[] c,
      int cOffset,
      int cStride) {
    FloatVector s0 = FloatVector.zero(SPECIES);
    FloatVector t0 = FloatVector.zero(SPECIES);
    FloatVector s1 = FloatVector.zero(SPECIES);
    FloatVector t1 = FloatVector.zero(SPECIES);
    FloatVector s2 = FloatVector.zero(SPECIES);
    FloatVector t2 = FloatVector.zero(SPECIES);
    FloatVector s3 = FloatVector.zero(SPECIES);
    FloatVector t3 = FloatVector.zero(SPECIES);
    for (int p = 0; p < k; p++) {
      FloatVector u = FloatVector.fromArray(SPECIES, b, bOffset + p * PANEL);
      FloatVector v = FloatVector.fromArray(SPECIES, b, bOffset + p * PANEL + LANES);
      FloatVector x0 = FloatVector.broadcast(SPECIES, a[aOffset + p * step]);
      s0 = x0.fma(u, s0);
      t0 = x0.fma(v, t0);
      FloatVector x1 = FloatVector.broadcast(SPECIES, a[aOffset + rowStride + p * step]);
      s1 = x1.fma(u, s1);
      t1 = x1.fma(v, t1);
      FloatVector x2 = FloatVector.broadcast(SPECIES, a[aOffset + 2 * rowStride + p * step]);
      s2 = x2.fma(u, s2);
      t2 = x2.fma(v, t2);
      FloatVector x3 = FloatVector.broadcast(SPECIES, a[aOffset + 3 * rowStride + p * step]);
      s3 = x3.fma(u, s3);
      t3 = x3.fma(v, t3);
    }
    FloatVector.fromArray(SPECIES, c, cOffset).add(s0).intoArray(c, cOffset);
    FloatVector.fromArray(SPECIES, c, cOffset + LANES).add(t0).intoArray(c, cOffset + LANES);
    FloatVector.fromArray(SPECIES, c, cOffset + cStride).add(s1).intoArray(c, cOffset + cStride);
    FloatVector.fromArray(SPECIES, c, cOffset + cStride + LANES)
        .add(t1)
        .intoArray(c, cOffset + cStride + LANES);
    FloatVector.fromArray(SPECIES, c, cOffset + 2 * cStride)
        .add(s2)
        .intoArray(c, cOffset + 2 * cStride);
    FloatVector.fromArray(SPECIES, c, cOffset + 2 * cStride + LANES)
        .add(t2)
        .intoArray(c, cOffset + 2 * cStride + LANES);
    FloatVector.fromArray(SPECIES, c, cOffset + 3 * cStride)
        .add(s3)
        .intoArray(c, cOffset + 3 * cStride);
    FloatVector.fromArray(SPECIES, c, cOffset + 3 * cStride + LANES)
        .add(t3)
        .intoArray(c, cOffset + 3 * cStride + LANES);
  }

  // End of tiles.

  private static void add(FloatVector s, FloatVector t, float[] c, int at) {
    FloatVector.fromArray(SPECIES, c, at).add(s).intoArray(c, at);
    FloatVector.fromArray(SPECIES, c, at + LANES).add(t).intoArray(c, at + LANES);
  }

  /** One row, which needs no packing: its numbers stand one after the other. */
  static void row(int k, float[] a, int aOffset, float[] b, int bOffset, float[] c, int cOffset) {
    FloatVector s = FloatVector.zero(SPECIES);
    FloatVector t = FloatVector.zero(SPECIES);
    for (int p = 0; p < k; p++) {
      FloatVector x = FloatVector.broadcast(SPECIES, a[aOffset + p]);
      s = x.fma(FloatVector.fromArray(SPECIES, b, bOffset + p * PANEL), s);
      t = x.fma(FloatVector.fromArray(SPECIES, b, bOffset + p * PANEL + LANES), t);
    }
    add(s, t, c, cOffset);
  }

  /** One row times two panels, for additions not to wait for each other. */
  static void row2(
      int k,
      float[] a,
      int aOffset,
      float[] b,
      int bOffset,
      int otherOffset,
      float[] c,
      int cOffset) {
    FloatVector s = FloatVector.zero(SPECIES);
    FloatVector t = FloatVector.zero(SPECIES);
    FloatVector u = FloatVector.zero(SPECIES);
    FloatVector v = FloatVector.zero(SPECIES);
    for (int p = 0; p < k; p++) {
      FloatVector x = FloatVector.broadcast(SPECIES, a[aOffset + p]);
      s = x.fma(FloatVector.fromArray(SPECIES, b, bOffset + p * PANEL), s);
      t = x.fma(FloatVector.fromArray(SPECIES, b, bOffset + p * PANEL + LANES), t);
      u = x.fma(FloatVector.fromArray(SPECIES, b, otherOffset + p * PANEL), u);
      v = x.fma(FloatVector.fromArray(SPECIES, b, otherOffset + p * PANEL + LANES), v);
    }
    add(s, t, c, cOffset);
    add(u, v, c, cOffset + PANEL);
  }

  /** One row times four vectors of columns of a right side that is not packed. */
  static void rowInPlace4(
      int k,
      float[] a,
      int aOffset,
      int aStep,
      float[] b,
      int bOffset,
      int bStride,
      float[] c,
      int cOffset) {
    FloatVector s = FloatVector.zero(SPECIES);
    FloatVector t = FloatVector.zero(SPECIES);
    FloatVector u = FloatVector.zero(SPECIES);
    FloatVector v = FloatVector.zero(SPECIES);
    for (int p = 0; p < k; p++) {
      FloatVector x = FloatVector.broadcast(SPECIES, a[aOffset + p * aStep]);
      int at = bOffset + p * bStride;
      s = x.fma(FloatVector.fromArray(SPECIES, b, at), s);
      t = x.fma(FloatVector.fromArray(SPECIES, b, at + LANES), t);
      u = x.fma(FloatVector.fromArray(SPECIES, b, at + 2 * LANES), u);
      v = x.fma(FloatVector.fromArray(SPECIES, b, at + 3 * LANES), v);
    }
    add(s, t, c, cOffset);
    add(u, v, c, cOffset + 2 * LANES);
  }

  /** One row times some columns, at most a vector of them, of a right side that is not packed. */
  static void rowInPlace(
      int columns,
      int k,
      float[] a,
      int aOffset,
      int aStep,
      float[] b,
      int bOffset,
      int bStride,
      float[] c,
      int cOffset) {
    VectorMask<Float> some = SPECIES.indexInRange(0, columns);
    FloatVector s = FloatVector.zero(SPECIES);
    for (int p = 0; p < k; p++) {
      FloatVector x = FloatVector.broadcast(SPECIES, a[aOffset + p * aStep]);
      s = x.fma(FloatVector.fromArray(SPECIES, b, bOffset + p * bStride, some), s);
    }
    FloatVector.fromArray(SPECIES, c, cOffset, some).add(s).intoArray(c, cOffset, some);
  }
}
