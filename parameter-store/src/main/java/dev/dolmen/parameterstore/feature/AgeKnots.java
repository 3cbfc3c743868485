package dev.dolmen.parameterstore.feature;

/**
 * The knots between which ages are interpolated: knot k at {@value #UNIT_SEC} · (2^k - 1) seconds,
 * so that they are close for what is new and half an age apart for what is old. Exact in integers:
 * every machine finds the same knots.
 */
public final class AgeKnots {
  /** Distance of the first two knots, seconds: a power of two near a minute. */
  static final int UNIT_SEC = 64;

  private static final int UNIT_BITS = Integer.numberOfTrailingZeros(UNIT_SEC);

  /** Greatest age, over 3,000 years: what is older is no older. */
  private static final long MAX_AGE_SEC = 100_000_000_000L;

  private AgeKnots() {}

  /**
   * The knot at or below an age.
   *
   * @param ageSec seconds; below 0, as for an item from the future, counts as 0
   */
  public static long below(long ageSec) {
    return 63L - UNIT_BITS - Long.numberOfLeadingZeros(shifted(ageSec));
  }

  /** The share of the knot above {@link #below}, 0 to below 1. */
  public static float weightAbove(long ageSec) {
    long shifted = shifted(ageSec);
    long knot = Long.highestOneBit(shifted);
    return (float) ((double) (shifted - knot) / knot);
  }

  /** The age at which a knot lies, seconds. */
  static long ageSec(long knot) {
    return ((1L << knot) - 1) << UNIT_BITS;
  }

  private static long shifted(long ageSec) {
    return Math.clamp(ageSec, 0, MAX_AGE_SEC) + UNIT_SEC;
  }
}
