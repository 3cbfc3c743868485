package dev.dolmen.model.kernel;

import java.util.Objects;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;
import org.jspecify.annotations.Nullable;

/**
 * Register-blocked matrix product on the Vector API.
 *
 * <p>The right side is packed into panels of {@link Kernels#PANEL} columns, some hundred columns at
 * a time, which stay in the second-level cache; of the left side as many rows as a tile has, which
 * stay in the first-level cache while all those panels are multiplied with them ({@link
 * VectorPacking}). The inner dimension is cut into blocks (Goto and van de Geijn, "Anatomy of
 * high-performance matrix multiplication", 2008). An element of C is always the sum, over blocks in
 * order, of one chain of fused multiply-adds per block: the same bits for any number of rows.
 */
final class VectorMatmul {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();
  private static final int PANEL = Kernels.PANEL;
  private static final int WIDE = VectorTiles.WIDE;
  private static final int TALL = VectorTiles.TALL;
  private static final int DEPTH_MAX = VectorTiles.DEPTH_MAX;

  /** Rows up to which packing the right side does not pay. */
  private static final int IN_PLACE_MAX = 3;

  /** Columns that are packed at a time. */
  private static final int COLUMNS_MAX = 256;

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
    if (m <= IN_PLACE_MAX && !bTransposed) {
      inPlace(m, n, k, a, aOffset, aRow, aStep, b, bOffset, bStride, c, cOffset, cStride);
      return;
    }
    int columnsMax = Math.min(n, COLUMNS_MAX) + PANEL - 1;
    float[] panels = scratch.panels(Math.min(k, DEPTH_MAX) * columnsMax + VectorPacking.SLACK);
    for (int j = 0; j < n; j += COLUMNS_MAX) {
      int columns = Math.min(COLUMNS_MAX, n - j);
      for (int p = 0; p < k; p += DEPTH_MAX) {
        int depth = Math.min(DEPTH_MAX, k - p);
        if (bTransposed) {
          int from = bOffset + j * bStride + p;
          VectorPacking.transposedPanels(columns, depth, b, from, bStride, panels);
        } else {
          VectorPacking.panels(columns, depth, b, bOffset + p * bStride + j, bStride, panels);
        }
        int from = aOffset + p * aStep;
        timesPanels(
            m,
            columns,
            depth,
            a,
            from,
            aRow,
            aStep,
            panels,
            0,
            depth,
            c,
            cOffset + j,
            cStride,
            scratch);
      }
    }
  }

  /** Row by row, with the right side where it is. */
  private static void inPlace(
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
      float[] c,
      int cOffset,
      int cStride) {
    for (int p = 0; p < k; p += DEPTH_MAX) {
      int depth = Math.min(DEPTH_MAX, k - p);
      int right = bOffset + p * bStride;
      for (int i = 0; i < m; i++) {
        int left = aOffset + i * aRow + p * aStep;
        int to = cOffset + i * cStride;
        int j = 0;
        for (; j <= n - 4 * LANES; j += 4 * LANES) {
          VectorTiles.rowInPlace4(depth, a, left, aStep, b, right + j, bStride, c, to + j);
        }
        for (; j < n; j += LANES) {
          int columns = Math.min(LANES, n - j);
          VectorTiles.rowInPlace(columns, depth, a, left, aStep, b, right + j, bStride, c, to + j);
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
      int cStride,
      @Nullable KernelScratch scratch) {
    for (int p = 0; p < k; p += DEPTH_MAX) {
      int depth = Math.min(DEPTH_MAX, k - p);
      int from = packedOffset + p * PANEL;
      if (m == 1) {
        rowTimesPanels(panels, depth, a, aOffset + p, packed, from, k, c, cOffset);
      } else {
        timesPanels(
            m,
            panels * PANEL,
            depth,
            a,
            aOffset + p,
            aStride,
            1,
            packed,
            from,
            k,
            c,
            cOffset,
            cStride,
            Objects.requireNonNull(scratch, "a product of several rows needs scratch memory"));
      }
    }
  }

  /** One row, in place, two panels at a time. */
  private static void rowTimesPanels(
      int panels,
      int k,
      float[] a,
      int aOffset,
      float[] packed,
      int packedOffset,
      int panelDepth,
      float[] c,
      int cOffset) {
    int size = panelDepth * PANEL;
    for (int panel = 0; panel < panels; panel += 2) {
      int b = packedOffset + panel * size;
      int to = cOffset + panel * PANEL;
      for (int j = 0; j < PANEL; j += WIDE) {
        if (panel + 1 < panels) {
          VectorTiles.row2(k, a, aOffset, packed, b + j, b + size + j, c, to + j);
        } else {
          VectorTiles.row(k, a, aOffset, packed, b + j, c, to + j);
        }
      }
    }
  }

  /**
   * All rows of A times panels that are packed.
   *
   * @param panelDepth rows of a panel, of which k are read
   */
  private static void timesPanels(
      int m,
      int columns,
      int k,
      float[] a,
      int aOffset,
      int aRow,
      int aStep,
      float[] packed,
      int packedOffset,
      int panelDepth,
      float[] c,
      int cOffset,
      int cStride,
      KernelScratch scratch) {
    float[] left = scratch.rows(TALL * VectorTiles.ROW + LANES);
    int rows;
    for (int i = 0; i < m; i += rows) {
      int height = VectorTiles.height(m - i);
      rows = Math.min(height, m - i);
      int from = aOffset + i * aRow;
      if (aStep == 1) {
        VectorPacking.rows(rows, height, k, a, from, aRow, left, 0);
      } else {
        VectorPacking.steps(rows, height, k, a, from, aStep, left);
      }
      for (int j = 0; j < columns; j += WIDE) {
        int b = packedOffset + j / PANEL * panelDepth * PANEL + j % PANEL;
        int to = cOffset + i * cStride + j;
        if (rows == height && j + WIDE <= columns) {
          tile(height, k, left, aStep, packed, b, c, to, cStride);
        } else {
          float[] whole = scratch.zeroTile(TALL * WIDE);
          tile(height, k, left, aStep, packed, b, whole, 0, WIDE);
          addTile(rows, Math.min(WIDE, columns - j), whole, c, to, cStride);
        }
      }
    }
  }

  private static void tile(
      int height,
      int k,
      float[] left,
      int aStep,
      float[] b,
      int bOffset,
      float[] c,
      int cOffset,
      int cStride) {
    if (aStep == 1) {
      VectorTiles.rows(height, k, left, 0, b, bOffset, c, cOffset, cStride);
    } else {
      VectorTiles.columns(height, k, left, 0, b, bOffset, c, cOffset, cStride);
    }
  }

  /** Adds the first rows and columns of a tile that was summed by itself. */
  static void addTile(int rows, int columns, float[] tile, float[] c, int at, int cStride) {
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
}
