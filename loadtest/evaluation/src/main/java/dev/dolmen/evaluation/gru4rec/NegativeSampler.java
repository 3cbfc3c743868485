package dev.dolmen.evaluation.gru4rec;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Draws items with a chance that goes by clicks^alpha. The chances are as of a moment at most an
 * eighth of the clicks ago, but for the first ones, so that bringing them up to date is O(1) a
 * click, amortised.
 */
final class NegativeSampler {
  private static final int FIRST_CLICKS = 256;

  private final double exponent;
  private long[] counts = new long[16];
  private int known;
  private long clicks;
  private long drawnFrom;

  /** Items that have a chance; sums of clicks^alpha up to each. */
  private int size;

  private double[] sums = new double[0];
  private long[] countsThen = new long[0];

  NegativeSampler(double exponent) {
    this.exponent = exponent;
  }

  void count(int item) {
    if (item >= counts.length) {
      counts = Arrays.copyOf(counts, Math.max(item + 1, counts.length + counts.length / 2));
    }
    counts[item]++;
    known = Math.max(known, item + 1);
    clicks++;
  }

  /** Clicks on an item. */
  long clicks(int item) {
    return item < counts.length ? counts[item] : 0;
  }

  /** Brings the chances up to date if that is due. */
  void refresh() {
    if (size > 0 && clicks - drawnFrom < Math.max(FIRST_CLICKS, drawnFrom / 8)) {
      return;
    }
    drawnFrom = clicks;
    // The last one has clicks: what rounding leaves at the end falls to it.
    size = known;
    countsThen = Arrays.copyOf(counts, size);
    sums = sums.length == size ? sums : new double[size];
    double sum = 0;
    for (int item = 0; item < size; item++) {
      sum += counts[item] == 0 ? 0 : StrictMath.pow((double) counts[item], exponent);
      sums[item] = sum;
    }
  }

  /** An item, after {@link #refresh} and at least one click. */
  int draw(SplittableRandom random) {
    double at = random.nextDouble() * sums[size - 1];
    int low = 0;
    int high = size - 1;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (sums[middle] > at) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }

  /**
   * Logarithm of the chance that an item is among the candidates: those of {@code batch} clicks and
   * of {@code samples} draws. An item without a click at that moment counts as one with one.
   */
  double logChance(int item, int batch, int samples) {
    long count = item < size ? Math.max(1, countsThen[item]) : 1;
    double expected =
        batch * (double) count / drawnFrom
            + samples * StrictMath.pow((double) count, exponent) / sums[size - 1];
    return StrictMath.log(-StrictMath.expm1(-expected));
  }
}
