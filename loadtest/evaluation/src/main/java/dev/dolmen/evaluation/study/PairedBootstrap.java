package dev.dolmen.evaluation.study;

import java.util.Arrays;
import java.util.Random;

/**
 * How sure the difference of two means is that were measured on the same predictions: hours are
 * drawn with replacement, each with all of its predictions under both, so that what an hour has in
 * common (its news, its visitors) counts once and not once for each click (Efron and Tibshirani,
 * "An Introduction to the Bootstrap", 1993, chapters 8 and 13: blocks, percentiles).
 */
final class PairedBootstrap {
  private static final int RESAMPLES = 2_000;

  /** The middle 95% of the differences that were drawn. */
  record Interval(double low, double high) {}

  private PairedBootstrap() {}

  /**
   * The interval of {@code sum(a) / sum(n) - sum(b) / sum(n)}; not a number with less than two
   * hours in which anything was predicted.
   *
   * @param a per hour
   * @param b per hour
   * @param n predictions per hour
   */
  static Interval difference(double[] a, double[] b, double[] n, long seed) {
    int[] hours = new int[n.length];
    int used = 0;
    for (int hour = 0; hour < n.length; hour++) {
      if (n[hour] > 0) {
        hours[used++] = hour;
      }
    }
    if (used < 2) {
      return new Interval(Double.NaN, Double.NaN);
    }
    Random random = new Random(seed);
    double[] drawn = new double[RESAMPLES];
    for (int r = 0; r < RESAMPLES; r++) {
      double difference = 0;
      double predictions = 0;
      for (int i = 0; i < used; i++) {
        int hour = hours[random.nextInt(used)];
        difference += a[hour] - b[hour];
        predictions += n[hour];
      }
      drawn[r] = difference / predictions;
    }
    Arrays.sort(drawn);
    return new Interval(drawn[RESAMPLES / 40], drawn[RESAMPLES - 1 - RESAMPLES / 40]);
  }
}
