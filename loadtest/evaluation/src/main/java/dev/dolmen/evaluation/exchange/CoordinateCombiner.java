package dev.dolmen.evaluation.exchange;

import java.util.Arrays;

/**
 * The median of each number, or the mean without the smallest and the largest (Yin et al.,
 * "Byzantine-robust distributed learning: towards optimal statistical rates", ICML 2018). Of two
 * changes both are the mean, and of one that change: there is no majority to tell by.
 */
final class CoordinateCombiner implements Combiner {
  private final boolean median;
  private final float[] sorted;

  CoordinateCombiner(boolean median, int contributions) {
    this.median = median;
    sorted = new float[contributions];
  }

  @Override
  public void combine(Block block, float[] out) {
    int n = block.n;
    int drop = median ? (n - 1) / 2 : n > 2 ? 1 : 0;
    for (int d = 0; d < block.length; d++) {
      for (int i = 0; i < n; i++) {
        sorted[i] = block.value(i, d);
      }
      Arrays.sort(sorted, 0, n);
      float sum = 0;
      for (int i = drop; i < n - drop; i++) {
        sum += sorted[i];
      }
      out[d] = sum / (n - 2 * drop);
    }
  }
}
