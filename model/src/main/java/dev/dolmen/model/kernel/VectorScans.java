package dev.dolmen.model.kernel;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Products with panels of narrow numbers on the Vector API, which are widened as they are read: by
 * each of one or two rows, or once for {@link #TALL}. Where registers are too few for so many sums
 * a panel is widened into the first-level cache and multiplied like any other.
 *
 * <p>What stands between the marks is written by a program, {@code TileSource} among the tests, and
 * read there: {@code java model/src/test/java/dev/dolmen/model/kernel/TileSource.java}.
 */
final class VectorScans {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();
  private static final int PANEL = Kernels.PANEL;
  private static final int WIDE = VectorTiles.WIDE;
  private static final int ROW = VectorTiles.ROW;

  /** Rows of a tile. */
  private static final int TALL = 8;

  /** Rows up to which each is multiplied by itself. */
  private static final int FEW = 2;

  private static final boolean ENOUGH_REGISTERS = LANES >= 16;

  private static final VectorSpecies<Byte> BYTES =
      ByteVector.SPECIES_PREFERRED.withShape(shapeOf(LANES * Byte.SIZE));
  private static final VectorSpecies<Short> SHORTS =
      ShortVector.SPECIES_PREFERRED.withShape(shapeOf(LANES * Short.SIZE));

  private static final VectorSpecies<Integer> INTS = SPECIES.withLanes(int.class);

  private VectorScans() {}

  /** No shape has fewer than 64 bits; of a wider one only the first lanes are used. */
  private static VectorShape shapeOf(int bits) {
    return VectorShape.forBitSize(Math.max(64, bits));
  }

  private static FloatVector widen(byte[] x, int at) {
    return (FloatVector) ByteVector.fromArray(BYTES, x, at).castShape(SPECIES, 0);
  }

  /** The high half of a float is its bf16. */
  private static FloatVector widen(short[] x, int at) {
    return ShortVector.fromArray(SHORTS, x, at)
        .castShape(INTS, 0)
        .reinterpretAsInts()
        .lanewise(VectorOperators.LSHL, 16)
        .reinterpretAsFloats();
  }

  static void int8(
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
      KernelScratch scratch) {
    if (m > FEW && ENOUGH_REGISTERS) {
      for (int p = 0; p < k; p += VectorTiles.DEPTH_MAX) {
        int depth = Math.min(VectorTiles.DEPTH_MAX, k - p);
        float[] left = left(m, depth, a, aOffset + p, aStride, scratch);
        for (int panel = 0; panel < panels; panel++) {
          int b = packedOffset + (panel * k + p) * PANEL;
          int s = scaleOffset + panel * PANEL;
          int to = cOffset + panel * PANEL;
          for (int j = 0; j < PANEL; j += WIDE) {
            bytes(m, depth, left, packed, b + j, scale, s + j, c, to + j, cStride, scratch);
          }
        }
      }
      return;
    }
    for (int panel = 0; panel < panels; panel++) {
      int b = packedOffset + panel * k * PANEL;
      int to = cOffset + panel * PANEL;
      int s = scaleOffset + panel * PANEL;
      if (m <= FEW) {
        for (int i = 0; i < m; i++) {
          for (int j = 0; j < PANEL; j += WIDE) {
            int row = aOffset + i * aStride;
            one(k, a, row, packed, b + j, scale, s + j, c, to + i * cStride + j);
          }
        }
      } else {
        float[] wide = scratch.panel(k * PANEL);
        widen(k, packed, b, scale, s, wide);
        VectorMatmul.multiplyPanels(m, 1, k, a, aOffset, aStride, wide, 0, c, to, cStride, scratch);
      }
    }
  }

  /** All rows as tiles of them read them, tile after tile. */
  private static float[] left(
      int m, int k, float[] a, int aOffset, int aStride, KernelScratch scratch) {
    float[] left = scratch.rows((m + TALL - 1) / TALL * TALL * ROW);
    for (int i = 0; i < m; i += TALL) {
      int rows = Math.min(TALL, m - i);
      VectorPacking.rows(rows, TALL, k, a, aOffset + i * aStride, aStride, left, i * ROW);
    }
    return left;
  }

  /** All rows times two vectors of columns. */
  private static void bytes(
      int m,
      int k,
      float[] left,
      byte[] b,
      int bOffset,
      float[] scale,
      int scaleOffset,
      float[] c,
      int cOffset,
      int cStride,
      KernelScratch scratch) {
    for (int i = 0; i < m; i += TALL) {
      int to = cOffset + i * cStride;
      if (i + TALL <= m) {
        bytes8(k, left, i * ROW, b, bOffset, scale, scaleOffset, c, to, cStride);
      } else {
        float[] whole = scratch.zeroTile(TALL * WIDE);
        bytes8(k, left, i * ROW, b, bOffset, scale, scaleOffset, whole, 0, WIDE);
        VectorMatmul.addTile(m - i, WIDE, whole, c, to, cStride);
      }
    }
  }

  // Begin of bytes8, written by TileSource.

  /** Eight rows times a panel that is widened as it is read. */
  private static void bytes8(
      int k,
      float[] a,
      int aOffset,
      byte[] b,
      int bOffset,
      float[] scale,
      int scaleOffset,
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
      FloatVector u = widen(b, bOffset + p * PANEL);
      FloatVector v = widen(b, bOffset + p * PANEL + LANES);
      FloatVector x0 = FloatVector.broadcast(SPECIES, a[aOffset + p]);
      s0 = x0.fma(u, s0);
      t0 = x0.fma(v, t0);
      FloatVector x1 = FloatVector.broadcast(SPECIES, a[aOffset + ROW + p]);
      s1 = x1.fma(u, s1);
      t1 = x1.fma(v, t1);
      FloatVector x2 = FloatVector.broadcast(SPECIES, a[aOffset + 2 * ROW + p]);
      s2 = x2.fma(u, s2);
      t2 = x2.fma(v, t2);
      FloatVector x3 = FloatVector.broadcast(SPECIES, a[aOffset + 3 * ROW + p]);
      s3 = x3.fma(u, s3);
      t3 = x3.fma(v, t3);
      FloatVector x4 = FloatVector.broadcast(SPECIES, a[aOffset + 4 * ROW + p]);
      s4 = x4.fma(u, s4);
      t4 = x4.fma(v, t4);
      FloatVector x5 = FloatVector.broadcast(SPECIES, a[aOffset + 5 * ROW + p]);
      s5 = x5.fma(u, s5);
      t5 = x5.fma(v, t5);
      FloatVector x6 = FloatVector.broadcast(SPECIES, a[aOffset + 6 * ROW + p]);
      s6 = x6.fma(u, s6);
      t6 = x6.fma(v, t6);
      FloatVector x7 = FloatVector.broadcast(SPECIES, a[aOffset + 7 * ROW + p]);
      s7 = x7.fma(u, s7);
      t7 = x7.fma(v, t7);
    }
    FloatVector f = FloatVector.fromArray(SPECIES, scale, scaleOffset);
    FloatVector g = FloatVector.fromArray(SPECIES, scale, scaleOffset + LANES);
    s0.fma(f, FloatVector.fromArray(SPECIES, c, cOffset)).intoArray(c, cOffset);
    t0.fma(g, FloatVector.fromArray(SPECIES, c, cOffset + LANES)).intoArray(c, cOffset + LANES);
    s1.fma(f, FloatVector.fromArray(SPECIES, c, cOffset + cStride)).intoArray(c, cOffset + cStride);
    t1.fma(g, FloatVector.fromArray(SPECIES, c, cOffset + cStride + LANES))
        .intoArray(c, cOffset + cStride + LANES);
    s2.fma(f, FloatVector.fromArray(SPECIES, c, cOffset + 2 * cStride))
        .intoArray(c, cOffset + 2 * cStride);
    t2.fma(g, FloatVector.fromArray(SPECIES, c, cOffset + 2 * cStride + LANES))
        .intoArray(c, cOffset + 2 * cStride + LANES);
    s3.fma(f, FloatVector.fromArray(SPECIES, c, cOffset + 3 * cStride))
        .intoArray(c, cOffset + 3 * cStride);
    t3.fma(g, FloatVector.fromArray(SPECIES, c, cOffset + 3 * cStride + LANES))
        .intoArray(c, cOffset + 3 * cStride + LANES);
    s4.fma(f, FloatVector.fromArray(SPECIES, c, cOffset + 4 * cStride))
        .intoArray(c, cOffset + 4 * cStride);
    t4.fma(g, FloatVector.fromArray(SPECIES, c, cOffset + 4 * cStride + LANES))
        .intoArray(c, cOffset + 4 * cStride + LANES);
    s5.fma(f, FloatVector.fromArray(SPECIES, c, cOffset + 5 * cStride))
        .intoArray(c, cOffset + 5 * cStride);
    t5.fma(g, FloatVector.fromArray(SPECIES, c, cOffset + 5 * cStride + LANES))
        .intoArray(c, cOffset + 5 * cStride + LANES);
    s6.fma(f, FloatVector.fromArray(SPECIES, c, cOffset + 6 * cStride))
        .intoArray(c, cOffset + 6 * cStride);
    t6.fma(g, FloatVector.fromArray(SPECIES, c, cOffset + 6 * cStride + LANES))
        .intoArray(c, cOffset + 6 * cStride + LANES);
    s7.fma(f, FloatVector.fromArray(SPECIES, c, cOffset + 7 * cStride))
        .intoArray(c, cOffset + 7 * cStride);
    t7.fma(g, FloatVector.fromArray(SPECIES, c, cOffset + 7 * cStride + LANES))
        .intoArray(c, cOffset + 7 * cStride + LANES);
  }

  // End of bytes8.

  private static void widen(
      int k, byte[] packed, int b, float[] scale, int scaleOffset, float[] wide) {
    for (int j = 0; j < PANEL; j += LANES) {
      FloatVector factor = FloatVector.fromArray(SPECIES, scale, scaleOffset + j);
      for (int p = 0; p < k; p++) {
        widen(packed, b + p * PANEL + j).mul(factor).intoArray(wide, p * PANEL + j);
      }
    }
  }

  /** Two vectors of items, each in two sums, for additions not to wait for each other. */
  private static void one(
      int k,
      float[] a,
      int aOffset,
      byte[] packed,
      int b,
      float[] scale,
      int scaleOffset,
      float[] c,
      int cOffset) {
    FloatVector s0 = FloatVector.zero(SPECIES);
    FloatVector t0 = FloatVector.zero(SPECIES);
    FloatVector s1 = FloatVector.zero(SPECIES);
    FloatVector t1 = FloatVector.zero(SPECIES);
    int p = 0;
    for (; p + 1 < k; p += 2) {
      int at = b + p * PANEL;
      FloatVector x0 = FloatVector.broadcast(SPECIES, a[aOffset + p]);
      s0 = x0.fma(widen(packed, at), s0);
      t0 = x0.fma(widen(packed, at + LANES), t0);
      FloatVector x1 = FloatVector.broadcast(SPECIES, a[aOffset + p + 1]);
      s1 = x1.fma(widen(packed, at + PANEL), s1);
      t1 = x1.fma(widen(packed, at + PANEL + LANES), t1);
    }
    if (p < k) {
      int at = b + p * PANEL;
      FloatVector x0 = FloatVector.broadcast(SPECIES, a[aOffset + p]);
      s0 = x0.fma(widen(packed, at), s0);
      t0 = x0.fma(widen(packed, at + LANES), t0);
    }
    s0.add(s1)
        .fma(
            FloatVector.fromArray(SPECIES, scale, scaleOffset),
            FloatVector.fromArray(SPECIES, c, cOffset))
        .intoArray(c, cOffset);
    t0.add(t1)
        .fma(
            FloatVector.fromArray(SPECIES, scale, scaleOffset + LANES),
            FloatVector.fromArray(SPECIES, c, cOffset + LANES))
        .intoArray(c, cOffset + LANES);
  }

  static void bf16(
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
      KernelScratch scratch) {
    if (m > FEW && ENOUGH_REGISTERS) {
      for (int p = 0; p < k; p += VectorTiles.DEPTH_MAX) {
        int depth = Math.min(VectorTiles.DEPTH_MAX, k - p);
        float[] left = left(m, depth, a, aOffset + p, aStride, scratch);
        for (int panel = 0; panel < panels; panel++) {
          int b = packedOffset + (panel * k + p) * PANEL;
          for (int j = 0; j < PANEL; j += WIDE) {
            halves(m, depth, left, packed, b + j, c, cOffset + panel * PANEL + j, cStride, scratch);
          }
        }
      }
      return;
    }
    for (int panel = 0; panel < panels; panel++) {
      int b = packedOffset + panel * k * PANEL;
      int to = cOffset + panel * PANEL;
      if (m <= FEW) {
        for (int i = 0; i < m; i++) {
          for (int j = 0; j < PANEL; j += WIDE) {
            one(k, a, aOffset + i * aStride, packed, b + j, c, to + i * cStride + j);
          }
        }
      } else {
        float[] wide = scratch.panel(k * PANEL);
        for (int i = 0; i < k * PANEL; i += LANES) {
          widen(packed, b + i).intoArray(wide, i);
        }
        VectorMatmul.multiplyPanels(m, 1, k, a, aOffset, aStride, wide, 0, c, to, cStride, scratch);
      }
    }
  }

  private static void halves(
      int m,
      int k,
      float[] left,
      short[] b,
      int bOffset,
      float[] c,
      int cOffset,
      int cStride,
      KernelScratch scratch) {
    for (int i = 0; i < m; i += TALL) {
      int to = cOffset + i * cStride;
      if (i + TALL <= m) {
        halves8(k, left, i * ROW, b, bOffset, c, to, cStride);
      } else {
        float[] whole = scratch.zeroTile(TALL * WIDE);
        halves8(k, left, i * ROW, b, bOffset, whole, 0, WIDE);
        VectorMatmul.addTile(m - i, WIDE, whole, c, to, cStride);
      }
    }
  }

  // Begin of halves8, written by TileSource.

  /** Eight rows times a panel that is widened as it is read. */
  private static void halves8(
      int k, float[] a, int aOffset, short[] b, int bOffset, float[] c, int cOffset, int cStride) {
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
      FloatVector u = widen(b, bOffset + p * PANEL);
      FloatVector v = widen(b, bOffset + p * PANEL + LANES);
      FloatVector x0 = FloatVector.broadcast(SPECIES, a[aOffset + p]);
      s0 = x0.fma(u, s0);
      t0 = x0.fma(v, t0);
      FloatVector x1 = FloatVector.broadcast(SPECIES, a[aOffset + ROW + p]);
      s1 = x1.fma(u, s1);
      t1 = x1.fma(v, t1);
      FloatVector x2 = FloatVector.broadcast(SPECIES, a[aOffset + 2 * ROW + p]);
      s2 = x2.fma(u, s2);
      t2 = x2.fma(v, t2);
      FloatVector x3 = FloatVector.broadcast(SPECIES, a[aOffset + 3 * ROW + p]);
      s3 = x3.fma(u, s3);
      t3 = x3.fma(v, t3);
      FloatVector x4 = FloatVector.broadcast(SPECIES, a[aOffset + 4 * ROW + p]);
      s4 = x4.fma(u, s4);
      t4 = x4.fma(v, t4);
      FloatVector x5 = FloatVector.broadcast(SPECIES, a[aOffset + 5 * ROW + p]);
      s5 = x5.fma(u, s5);
      t5 = x5.fma(v, t5);
      FloatVector x6 = FloatVector.broadcast(SPECIES, a[aOffset + 6 * ROW + p]);
      s6 = x6.fma(u, s6);
      t6 = x6.fma(v, t6);
      FloatVector x7 = FloatVector.broadcast(SPECIES, a[aOffset + 7 * ROW + p]);
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

  // End of halves8.

  private static void one(
      int k, float[] a, int aOffset, short[] packed, int b, float[] c, int cOffset) {
    FloatVector s0 = FloatVector.zero(SPECIES);
    FloatVector t0 = FloatVector.zero(SPECIES);
    FloatVector s1 = FloatVector.zero(SPECIES);
    FloatVector t1 = FloatVector.zero(SPECIES);
    int p = 0;
    for (; p + 1 < k; p += 2) {
      int at = b + p * PANEL;
      FloatVector x0 = FloatVector.broadcast(SPECIES, a[aOffset + p]);
      s0 = x0.fma(widen(packed, at), s0);
      t0 = x0.fma(widen(packed, at + LANES), t0);
      FloatVector x1 = FloatVector.broadcast(SPECIES, a[aOffset + p + 1]);
      s1 = x1.fma(widen(packed, at + PANEL), s1);
      t1 = x1.fma(widen(packed, at + PANEL + LANES), t1);
    }
    if (p < k) {
      int at = b + p * PANEL;
      FloatVector x0 = FloatVector.broadcast(SPECIES, a[aOffset + p]);
      s0 = x0.fma(widen(packed, at), s0);
      t0 = x0.fma(widen(packed, at + LANES), t0);
    }
    s0.add(s1).add(FloatVector.fromArray(SPECIES, c, cOffset)).intoArray(c, cOffset);
    t0.add(t1)
        .add(FloatVector.fromArray(SPECIES, c, cOffset + LANES))
        .intoArray(c, cOffset + LANES);
  }

  static int firstNotBelow(float[] x, int xOffset, int n, float threshold) {
    int i = 0;
    // Four at a time, for one branch: mostly there is none.
    for (; i <= n - 4 * LANES; i += 4 * LANES) {
      int at = xOffset + i;
      FloatVector a = FloatVector.fromArray(SPECIES, x, at);
      FloatVector b = FloatVector.fromArray(SPECIES, x, at + LANES);
      FloatVector c = FloatVector.fromArray(SPECIES, x, at + 2 * LANES);
      FloatVector d = FloatVector.fromArray(SPECIES, x, at + 3 * LANES);
      if (notBelow(a, threshold)
          .or(notBelow(b, threshold))
          .or(notBelow(c, threshold).or(notBelow(d, threshold)))
          .anyTrue()) {
        break;
      }
    }
    for (; i <= n - LANES; i += LANES) {
      int lane = notBelow(FloatVector.fromArray(SPECIES, x, xOffset + i), threshold).firstTrue();
      if (lane < LANES) {
        return i + lane;
      }
    }
    for (; i < n; i++) {
      if (x[xOffset + i] >= threshold) {
        return i;
      }
    }
    return n;
  }

  private static VectorMask<Float> notBelow(FloatVector x, float threshold) {
    return x.compare(VectorOperators.GE, threshold);
  }

  /** Four vectors of x stay in registers where it has just these. */
  static void addRowBounds(
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
      int outOffset) {
    if (n != 4 * LANES || BYTES.length() != LANES) {
      for (int i = from; i < to; i++) {
        int row = rows[i] - base;
        out[outOffset + i - from] += scale[row] * (dotBytes(x, y, row * n, n) + slack);
      }
      return;
    }
    FloatVector x0 = FloatVector.fromArray(SPECIES, x, 0);
    FloatVector x1 = FloatVector.fromArray(SPECIES, x, LANES);
    FloatVector x2 = FloatVector.fromArray(SPECIES, x, 2 * LANES);
    FloatVector x3 = FloatVector.fromArray(SPECIES, x, 3 * LANES);
    for (int i = from; i < to; i++) {
      int row = rows[i] - base;
      int at = row * n;
      FloatVector s = x0.mul(widen(y, at));
      FloatVector t = x1.mul(widen(y, at + LANES));
      s = x2.fma(widen(y, at + 2 * LANES), s);
      t = x3.fma(widen(y, at + 3 * LANES), t);
      out[outOffset + i - from] += scale[row] * (Lanes.sum(s.add(t)) + slack);
    }
  }

  /** Two sums, for additions not to wait for each other. */
  private static float dotBytes(float[] x, byte[] y, int yOffset, int n) {
    FloatVector s = FloatVector.zero(SPECIES);
    FloatVector t = FloatVector.zero(SPECIES);
    int i = 0;
    // A vector of bytes may have more lanes than are used: it must not end behind the array.
    int last = Math.min(n, y.length - yOffset - BYTES.length() + LANES);
    for (; i <= last - 2 * LANES; i += 2 * LANES) {
      s = FloatVector.fromArray(SPECIES, x, i).fma(widen(y, yOffset + i), s);
      FloatVector v = FloatVector.fromArray(SPECIES, x, i + LANES);
      t = v.fma(widen(y, yOffset + i + LANES), t);
    }
    float sum = Lanes.sum(s.add(t));
    for (; i < n; i++) {
      sum = Math.fma(x[i], y[yOffset + i], sum);
    }
    return sum;
  }
}
