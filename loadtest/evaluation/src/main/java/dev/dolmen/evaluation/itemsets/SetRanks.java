package dev.dolmen.evaluation.itemsets;

import dev.dolmen.trainer.baseline.ItemScores;
import java.util.Arrays;
import java.util.BitSet;

/** Ranks of several items among candidates, exact down to the last. */
final class SetRanks {
  private SetRanks() {}

  /**
   * Ranks of the relevant items, best first, 1 for the best of all: ties count against them, but
   * not among themselves. An item without a score ranks behind the last.
   *
   * @param scores by item, negative infinity for none
   * @param relevant some of the candidates
   */
  static int[] of(float[] scores, BitSet candidates, BitSet relevant) {
    float[] own = new float[relevant.cardinality()];
    int size = 0;
    for (int i = relevant.nextSetBit(0); i >= 0; i = relevant.nextSetBit(i + 1)) {
      own[size++] = -scores[i];
    }
    Arrays.sort(own); // Negative, so that the best is first.
    int[] ahead = new int[own.length + 1];
    for (int i = candidates.nextSetBit(0); i >= 0; i = candidates.nextSetBit(i + 1)) {
      if (!relevant.get(i)) {
        ahead[firstNotBetter(own, -scores[i])]++;
      }
    }
    int[] ranks = new int[own.length];
    int others = 0;
    for (int place = 0; place < ranks.length; place++) {
      others += ahead[place];
      ranks[place] = own[place] == Float.POSITIVE_INFINITY ? Integer.MAX_VALUE : others + place + 1;
    }
    return ranks;
  }

  /** The first place whose score is not better than one, so that this one is ahead of it. */
  private static int firstNotBetter(float[] own, float score) {
    int low = 0;
    int high = own.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (own[middle] >= score) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }

  /** The candidates that are recommended, as many as count. */
  static int[] first(float[] scores, BitSet candidates, ItemScores into) {
    into.reset(candidates.cardinality());
    for (int i = candidates.nextSetBit(0); i >= 0; i = candidates.nextSetBit(i + 1)) {
      if (scores[i] > Float.NEGATIVE_INFINITY) {
        into.add(i, scores[i]);
      }
    }
    return into.top(SetMetric.CUT);
  }
}
