package dev.dolmen.evaluation.itemsets;

import dev.dolmen.trainer.validation.RankMetric;
import java.util.Locale;
import java.util.stream.IntStream;

/** What a list of the first 20 is worth that has some of several items. */
public enum SetMetric {
  /** Share of the list that is right. */
  PRECISION {
    @Override
    double of(int[] ranks) {
      return sum(RankMetric.RECALL_20, ranks) / CUT;
    }
  },
  /** Share of the items that are in the list. */
  RECALL {
    @Override
    double of(int[] ranks) {
      return sum(RankMetric.RECALL_20, ranks) / ranks.length;
    }
  },
  /** Discounted gain, next to that of a list that begins with as many of the items as it holds. */
  NDCG {
    @Override
    double of(int[] ranks) {
      int[] ideal = IntStream.rangeClosed(1, Math.min(CUT, ranks.length)).toArray();
      return sum(RankMetric.NDCG_20, ranks) / sum(RankMetric.NDCG_20, ideal);
    }
  };

  /** Length of the list. */
  static final int CUT = 20;

  /**
   * Of one list.
   *
   * @param ranks of the items, from 1, at least one
   */
  abstract double of(int[] ranks);

  /** As reports name it. */
  String key() {
    return name().toLowerCase(Locale.ROOT) + "@" + CUT;
  }

  private static double sum(RankMetric metric, int[] ranks) {
    double sum = 0;
    for (int rank : ranks) {
      sum += metric.of(rank);
    }
    return sum;
  }
}
