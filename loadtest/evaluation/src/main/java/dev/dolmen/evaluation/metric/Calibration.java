package dev.dolmen.evaluation.metric;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Chances that a model gave beside what happened: predictions in order of the chance given, in bins
 * of equal mass (Naeini, Cooper and Hauskrecht, AAAI 2015, for the error; Nguyen and O'Connor,
 * EMNLP 2015, for such bins). The error is the mean over the predictions of the distance between
 * chance and share of their bin (expected calibration error, Guo et al., "On Calibration of Modern
 * Neural Networks", ICML 2017, equation 3, there with bins of equal width).
 *
 * @param model its name
 * @param cut the chance is that the next item is among so many ranked first
 * @param predictions for which a chance was given
 * @param given mean chance
 * @param observed share that was there
 * @param error expected calibration error
 * @param bins by rising chance
 */
public record Calibration(
    String model,
    int cut,
    int predictions,
    double given,
    double observed,
    double error,
    List<Bin> bins) {
  /** Bins, if there are enough predictions. */
  static final int BINS = 20;

  /** Predictions that a bin should have. */
  private static final int BIN_MIN = 25;

  /**
   * Some of the predictions.
   *
   * @param given their mean chance
   * @param observed share of them that was there, with Wilson's interval, as if they were
   *     independent of each other (JASA 1927)
   */
  public record Bin(int predictions, double given, Estimate observed) {}

  /**
   * Compares.
   *
   * @param chances of each prediction; those that are not a number are left out
   * @param there whether it was so, by prediction
   */
  public static Calibration of(String model, int cut, float[] chances, boolean[] there) {
    long[] order = new long[chances.length];
    int n = 0;
    for (int i = 0; i < chances.length; i++) {
      if (!Float.isNaN(chances[i])) {
        // Chances are not negative: their bits are in their order. Ties stay in order of number.
        order[n++] = (long) Float.floatToIntBits(chances[i]) << 32 | i;
      }
    }
    Arrays.sort(order, 0, n);
    List<Bin> bins = new ArrayList<>();
    int count = Math.clamp(n / BIN_MIN, 1, BINS);
    double given = 0;
    double observed = 0;
    double error = 0;
    for (int b = 0; b < count && n > 0; b++) {
      int from = (int) ((long) b * n / count);
      int to = (int) ((long) (b + 1) * n / count);
      double chance = 0;
      int hits = 0;
      for (int i = from; i < to; i++) {
        chance += chances[(int) order[i]];
        hits += there[(int) order[i]] ? 1 : 0;
      }
      given += chance;
      observed += hits;
      error += Math.abs(chance - hits);
      bins.add(new Bin(to - from, chance / (to - from), wilson(hits, to - from)));
    }
    return new Calibration(model, cut, n, given / n, observed / n, error / n, bins);
  }

  private static Estimate wilson(int hits, int n) {
    double z = 1.96;
    double share = (double) hits / n;
    double middle = (share + z * z / (2 * n)) / (1 + z * z / n);
    double half = z * Math.sqrt(share * (1 - share) / n + z * z / (4.0 * n * n)) / (1 + z * z / n);
    return new Estimate(share, Math.max(0, middle - half), Math.min(1, middle + half));
  }
}
