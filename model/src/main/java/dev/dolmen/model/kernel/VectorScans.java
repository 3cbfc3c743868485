package dev.dolmen.model.kernel;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Products with panels of narrow numbers on the Vector API. One query widens numbers as it goes;
 * for several a panel is widened once, into the first-level cache, and multiplied like any other.
 */
final class VectorScans {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();
  private static final int PANEL = Kernels.PANEL;

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
    for (int panel = 0; panel < panels; panel++) {
      int b = packedOffset + panel * k * PANEL;
      int to = cOffset + panel * PANEL;
      int s = scaleOffset + panel * PANEL;
      if (m == 1) {
        for (int j = 0; j < PANEL; j += 2 * LANES) {
          one(k, a, aOffset, packed, b + j, scale, s + j, c, to + j);
        }
      } else {
        float[] wide = scratch.panel(k * PANEL);
        widen(k, packed, b, scale, s, wide);
        VectorMatmul.multiplyPanels(m, 1, k, a, aOffset, aStride, wide, 0, c, to, cStride, scratch);
      }
    }
  }

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
    for (int panel = 0; panel < panels; panel++) {
      int b = packedOffset + panel * k * PANEL;
      int to = cOffset + panel * PANEL;
      if (m == 1) {
        for (int j = 0; j < PANEL; j += 2 * LANES) {
          one(k, a, aOffset, packed, b + j, c, to + j);
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
}
