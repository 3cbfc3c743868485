package dev.dolmen.evaluation.metric;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * How sure means are that were measured on the same predictions: units (sessions, or windows of a
 * stream) are drawn with replacement, each with all of its predictions and all models' answers, so
 * that what the predictions of a unit have in common counts once, and differences are paired (Efron
 * and Tibshirani, "An Introduction to the Bootstrap", 1993, chapters 8 and 13: blocks,
 * percentiles). The same seed gives the same numbers on any number of threads.
 */
public final class Bootstrap {
  /** Draws. */
  public static final int RESAMPLES = 1_000;

  private final int columns;
  private final double[] all;

  /** Column after column of drawn means, [columns, RESAMPLES]. */
  private final double[][] drawn;

  /**
   * Draws.
   *
   * @param sums of each unit, [units][columns]
   * @param weights what each unit's sums are divided by: its predictions, or 1 if sums are means
   * @param seed of the draws
   */
  public Bootstrap(double[][] sums, double[] weights, long seed) {
    columns = sums.length == 0 ? 0 : sums[0].length;
    int[] every = IntStream.range(0, sums.length).toArray();
    all = mean(sums, weights, every);
    drawn = new double[columns][RESAMPLES];
    SplittableRandom seeds = new SplittableRandom(seed);
    long[] each = seeds.longs(RESAMPLES).toArray();
    IntStream.range(0, RESAMPLES)
        .parallel()
        .forEach(r -> {
          SplittableRandom random = new SplittableRandom(each[r]);
          int[] units = random.ints(sums.length, 0, Math.max(1, sums.length)).toArray();
          double[] means = mean(sums, weights, units);
          for (int c = 0; c < columns; c++) {
            drawn[c][r] = means[c];
          }
        });
  }

  private double[] mean(double[][] sums, double[] weights, int[] units) {
    double[] mean = new double[columns];
    double weight = 0;
    for (int unit : units) {
      double[] of = sums[unit];
      for (int c = 0; c < columns; c++) {
        mean[c] += of[c];
      }
      weight += weights[unit];
    }
    for (int c = 0; c < columns; c++) {
      mean[c] /= weight;
    }
    return mean;
  }

  /** Mean of a column, with the middle 95% of the means drawn. */
  public Estimate mean(int column) {
    return estimate(all[column], drawn[column].clone());
  }

  /** Mean of one column less that of another, on the same draws. */
  public Estimate difference(int column, int other) {
    double[] differences = new double[RESAMPLES];
    for (int r = 0; r < RESAMPLES; r++) {
      differences[r] = drawn[column][r] - drawn[other][r];
    }
    return estimate(all[column] - all[other], differences);
  }

  private static Estimate estimate(double mean, double[] draws) {
    Arrays.sort(draws);
    int tail = RESAMPLES / 40;
    return new Estimate(mean, draws[tail], draws[RESAMPLES - 1 - tail]);
  }
}
