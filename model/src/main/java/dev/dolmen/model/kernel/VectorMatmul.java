package dev.dolmen.model.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * Register-blocked matrix product on the Vector API.
 *
 * <p>A tile of 8 rows (4 where registers are few) and two vectors of columns stays in registers
 * while the inner dimension runs; the left side is read through two strides, so that its transpose
 * costs nothing; the right side is packed into a panel of the tile's width where it is transposed,
 * ragged, or used by enough rows to pay for the copy. The inner dimension is cut into blocks so
 * that a panel stays in the first-level cache (Goto and van de Geijn, "Anatomy of high-performance
 * matrix multiplication", 2008). An element of C is always the sum, over blocks in order, of one
 * chain of fused multiply-adds per block: the same bits for any number of rows.
 */
final class VectorMatmul {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();

  /** Columns of a tile. */
  private static final int WIDE = 2 * LANES;

  /**
   * Rows of a tile: sixteen accumulators where there are 32 registers, eight where there are 16.
   */
  private static final int TALL = LANES >= 16 ? 8 : 4;

  /** Longest run of the inner dimension in one panel. */
  private static final int DEPTH_MAX = 256;

  /** Rows from which on packing a panel that could be read in place pays. */
  private static final int PACK_ROWS_MIN = 24;

  /** Multiplications from which on another thread is worth waking: some 20 microseconds of them. */
  private static final long SHARED_MIN = 1 << 21;

  private VectorMatmul() {}

  /**
   * C[m, n] += A · B, where A(i, p) stands at {@code a[aOffset + i * aRow + p * aStep]} and B(p, j)
   * at {@code b[bOffset + p * bStride + j]}, or transposed at {@code b[bOffset + j * bStride + p]}.
   */
  static void multiply(
      int m,
      int n,
      int k,
      float[] a,
      int aOffset,
      int aRow,
      int aStep,
      float[] b,
      int bOffset,
      int bStride,
      boolean bTransposed,
      float[] c,
      int cOffset,
      int cStride,
      KernelScratch scratch) {
    KernelThreads threads = scratch.threads();
    if (threads == null || m < 2 * TALL || (long) m * n * k < SHARED_MIN) {
      rows(
          m,
          n,
          k,
          a,
          aOffset,
          aRow,
          aStep,
          b,
          bOffset,
          bStride,
          bTransposed,
          c,
          cOffset,
          cStride,
          scratch);
      return;
    }
    Shared shared = scratch.shared();
    shared.n = n;
    shared.k = k;
    shared.a = a;
    shared.aOffset = aOffset;
    shared.aRow = aRow;
    shared.aStep = aStep;
    shared.b = b;
    shared.bOffset = bOffset;
    shared.bStride = bStride;
    shared.bTransposed = bTransposed;
    shared.c = c;
    shared.cOffset = cOffset;
    shared.cStride = cStride;
    threads.run(shared, m, TALL, scratch);
  }

  /** A product whose rows are shared, kept to be used again. */
  static final class Shared implements KernelThreads.Rows {
    private int n;
    private int k;
    private float[] a = new float[0];
    private int aOffset;
    private int aRow;
    private int aStep;
    private float[] b = new float[0];
    private int bOffset;
    private int bStride;
    private boolean bTransposed;
    private float[] c = new float[0];
    private int cOffset;
    private int cStride;

    @Override
    public void run(int from, int to, KernelScratch scratch) {
      rows(
          to - from,
          n,
          k,
          a,
          aOffset + from * aRow,
          aRow,
          aStep,
          b,
          bOffset,
          bStride,
          bTransposed,
          c,
          cOffset + from * cStride,
          cStride,
          scratch);
    }
  }

  private static void rows(
      int m,
      int n,
      int k,
      float[] a,
      int aOffset,
      int aRow,
      int aStep,
      float[] b,
      int bOffset,
      int bStride,
      boolean bTransposed,
      float[] c,
      int cOffset,
      int cStride,
      KernelScratch scratch) {
    for (int p = 0; p < k; p += DEPTH_MAX) {
      int depth = Math.min(DEPTH_MAX, k - p);
      for (int j = 0; j < n; j += WIDE) {
        int columns = Math.min(WIDE, n - j);
        if (bTransposed || columns < WIDE || m >= PACK_ROWS_MIN) {
          float[] panel = scratch.panel(DEPTH_MAX * WIDE);
          if (bTransposed) {
            packTransposed(b, bOffset + j * bStride + p, bStride, depth, columns, panel);
          } else {
            pack(b, bOffset + p * bStride + j, bStride, depth, columns, panel);
          }
          column(
              m,
              depth,
              a,
              aOffset + p * aStep,
              aRow,
              aStep,
              panel,
              0,
              WIDE,
              c,
              cOffset + j,
              cStride,
              columns,
              scratch);
        } else {
          column(
              m,
              depth,
              a,
              aOffset + p * aStep,
              aRow,
              aStep,
              b,
              bOffset + p * bStride + j,
              bStride,
              c,
              cOffset + j,
              cStride,
              columns,
              scratch);
        }
      }
    }
  }

  /** C[m, 32 panels] += A · B, where panel after panel of B stands as [k, 32]. */
  static void multiplyPanels(
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
      int cStride) {
    for (int panel = 0; panel < panels; panel++) {
      int b = packedOffset + panel * k * Kernels.PANEL;
      int to = cOffset + panel * Kernels.PANEL;
      for (int j = 0; j < Kernels.PANEL; j += WIDE) {
        int rows;
        for (int i = 0; i < m; i += rows) {
          int left = m - i;
          rows = left >= TALL ? TALL : left >= 4 ? 4 : 1;
          tile(
              rows,
              rows,
              k,
              a,
              aOffset + i * aStride,
              aStride,
              1,
              packed,
              b + j,
              Kernels.PANEL,
              c,
              to + j + i * cStride,
              cStride);
        }
      }
    }
  }

  /** A column of tiles, one or two vectors wide, over all rows of A. */
  private static void column(
      int m,
      int k,
      float[] a,
      int aOffset,
      int aRow,
      int aStep,
      float[] b,
      int bOffset,
      int bStride,
      float[] c,
      int cOffset,
      int cStride,
      int columns,
      KernelScratch scratch) {
    int i = 0;
    while (i < m) {
      int left = m - i;
      int tall = left > 4 && TALL == 8 ? 8 : left > 1 ? 4 : 1;
      int rows = Math.min(tall, left);
      int from = aOffset + i * aRow;
      int to = cOffset + i * cStride;
      if (rows == tall && columns == WIDE) {
        tile(tall, rows, k, a, from, aRow, aStep, b, bOffset, bStride, c, to, cStride);
      } else {
        float[] whole = scratch.zeroTile(TALL * WIDE);
        tile(tall, rows, k, a, from, aRow, aStep, b, bOffset, bStride, whole, 0, WIDE);
        addTile(rows, columns, whole, c, to, cStride);
      }
      i += rows;
    }
  }

  /** Adds the first rows and columns of a tile that was summed by itself. */
  private static void addTile(int rows, int columns, float[] tile, float[] c, int at, int cStride) {
    for (int j = 0; j < columns; j += LANES) {
      VectorMask<Float> some = SPECIES.indexInRange(j, columns);
      for (int r = 0; r < rows; r++) {
        int to = at + r * cStride + j;
        FloatVector.fromArray(SPECIES, c, to, some)
            .add(FloatVector.fromArray(SPECIES, tile, r * WIDE + j))
            .intoArray(c, to, some);
      }
    }
  }

  /** A tile of {@code tall} rows, of which those after the first {@code rows} repeat the last. */
  private static void tile(
      int tall,
      int rows,
      int k,
      float[] a,
      int aOffset,
      int aRow,
      int aStep,
      float[] b,
      int bOffset,
      int bStride,
      float[] c,
      int cOffset,
      int cStride) {
    switch (tall) {
      case 8 ->
          tile8(rows - 1, k, a, aOffset, aRow, aStep, b, bOffset, bStride, c, cOffset, cStride);
      case 4 ->
          tile4(rows - 1, k, a, aOffset, aRow, aStep, b, bOffset, bStride, c, cOffset, cStride);
      default -> tile1(k, a, aOffset, aStep, b, bOffset, bStride, c, cOffset);
    }
  }

  private static void pack(
      float[] b, int bOffset, int bStride, int depth, int columns, float[] panel) {
    for (int p = 0; p < depth; p++) {
      System.arraycopy(b, bOffset + p * bStride, panel, p * WIDE, columns);
      for (int j = columns; j < WIDE; j++) {
        panel[p * WIDE + j] = 0;
      }
    }
  }

  private static void packTransposed(
      float[] b, int bOffset, int bStride, int depth, int columns, float[] panel) {
    for (int j = 0; j < columns; j++) {
      int from = bOffset + j * bStride;
      for (int p = 0; p < depth; p++) {
        panel[p * WIDE + j] = b[from + p];
      }
    }
    for (int j = columns; j < WIDE; j++) {
      for (int p = 0; p < depth; p++) {
        panel[p * WIDE + j] = 0;
      }
    }
  }

  private static void tile8(
      int last,
      int k,
      float[] a,
      int aOffset,
      int aRow,
      int aStep,
      float[] b,
      int bOffset,
      int bStride,
      float[] c,
      int cOffset,
      int cStride) {
    int a0 = aOffset;
    int a1 = aOffset + Math.min(1, last) * aRow;
    int a2 = aOffset + Math.min(2, last) * aRow;
    int a3 = aOffset + Math.min(3, last) * aRow;
    int a4 = aOffset + Math.min(4, last) * aRow;
    int a5 = aOffset + Math.min(5, last) * aRow;
    int a6 = aOffset + Math.min(6, last) * aRow;
    int a7 = aOffset + Math.min(7, last) * aRow;
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
    int bAt = bOffset;
    int at = 0;
    for (int p = 0; p < k; p++) {
      FloatVector u = FloatVector.fromArray(SPECIES, b, bAt);
      FloatVector v = FloatVector.fromArray(SPECIES, b, bAt + LANES);
      FloatVector x0 = FloatVector.broadcast(SPECIES, a[a0 + at]);
      s0 = x0.fma(u, s0);
      t0 = x0.fma(v, t0);
      FloatVector x1 = FloatVector.broadcast(SPECIES, a[a1 + at]);
      s1 = x1.fma(u, s1);
      t1 = x1.fma(v, t1);
      FloatVector x2 = FloatVector.broadcast(SPECIES, a[a2 + at]);
      s2 = x2.fma(u, s2);
      t2 = x2.fma(v, t2);
      FloatVector x3 = FloatVector.broadcast(SPECIES, a[a3 + at]);
      s3 = x3.fma(u, s3);
      t3 = x3.fma(v, t3);
      FloatVector x4 = FloatVector.broadcast(SPECIES, a[a4 + at]);
      s4 = x4.fma(u, s4);
      t4 = x4.fma(v, t4);
      FloatVector x5 = FloatVector.broadcast(SPECIES, a[a5 + at]);
      s5 = x5.fma(u, s5);
      t5 = x5.fma(v, t5);
      FloatVector x6 = FloatVector.broadcast(SPECIES, a[a6 + at]);
      s6 = x6.fma(u, s6);
      t6 = x6.fma(v, t6);
      FloatVector x7 = FloatVector.broadcast(SPECIES, a[a7 + at]);
      s7 = x7.fma(u, s7);
      t7 = x7.fma(v, t7);
      bAt += bStride;
      at += aStep;
    }
    FloatVector.fromArray(SPECIES, c, cOffset).add(s0).intoArray(c, cOffset);
    FloatVector.fromArray(SPECIES, c, cOffset + LANES).add(t0).intoArray(c, cOffset + LANES);
    FloatVector.fromArray(SPECIES, c, cOffset + 1 * cStride)
        .add(s1)
        .intoArray(c, cOffset + 1 * cStride);
    FloatVector.fromArray(SPECIES, c, cOffset + 1 * cStride + LANES)
        .add(t1)
        .intoArray(c, cOffset + 1 * cStride + LANES);
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
      int last,
      int k,
      float[] a,
      int aOffset,
      int aRow,
      int aStep,
      float[] b,
      int bOffset,
      int bStride,
      float[] c,
      int cOffset,
      int cStride) {
    int a0 = aOffset;
    int a1 = aOffset + Math.min(1, last) * aRow;
    int a2 = aOffset + Math.min(2, last) * aRow;
    int a3 = aOffset + Math.min(3, last) * aRow;
    FloatVector s0 = FloatVector.zero(SPECIES);
    FloatVector t0 = FloatVector.zero(SPECIES);
    FloatVector s1 = FloatVector.zero(SPECIES);
    FloatVector t1 = FloatVector.zero(SPECIES);
    FloatVector s2 = FloatVector.zero(SPECIES);
    FloatVector t2 = FloatVector.zero(SPECIES);
    FloatVector s3 = FloatVector.zero(SPECIES);
    FloatVector t3 = FloatVector.zero(SPECIES);
    int bAt = bOffset;
    int at = 0;
    for (int p = 0; p < k; p++) {
      FloatVector u = FloatVector.fromArray(SPECIES, b, bAt);
      FloatVector v = FloatVector.fromArray(SPECIES, b, bAt + LANES);
      FloatVector x0 = FloatVector.broadcast(SPECIES, a[a0 + at]);
      s0 = x0.fma(u, s0);
      t0 = x0.fma(v, t0);
      FloatVector x1 = FloatVector.broadcast(SPECIES, a[a1 + at]);
      s1 = x1.fma(u, s1);
      t1 = x1.fma(v, t1);
      FloatVector x2 = FloatVector.broadcast(SPECIES, a[a2 + at]);
      s2 = x2.fma(u, s2);
      t2 = x2.fma(v, t2);
      FloatVector x3 = FloatVector.broadcast(SPECIES, a[a3 + at]);
      s3 = x3.fma(u, s3);
      t3 = x3.fma(v, t3);
      bAt += bStride;
      at += aStep;
    }
    FloatVector.fromArray(SPECIES, c, cOffset).add(s0).intoArray(c, cOffset);
    FloatVector.fromArray(SPECIES, c, cOffset + LANES).add(t0).intoArray(c, cOffset + LANES);
    FloatVector.fromArray(SPECIES, c, cOffset + 1 * cStride)
        .add(s1)
        .intoArray(c, cOffset + 1 * cStride);
    FloatVector.fromArray(SPECIES, c, cOffset + 1 * cStride + LANES)
        .add(t1)
        .intoArray(c, cOffset + 1 * cStride + LANES);
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

  private static void tile1(
      int k,
      float[] a,
      int aOffset,
      int aStep,
      float[] b,
      int bOffset,
      int bStride,
      float[] c,
      int cOffset) {
    int a0 = aOffset;
    FloatVector s0 = FloatVector.zero(SPECIES);
    FloatVector t0 = FloatVector.zero(SPECIES);
    int bAt = bOffset;
    int at = 0;
    for (int p = 0; p < k; p++) {
      FloatVector u = FloatVector.fromArray(SPECIES, b, bAt);
      FloatVector v = FloatVector.fromArray(SPECIES, b, bAt + LANES);
      FloatVector x0 = FloatVector.broadcast(SPECIES, a[a0 + at]);
      s0 = x0.fma(u, s0);
      t0 = x0.fma(v, t0);
      bAt += bStride;
      at += aStep;
    }
    FloatVector.fromArray(SPECIES, c, cOffset).add(s0).intoArray(c, cOffset);
    FloatVector.fromArray(SPECIES, c, cOffset + LANES).add(t0).intoArray(c, cOffset + LANES);
  }
}
