package dev.dolmen.model.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/** What {@link VectorKernels} normalizes layers with. */
final class VectorNorms {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();

  private VectorNorms() {}

  /** {@link Kernels#layerNorm} of a row of four vectors, which stay in registers. */
  static void layerNorm4(
      float[] x,
      int xOffset,
      float[] gain,
      int gainOffset,
      float[] bias,
      int biasOffset,
      float[] y,
      int yOffset,
      float[] moments,
      int momentsOffset) {
    FloatVector p = FloatVector.fromArray(SPECIES, x, xOffset);
    FloatVector q = FloatVector.fromArray(SPECIES, x, xOffset + LANES);
    FloatVector r = FloatVector.fromArray(SPECIES, x, xOffset + 2 * LANES);
    FloatVector s = FloatVector.fromArray(SPECIES, x, xOffset + 3 * LANES);
    float mean = Lanes.sum(p.add(q).add(r.add(s))) / (4 * LANES);
    p = p.sub(mean);
    q = q.sub(mean);
    r = r.sub(mean);
    s = s.sub(mean);
    float variance = Lanes.sum(p.mul(p).add(q.mul(q)).add(r.mul(r).add(s.mul(s)))) / (4 * LANES);
    float rstd = (float) (1 / Math.sqrt(variance + Kernels.LAYER_NORM_EPSILON));
    p.mul(rstd)
        .fma(
            FloatVector.fromArray(SPECIES, gain, gainOffset),
            FloatVector.fromArray(SPECIES, bias, biasOffset))
        .intoArray(y, yOffset);
    q.mul(rstd)
        .fma(
            FloatVector.fromArray(SPECIES, gain, gainOffset + LANES),
            FloatVector.fromArray(SPECIES, bias, biasOffset + LANES))
        .intoArray(y, yOffset + LANES);
    r.mul(rstd)
        .fma(
            FloatVector.fromArray(SPECIES, gain, gainOffset + 2 * LANES),
            FloatVector.fromArray(SPECIES, bias, biasOffset + 2 * LANES))
        .intoArray(y, yOffset + 2 * LANES);
    s.mul(rstd)
        .fma(
            FloatVector.fromArray(SPECIES, gain, gainOffset + 3 * LANES),
            FloatVector.fromArray(SPECIES, bias, biasOffset + 3 * LANES))
        .intoArray(y, yOffset + 3 * LANES);
    moments[momentsOffset] = mean;
    moments[momentsOffset + 1] = rstd;
  }

  /** Sum of (x - mean)². */
  static float squaredDistance(float[] x, int xOffset, float mean, int n) {
    FloatVector squares = FloatVector.zero(SPECIES);
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      FloatVector d = FloatVector.fromArray(SPECIES, x, xOffset + i).sub(mean);
      squares = d.fma(d, squares);
    }
    if (i < n) {
      VectorMask<Float> rest = SPECIES.indexInRange(i, n);
      FloatVector d = FloatVector.fromArray(SPECIES, x, xOffset + i, rest).sub(mean, rest);
      squares = d.fma(d, squares);
    }
    return Lanes.sum(squares);
  }

  /** dGain += dy (x - mean) rstd; dBias += dy. */
  static void addNormParameters(
      float[] x,
      int xOffset,
      float mean,
      float rstd,
      float[] dy,
      int dyOffset,
      float[] dParameters,
      int gainOffset,
      int biasOffset,
      int n) {
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      FloatVector d = FloatVector.fromArray(SPECIES, dy, dyOffset + i);
      FloatVector.fromArray(SPECIES, x, xOffset + i)
          .sub(mean)
          .mul(rstd)
          .fma(d, FloatVector.fromArray(SPECIES, dParameters, gainOffset + i))
          .intoArray(dParameters, gainOffset + i);
      d.add(FloatVector.fromArray(SPECIES, dParameters, biasOffset + i))
          .intoArray(dParameters, biasOffset + i);
    }
    if (i < n) {
      VectorMask<Float> rest = SPECIES.indexInRange(i, n);
      FloatVector d = FloatVector.fromArray(SPECIES, dy, dyOffset + i, rest);
      FloatVector.fromArray(SPECIES, x, xOffset + i, rest)
          .sub(mean)
          .mul(rstd)
          .fma(d, FloatVector.fromArray(SPECIES, dParameters, gainOffset + i, rest))
          .intoArray(dParameters, gainOffset + i, rest);
      d.add(FloatVector.fromArray(SPECIES, dParameters, biasOffset + i, rest))
          .intoArray(dParameters, biasOffset + i, rest);
    }
  }

  /** Sum of (x - mean) gain dy. */
  static float tripleProduct(
      float[] x,
      int xOffset,
      float mean,
      float[] gain,
      int gainOffset,
      float[] dy,
      int dyOffset,
      int n) {
    FloatVector sum = FloatVector.zero(SPECIES);
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      sum =
          FloatVector.fromArray(SPECIES, x, xOffset + i)
              .sub(mean)
              .mul(FloatVector.fromArray(SPECIES, gain, gainOffset + i))
              .fma(FloatVector.fromArray(SPECIES, dy, dyOffset + i), sum);
    }
    if (i < n) {
      VectorMask<Float> rest = SPECIES.indexInRange(i, n);
      sum =
          FloatVector.fromArray(SPECIES, x, xOffset + i, rest)
              .sub(mean)
              .mul(FloatVector.fromArray(SPECIES, gain, gainOffset + i, rest))
              .fma(FloatVector.fromArray(SPECIES, dy, dyOffset + i, rest), sum);
    }
    return Lanes.sum(sum);
  }
}
