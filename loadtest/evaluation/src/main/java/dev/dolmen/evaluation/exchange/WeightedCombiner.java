package dev.dolmen.evaluation.exchange;

import java.util.Arrays;

/**
 * A weighted sum of the changes over the sum of what they count for: with factors that are what
 * they count for, the mean of those that changed the numbers.
 */
final class WeightedCombiner implements Combiner {
  private final double[] factors;
  private final double[] counts;

  /** Largest norms of a change by slot, that of dense parameters first. */
  private final double[] limits;

  /**
   * @param factors of each contribution
   * @param counts what each counts for, above 0
   * @param limits norms that a change has at most, longer ones are shortened: of dense parameters,
   *     then of a row by slot; empty for none
   */
  WeightedCombiner(double[] factors, double[] counts, double[] limits) {
    this.factors = factors;
    this.counts = counts;
    this.limits = limits;
  }

  @Override
  public void combine(Block block, float[] out) {
    Arrays.fill(out, 0, block.length, 0f);
    double count = 0;
    for (int i = 0; i < block.n; i++) {
      count += counts[block.who[i]];
    }
    for (int i = 0; i < block.n; i++) {
      float factor = (float) (factors[block.who[i]] * shortening(block, i) / count);
      for (int d = 0; d < block.length; d++) {
        out[d] += factor * block.value(i, d);
      }
    }
  }

  private double shortening(Block block, int i) {
    if (limits.length == 0) {
      return 1;
    }
    double norm = Math.sqrt(block.dot(i, i));
    double limit = limits[block.slot + 1];
    return norm > limit ? limit / norm : 1;
  }
}
