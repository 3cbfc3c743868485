package dev.dolmen.bench.table;

import java.util.SplittableRandom;

/**
 * Draws ranks 1 to n with chances that fall as rank^-s, by inverting the integral of the density
 * and rejecting what lies above the true chance (rejection-inversion; Hörmann and Derflinger,
 * 1996).
 */
public final class ZipfRanks {
  private final int n;
  private final double exponent;
  private final double atHalf;
  private final double atEnd;
  private final double always;

  /**
   * @param exponent above 0, not 1
   */
  public ZipfRanks(int n, double exponent) {
    this.n = n;
    this.exponent = exponent;
    atHalf = integral(1.5) - 1;
    atEnd = integral(n + 0.5);
    always = 2 - inverse(integral(2.5) - density(2));
  }

  /** A rank, 1 to n. */
  public int draw(SplittableRandom random) {
    while (true) {
      double u = atEnd + random.nextDouble() * (atHalf - atEnd);
      double x = inverse(u);
      int rank = (int) Math.clamp(Math.round(x), 1L, n);
      if (rank - x <= always || u >= integral(rank + 0.5) - density(rank)) {
        return rank;
      }
    }
  }

  private double density(double x) {
    return Math.pow(x, -exponent);
  }

  private double integral(double x) {
    return (Math.pow(x, 1 - exponent) - 1) / (1 - exponent);
  }

  private double inverse(double y) {
    return Math.pow(1 + y * (1 - exponent), 1 / (1 - exponent));
  }
}
