package dev.dolmen.model.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/** Rearranges the sides of a matrix product into what {@link VectorTiles} reads. */
final class VectorPacking {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();
  private static final int PANEL = Kernels.PANEL;

  /** What {@link #panels} and {@link #steps} may write behind what they were asked for. */
  static final int SLACK = PANEL * LANES;

  private static final VectorShuffle<Float> BY_8 = exchange(8);
  private static final VectorShuffle<Float> BY_4 = exchange(4);
  private static final VectorShuffle<Float> BY_2 = exchange(2);
  private static final VectorShuffle<Float> BY_1 = exchange(1);
  private static final VectorMask<Float> UPPER_8 = upper(8);
  private static final VectorMask<Float> UPPER_4 = upper(4);
  private static final VectorMask<Float> UPPER_2 = upper(2);
  private static final VectorMask<Float> UPPER_1 = upper(1);

  private VectorPacking() {}

  private static VectorShuffle<Float> exchange(int distance) {
    return VectorShuffle.fromOp(SPECIES, i -> (i ^ distance) % LANES);
  }

  private static VectorMask<Float> upper(int distance) {
    long bits = 0;
    for (int i = 0; i < LANES; i++) {
      bits |= (i & distance) == 0 ? 0L : 1L << i;
    }
    return VectorMask.fromLong(SPECIES, bits);
  }

  /**
   * Rows of the left side for {@link VectorTiles#rows}; missing ones become 0.
   *
   * @param rows at most {@code height}
   */
  static void rows(
      int rows,
      int height,
      int k,
      float[] a,
      int aOffset,
      int aStride,
      float[] packed,
      int packedOffset) {
    for (int r = 0; r < height; r++) {
      int to = packedOffset + r * VectorTiles.ROW;
      if (r < rows) {
        copy(a, aOffset + r * aStride, packed, to, k);
      } else {
        zero(packed, to, k);
      }
    }
  }

  private static void copy(float[] from, int fromOffset, float[] to, int toOffset, int n) {
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      FloatVector.fromArray(SPECIES, from, fromOffset + i).intoArray(to, toOffset + i);
    }
    for (; i < n; i++) {
      to[toOffset + i] = from[fromOffset + i];
    }
  }

  private static void zero(float[] to, int toOffset, int n) {
    FloatVector zero = FloatVector.zero(SPECIES);
    for (int i = 0; i < n; i += LANES) {
      zero.intoArray(to, toOffset + i); // Rows are a multiple of the lanes apart.
    }
  }

  /**
   * A left side that is read transposed for {@link VectorTiles#columns}: step after step of {@code
   * height} rows, which are no more than lanes.
   *
   * @param rows at most {@code height}; the others may become anything
   * @param aStride from one step to the next
   */
  static void steps(
      int rows, int height, int k, float[] a, int aOffset, int aStride, float[] packed) {
    // What is read and written too far belongs to rows that nobody asks for, or the next step
    // overwrites it.
    int inside = Math.clamp(Math.floorDiv(a.length - LANES - aOffset, aStride) + 1L, 0, k);
    for (int p = 0; p < inside; p++) {
      FloatVector.fromArray(SPECIES, a, aOffset + p * aStride).intoArray(packed, p * height);
    }
    VectorMask<Float> some = SPECIES.indexInRange(0, rows);
    for (int p = inside; p < k; p++) {
      FloatVector.fromArray(SPECIES, a, aOffset + p * aStride, some).intoArray(packed, p * height);
    }
  }

  /**
   * Panel after panel of the right side, [depth, 32] each, the missing columns 0.
   *
   * @param columns of all panels
   */
  static void panels(int columns, int depth, float[] b, int bOffset, int bStride, float[] packed) {
    for (int j = 0; j < columns; j += PANEL) {
      int to = j * depth;
      for (int i = j; i < j + PANEL; i += LANES, to += LANES) {
        if (i + LANES <= columns) {
          column(depth, b, bOffset + i, bStride, packed, to);
        } else {
          raggedColumn(Math.max(0, columns - i), depth, b, bOffset + i, bStride, packed, to);
        }
      }
    }
  }

  private static void column(
      int depth, float[] b, int bOffset, int bStride, float[] packed, int to) {
    for (int p = 0; p < depth; p++) {
      FloatVector.fromArray(SPECIES, b, bOffset + p * bStride).intoArray(packed, to + p * PANEL);
    }
  }

  private static void raggedColumn(
      int columns, int depth, float[] b, int bOffset, int bStride, float[] packed, int to) {
    VectorMask<Float> some = SPECIES.indexInRange(0, columns);
    for (int p = 0; p < depth; p++) {
      FloatVector.fromArray(SPECIES, b, bOffset + p * bStride, some)
          .intoArray(packed, to + p * PANEL);
    }
  }

  /** Like {@link #panels}, of a right side that stands column after column. */
  static void transposedPanels(
      int columns, int depth, float[] b, int bOffset, int bStride, float[] packed) {
    for (int j = 0; j < columns; j += PANEL) {
      for (int i = j; i < j + PANEL; i += LANES) {
        int to = j * depth + i - j;
        int here = Math.min(LANES, columns - i);
        for (int p = 0; p < depth; p += LANES) {
          square(here, depth - p, b, bOffset + i * bStride + p, bStride, packed, to + p * PANEL);
        }
      }
    }
  }

  /**
   * Transposes a square of as many rows as lanes: rows that are 8 apart exchange halves, then those
   * that are 4 apart quarters, and so on.
   *
   * @param rows that there are; the others are 0
   * @param depth numbers that there are of each; the others are 0
   */
  private static void square(
      int rows, int depth, float[] b, int bOffset, int bStride, float[] to, int at) {
    VectorMask<Float> some = SPECIES.indexInRange(0, Math.min(depth, LANES));
    boolean whole = depth >= LANES;
    for (int r = 0; r < LANES; r++) {
      FloatVector row;
      if (r >= rows) {
        row = FloatVector.zero(SPECIES);
      } else if (whole) {
        row = FloatVector.fromArray(SPECIES, b, bOffset + r * bStride);
      } else {
        row = FloatVector.fromArray(SPECIES, b, bOffset + r * bStride, some);
      }
      row.intoArray(to, at + r * PANEL);
    }
    if (LANES > 8) {
      exchangeBy8(to, at);
    }
    if (LANES > 4) {
      exchangeBy4(to, at);
    }
    exchangeBy2(to, at);
    exchangeBy1(to, at);
  }

  private static void exchangeBy8(float[] x, int at) {
    for (int r = 0; r < 8; r++) {
      exchange(x, at + r * PANEL, 8 * PANEL, BY_8, UPPER_8);
    }
  }

  private static void exchangeBy4(float[] x, int at) {
    for (int r = 0; r < LANES; r += 8) {
      for (int i = r; i < r + 4; i++) {
        exchange(x, at + i * PANEL, 4 * PANEL, BY_4, UPPER_4);
      }
    }
  }

  private static void exchangeBy2(float[] x, int at) {
    for (int r = 0; r < LANES; r += 4) {
      exchange(x, at + r * PANEL, 2 * PANEL, BY_2, UPPER_2);
      exchange(x, at + (r + 1) * PANEL, 2 * PANEL, BY_2, UPPER_2);
    }
  }

  private static void exchangeBy1(float[] x, int at) {
    for (int r = 0; r < LANES; r += 2) {
      exchange(x, at + r * PANEL, PANEL, BY_1, UPPER_1);
    }
  }

  private static void exchange(
      float[] x, int at, int other, VectorShuffle<Float> by, VectorMask<Float> upper) {
    FloatVector a = FloatVector.fromArray(SPECIES, x, at);
    FloatVector b = FloatVector.fromArray(SPECIES, x, at + other);
    a.blend(b.rearrange(by), upper).intoArray(x, at);
    a.rearrange(by).blend(b, upper).intoArray(x, at + other);
  }
}
