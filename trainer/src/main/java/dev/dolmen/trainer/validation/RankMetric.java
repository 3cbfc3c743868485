package dev.dolmen.trainer.validation;

import java.util.List;
import java.util.Locale;

/**
 * What a rank is worth, by kind and cut: 0 beyond the cut.
 *
 * @param kind of metric
 * @param cut ranks that count, 1 or more
 */
public record RankMetric(Kind kind, int cut) {
  /** Kinds of metrics, each for one target. */
  public enum Kind {
    /**
     * Whether the target is there: the share of what is relevant that is found, which with one
     * target is the hit rate (Deshpande and Karypis, "Item-based top-N recommendation algorithms",
     * TOIS 2004, section 6.2); as in Hidasi et al., "Session-based recommendations with recurrent
     * neural networks", ICLR 2016, section 4.
     */
    RECALL,
    /**
     * 1 / rank, the mean of which is the mean reciprocal rank (Voorhees, "The TREC-8 question
     * answering track report", 1999), cut as in Hidasi et al.
     */
    MRR,
    /**
     * 1 / log2(rank + 1): the discounted gain of Järvelin and Kekäläinen ("Cumulated gain-based
     * evaluation of IR techniques", TOIS 2002), with the discount of Burges et al. (ICML 2005) that
     * spares the first rank alone. With one target the best list is worth 1, by which it is
     * normalized.
     */
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
  public double of(int rank) {
    if (rank > cut) {
      return 0;
    }
    return switch (kind) {
      case RECALL -> 1;
      case MRR -> 1.0 / rank;
      case NDCG -> Math.log(2) / Math.log(rank + 1.0);
    };
  }

  /** As JSON and tables name it: {@code recall@20}. */
  public String key() {
    return kind.name().toLowerCase(Locale.ROOT) + "@" + cut;
  }
}
