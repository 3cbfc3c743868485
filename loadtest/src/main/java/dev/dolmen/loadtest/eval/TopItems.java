package dev.dolmen.loadtest.eval;

import java.util.Arrays;

/** Which items are recommended: how often each is among a model's first. */
final class TopItems {
  private final long[] shown;
  private long lists;

  TopItems(int items) {
    shown = new long[items];
  }

  void add(int[] top) {
    for (int item : top) {
      shown[item]++;
    }
    lists++;
  }

  /** Share of the catalogue that is in anybody's list. */
  double coverage(int catalogue) {
    return catalogue == 0
        ? 0
        : (double) Arrays.stream(shown).filter(n -> n > 0).count() / catalogue;
  }

  /**
   * How popular an item of a list is on average: its place among all items by clicks learned, 1 for
   * the most clicked and 0 for the least.
   *
   * @param clicks by item
   */
  double popularity(int[] clicks) {
    Integer[] order = new Integer[clicks.length];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, (a, b) -> Integer.compare(clicks[a], clicks[b]));
    double sum = 0;
    double all = 0;
    for (int place = 0; place < order.length; place++) {
      long n = order[place] < shown.length ? shown[order[place]] : 0;
      sum += n * (order.length == 1 ? 1 : place / (order.length - 1.0));
      all += n;
    }
    return all == 0 ? Double.NaN : sum / all;
  }

  /**
   * How many items it would be if all were shown equally often: the exponential of the entropy of
   * what is shown, which is the Vendi score of items that are alike only to themselves (Friedman
   * and Dieng, TMLR 2023, section 3).
   */
  double effectiveItems() {
    double all = Arrays.stream(shown).sum();
    double entropy = 0;
    for (long n : shown) {
      if (n > 0) {
        entropy -= n / all * Math.log(n / all);
      }
    }
    return all == 0 ? 0 : Math.exp(entropy);
  }

  /** Lists that were added. */
  long lists() {
    return lists;
  }
}
