package dev.dolmen.model.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * Functions of one vector.
 *
 * <p>Horizontal sums halve a vector by rotations rather than by {@code reduceLanes}, whose order
 * the API leaves open. The exponential is a polynomial of degree 6 after reduction to |r| ≤ ln 2 /
 * 2 (Cephes' {@code expf}); its relative error is below 2e-7.
 */
final class Lanes {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();

  private static final float EXP_MIN = -87.3f;
  private static final float EXP_MAX = 88.7f;
  private static final float LOG2_E = 1.442695f;
  private static final float LN2_HIGH = 0.6933594f;
  private static final float LN2_LOW = -0.00021219444f;

  /** 1.5 · 2²³: adding it rounds to an integer, which then stands in the low bits. */
  private static final float ROUND = 12582912f;

  private static final float GELU_SCALE = (float) Math.sqrt(2 / Math.PI);
  private static final float GELU_CUBE = 0.044715f;

  private static final VectorShuffle<Float> BY_1 = rotation(1);
  private static final VectorShuffle<Float> BY_2 = rotation(2);
  private static final VectorShuffle<Float> BY_4 = rotation(4 % LANES);
  private static final VectorShuffle<Float> BY_8 = rotation(8 % LANES);

  private Lanes() {}

  private static VectorShuffle<Float> rotation(int by) {
    return VectorShuffle.fromOp(SPECIES, i -> (i + by) % LANES);
  }

  /** 1 / (1 + exp(-2 √(2/π) (v + 0.044715 v³))). */
  static FloatVector gate(FloatVector v) {
    FloatVector inner = v.mul(v).mul(GELU_CUBE).add(1f).mul(v).mul(-2 * GELU_SCALE);
    return FloatVector.broadcast(SPECIES, 1f).div(exp(inner).add(1f));
  }

  static FloatVector slope(FloatVector v) {
    FloatVector s = gate(v);
    FloatVector inner = v.mul(v).mul(3 * GELU_CUBE).add(1f).mul(2 * GELU_SCALE);
    FloatVector one = FloatVector.broadcast(SPECIES, 1f);
    return v.mul(inner).mul(one.sub(s)).add(1f).mul(s);
  }

  static float max(FloatVector v) {
    FloatVector m = v;
    if (LANES > 8) {
      m = larger(m, m.rearrange(BY_8));
    }
    if (LANES > 4) {
      m = larger(m, m.rearrange(BY_4));
    }
    m = larger(m, m.rearrange(BY_2));
    m = larger(m, m.rearrange(BY_1));
    return m.lane(0);
  }

  /** Two instructions, where {@link FloatVector#max} takes more to keep what is not a number. */
  static FloatVector larger(FloatVector a, FloatVector b) {
    return a.blend(b, b.compare(VectorOperators.GT, a));
  }

  static float sum(FloatVector v) {
    FloatVector s = v;
    if (LANES > 8) {
      s = s.add(s.rearrange(BY_8));
    }
    if (LANES > 4) {
      s = s.add(s.rearrange(BY_4));
    }
    s = s.add(s.rearrange(BY_2));
    s = s.add(s.rearrange(BY_1));
    return s.lane(0);
  }

  static FloatVector exp(FloatVector x) {
    FloatVector rounded = x.mul(LOG2_E).add(ROUND);
    FloatVector whole = rounded.sub(ROUND);
    FloatVector r = whole.fma(FloatVector.broadcast(SPECIES, -LN2_HIGH), x);
    r = whole.fma(FloatVector.broadcast(SPECIES, -LN2_LOW), r);
    FloatVector p = r.mul(0.00019875691f).add(0.0013981999f);
    p = p.fma(r, FloatVector.broadcast(SPECIES, 0.008333452f));
    p = p.fma(r, FloatVector.broadcast(SPECIES, 0.041665796f));
    p = p.fma(r, FloatVector.broadcast(SPECIES, 0.16666666f));
    p = p.fma(r, FloatVector.broadcast(SPECIES, 0.5f));
    p = p.fma(r.mul(r), r).add(1f);
    IntVector exponent = rounded.reinterpretAsInts().add(127).lanewise(VectorOperators.LSHL, 23);
    FloatVector e = p.mul(exponent.reinterpretAsFloats());
    e = e.blend(0f, x.compare(VectorOperators.LT, EXP_MIN));
    return e.blend(Float.POSITIVE_INFINITY, x.compare(VectorOperators.GT, EXP_MAX));
  }
}
