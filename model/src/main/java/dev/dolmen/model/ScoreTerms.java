package dev.dolmen.model;

/**
 * The learned terms of a score that are not the session's vector: one number each, added with a
 * weight where a signal says so. Numbers of terms are the same in every model.
 *
 * <p>A signal's strength is turned into terms by linear interpolation between knots at powers of
 * two, so that the model learns what each strength is worth without a formula for it.
 */
public final class ScoreTerms {
  /** Distances from the end of the session that are told apart; the last stands for all beyond. */
  static final int DISTANCES = 16;

  /** Strengths 2^-10 to 1. */
  static final int KNOTS = 11;

  private static final float FIRST_KNOT = 0x1p-10f;

  /** How many there are. */
  public static final int COUNT = DISTANCES + 2 * KNOTS;

  private ScoreTerms() {}

  /** Term of an item that the session has seen, {@code distance} events before its end. */
  public static int repeat(int distance) {
    return Math.min(distance, DISTANCES - 1);
  }

  /** Whether it is a term of {@link #repeat}. */
  public static boolean isRepeat(int term) {
    return term < DISTANCES;
  }

  /** First term of items visited together over a long time. */
  public static int coVisitLong() {
    return DISTANCES;
  }

  /** First term of items visited together of late. */
  public static int coVisitRecent() {
    return DISTANCES + KNOTS;
  }

  /** Number of the knot at or below a strength, from 0. */
  public static int knot(float strength) {
    return strength < FIRST_KNOT ? 0 : Math.min(Math.getExponent(strength) + 10, KNOTS - 1);
  }

  /** Weight of the term at {@link #knot}, 0 to 1. */
  public static float lowerWeight(float strength) {
    return strength < FIRST_KNOT ? strength / FIRST_KNOT : 1 - upperWeight(strength);
  }

  /** Weight of the term after it, 0 to below 1. */
  public static float upperWeight(float strength) {
    if (strength < FIRST_KNOT || strength >= 1) {
      return 0;
    }
    return Math.scalb(strength, -Math.getExponent(strength)) - 1;
  }
}
