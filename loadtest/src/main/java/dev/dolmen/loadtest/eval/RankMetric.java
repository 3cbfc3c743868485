package dev.dolmen.loadtest.eval;

import java.util.List;
import java.util.Locale;

/**
 * What a rank is worth, by kind and cut: 0 beyond the cut. With one target a hit rate and a recall
 * are the same number.
 *
 * @param kind of metric
 * @param cut ranks that count, 1 or more
 */
public record RankMetric(Kind kind, int cut) {
  /** Kinds of metrics. */
  public enum Kind {
    /** Whether the target is there: hit rate, or recall. */
    RECALL,
    /** 1 / rank. */
    MRR,
    /** 1 / log2(rank + 1), which with one target is normalised by 1. */
    NDCG
  }

  /** All that are reported, the hardest cut last. */
  public static final List<RankMetric> ALL =
      List.of(
          new RankMetric(Kind.RECALL, 5),
          new RankMetric(Kind.MRR, 5),
          new RankMetric(Kind.NDCG, 5),
          new RankMetric(Kind.RECALL, 10),
          new RankMetric(Kind.MRR, 10),
          new RankMetric(Kind.NDCG, 10),
          new RankMetric(Kind.RECALL, 20),
          new RankMetric(Kind.MRR, 20),
          new RankMetric(Kind.NDCG, 20));

  /** Those of the tables. */
  public static final RankMetric RECALL_20 = ALL.get(6);

  public static final RankMetric MRR_20 = ALL.get(7);
  public static final RankMetric NDCG_20 = ALL.get(8);

  /** Of one rank, from 1. */
  double of(int rank) {
    if (rank > cut) {
      return 0;
    }
    return switch (kind) {
      case RECALL -> 1;
      case MRR -> 1.0 / rank;
      case NDCG -> Math.log(2) / Math.log(rank + 1.0);
    };
  }

  /** As in {@code recall@20}. */
  public String key() {
    return kind.name().toLowerCase(Locale.ROOT) + "@" + cut;
  }

  /** As in {@code Recall@20}. */
  public String title() {
    return (kind == Kind.RECALL ? "Recall" : kind.name()) + "@" + cut;
  }
}
