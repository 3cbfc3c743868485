package dev.dolmen.trainer.validation;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/** Counts of ranks 1 to 20, and of all others together. */
public final class RankCounts {
  static final int CUT = 20;

  private static final double Z_95 = 1.96;

  private final long[] counts = new long[CUT + 2];
  private long predictions;

  public RankCounts() {}

  /** Rank as it is counted: 1 to 20, else 21. */
  public static int cut(int rank) {
    return rank >= 1 && rank <= CUT ? rank : CUT + 1;
  }

  /** Counts {@code n} predictions of a rank that was {@link #cut}. */
  public void add(int cutRank, int n) {
    counts[cutRank] += n;
    predictions += n;
  }

  /** Predictions counted. */
  public long predictions() {
    return predictions;
  }

  /** Means over them; zeros if there are none. */
  public RankingFigures figures() {
    return new RankingFigures(
        predictions,
        mean(RankMetric.RECALL_20),
        mean(RankMetric.MRR_20),
        mean(RankMetric.NDCG_20),
        interval(RankMetric.RECALL_20),
        interval(RankMetric.MRR_20));
  }

  /**
   * By the normal distribution, with two predictions of worth 0 and two of worth 1 besides those
   * that there were, so that few predictions do not seem sure (Agresti and Coull, "Approximate is
   * better than exact for interval estimation of binomial proportions", 1998).
   */
  private RankingFigures.Interval interval(RankMetric metric) {
    double n = predictions + 4;
    double sum = 2;
    double squares = 2;
    for (int rank = 1; rank <= CUT; rank++) {
      double worth = metric.of(rank);
      sum += counts[rank] * worth;
      squares += counts[rank] * worth * worth;
    }
    double mean = sum / n;
    double half = Z_95 * Math.sqrt(Math.max(0, squares / n - mean * mean) / n);
    return new RankingFigures.Interval(Math.max(0, mean - half), Math.min(1, mean + half));
  }

  private double mean(RankMetric metric) {
    double sum = 0;
    for (int rank = 1; rank <= CUT; rank++) {
      sum += counts[rank] * metric.of(rank);
    }
    return predictions == 0 ? 0 : sum / predictions;
  }

  void writeTo(DataOutput out) throws IOException {
    for (long count : counts) {
      out.writeLong(count);
    }
  }

  void readFrom(DataInput in) throws IOException {
    predictions = 0;
    for (int i = 0; i < counts.length; i++) {
      counts[i] = in.readLong();
      predictions += counts[i];
    }
  }
}
