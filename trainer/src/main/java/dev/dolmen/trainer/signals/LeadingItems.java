package dev.dolmen.trainer.signals;

import java.util.Arrays;
import java.util.BitSet;

/**
 * The items with the largest counts, without a look at all items: those that led before, and those
 * that were counted since. Counts of the others only fade, all in step, so none of them can pass
 * who leads. Owned by one thread at a time; what it holds follows from the counts and is no state.
 */
final class LeadingItems {
  /** Items that lead for certain after each look at the candidates. */
  static final int LEADING = 8_192;

  private static final int CANDIDATES = 2 * LEADING;

  private final DecayedCounts counts;
  private final BitSet isCandidate = new BitSet();
  private int[] candidates = new int[64];
  private int size;
  private int looks;

  /** No item that is no candidate has more than this. */
  private double others = Double.POSITIVE_INFINITY;

  LeadingItems(DecayedCounts counts) {
    this.counts = counts;
  }

  /** An item's count has grown. */
  void counted(int item) {
    if (others < Double.POSITIVE_INFINITY && !isCandidate.get(item)) {
      add(item);
    }
  }

  /** All counts were divided. */
  void rescaled(double by) {
    others /= by;
  }

  /** The counts are others than before. */
  void forget() {
    others = Double.POSITIVE_INFINITY;
  }

  private void add(int item) {
    if (size == CANDIDATES) {
      prune();
    }
    if (size == candidates.length) {
      candidates = Arrays.copyOf(candidates, Math.min(CANDIDATES, 2 * size));
    }
    isCandidate.set(item);
    candidates[size++] = item;
  }

  /** Lets all go but the {@link #LEADING} largest. */
  private void prune() {
    double[] sorted = new double[size];
    for (int i = 0; i < size; i++) {
      sorted[i] = counts.count(candidates[i]);
    }
    Arrays.sort(sorted);
    double least = sorted[size - LEADING];
    int kept = 0;
    for (int i = 0; i < size; i++) {
      int item = candidates[i];
      double count = counts.count(item);
      if (count >= least && kept < LEADING) {
        candidates[kept++] = item;
      } else {
        isCandidate.clear(item);
        others = Math.max(others, count);
      }
    }
    size = kept;
  }

  /**
   * Items of which at least the {@code n} with the largest counts above 0 are some, as far as there
   * are so many.
   *
   * @param n at most {@link #LEADING}
   * @return in no order; not to be kept, and to be written to by nobody
   */
  int[] atLeast(int n) {
    if (others == Double.POSITIVE_INFINITY || aboveOthers() < n) {
      lookAtAll();
    }
    return Arrays.copyOf(candidates, size);
  }

  private int aboveOthers() {
    if (others == 0) {
      return Integer.MAX_VALUE;
    }
    int above = 0;
    for (int i = 0; i < size; i++) {
      above += counts.count(candidates[i]) >= others ? 1 : 0;
    }
    return above;
  }

  /** Times that all items were looked at. */
  int looks() {
    return looks;
  }

  private void lookAtAll() {
    looks++;
    isCandidate.clear();
    size = 0;
    others = 0;
    for (int item = 0; item < counts.limit(); item++) {
      double count = counts.count(item);
      if (count > others) {
        add(item);
      }
    }
  }
}
