package dev.dolmen.evaluation.metric;

import java.util.Arrays;

/**
 * Where items stand by clicks learned: 0 for the least, 1 for the most clicked, and the same place,
 * the middle of theirs, for all that were clicked as often. Items that were never learned stand at
 * 0.
 */
public final class PopularityScale {
  private final int[] clicks;

  /** Clicks of the items that were learned, in ascending order. */
  private final int[] sorted;

  /**
   * Sets it up.
   *
   * @param clicks by item
   */
  public PopularityScale(int[] clicks) {
    this.clicks = clicks;
    sorted = Arrays.stream(clicks).filter(n -> n > 0).sorted().toArray();
  }

  /** The place of an item, from 0 to 1. */
  public double place(int item) {
    int n = item < clicks.length ? clicks[item] : 0;
    if (n == 0) {
      return 0;
    }
    return sorted.length == 1 ? 1 : (below(n) + below(n + 1) - 1) / 2.0 / (sorted.length - 1);
  }

  /** Items learned with fewer clicks. */
  private int below(int n) {
    int low = 0;
    int high = sorted.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (sorted[middle] < n) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
