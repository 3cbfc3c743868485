package dev.dolmen.parameterstore.optimizer;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** Looks over a row's gradient before it is applied: is it finite, and must it be clipped? */
public final class GradientScale {
  private static final VectorSpecies<Float> EIGHT = FloatVector.SPECIES_256;
  private static final VectorSpecies<Float> FOUR = FloatVector.SPECIES_128;

  private GradientScale() {}

  /**
   * Sum of squares in eight interleaved partial sums, so that every implementation and machine gets
   * the same bits.
   *
   * @param gradient [n] from {@code offset} on; read only
   */
  public static float sumOfSquares(float[] gradient, int offset, int n) {
    FloatVector sums = FloatVector.zero(EIGHT);
    int i = 0;
    for (; i <= n - 8; i += 8) {
      FloatVector g = FloatVector.fromArray(EIGHT, gradient, offset + i);
      sums = sums.add(g.mul(g));
    }
    float rest = 0;
    for (; i < n; i++) {
      rest += gradient[offset + i] * gradient[offset + i];
    }
    // s0 + s4, s1 + s5, s2 + s6, s3 + s7
    FloatVector four = (FloatVector) sums.castShape(FOUR, 0);
    four = four.add(sums.castShape(FOUR, 1));
    return ((four.lane(0) + four.lane(2)) + (four.lane(1) + four.lane(3))) + rest;
  }

  /**
   * Factor that brings the gradient's norm down to {@code clipNorm}.
   *
   * @param clipNorm 0 does not clip
   * @return 1 if it is not above
   */
  public static float clip(float sumOfSquares, float clipNorm) {
    return clipNorm > 0 && sumOfSquares > clipNorm * clipNorm
        ? (float) (clipNorm / Math.sqrt(sumOfSquares))
        : 1;
  }
}
