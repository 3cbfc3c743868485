package dev.dolmen.parameterstore.optimizer;

/** Looks over a row's gradient before it is applied: is it finite, and must it be clipped? */
public final class GradientScale {
  private GradientScale() {}

  /**
   * Sum of squares in eight interleaved partial sums, so that every implementation and machine gets
   * the same bits.
   *
   * @param gradient [n] from {@code offset} on; read only
   */
  public static float sumOfSquares(float[] gradient, int offset, int n) {
    float s0 = 0;
    float s1 = 0;
    float s2 = 0;
    float s3 = 0;
    float s4 = 0;
    float s5 = 0;
    float s6 = 0;
    float s7 = 0;
    int end = offset + n;
    int i = offset;
    for (; i <= end - 8; i += 8) {
      s0 += gradient[i] * gradient[i];
      s1 += gradient[i + 1] * gradient[i + 1];
      s2 += gradient[i + 2] * gradient[i + 2];
      s3 += gradient[i + 3] * gradient[i + 3];
      s4 += gradient[i + 4] * gradient[i + 4];
      s5 += gradient[i + 5] * gradient[i + 5];
      s6 += gradient[i + 6] * gradient[i + 6];
      s7 += gradient[i + 7] * gradient[i + 7];
    }
    float rest = 0;
    for (; i < end; i++) {
      rest += gradient[i] * gradient[i];
    }
    return ((s0 + s4) + (s2 + s6)) + ((s1 + s5) + (s3 + s7)) + rest;
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
