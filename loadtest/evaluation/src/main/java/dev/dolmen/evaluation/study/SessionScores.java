package dev.dolmen.evaluation.study;

import dev.dolmen.trainer.learn.PendingSession;
import dev.dolmen.trainer.validation.RankMetric;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Sums over the predictions of each session, in the order in which sessions come. */
final class SessionScores {
  /** Sums of one session. */
  static final class Sums {
    int predictions;
    double recall;
    double mrr;
  }

  private final Map<Long, Sums> bySession = new LinkedHashMap<>();
  private long predictions;

  /**
   * Adds the predictions of a batch.
   *
   * @param ranks of each, from 1; exact up to 20
   */
  void add(List<PendingSession> batch, int[] ranks) {
    int n = 0;
    for (PendingSession session : batch) {
      for (int i = session.firstPredicted(); i < session.length(); i++) {
        Sums sums = bySession.computeIfAbsent(session.number(), number -> new Sums());
        sums.predictions++;
        sums.recall += RankMetric.RECALL_20.of(ranks[n]);
        sums.mrr += RankMetric.MRR_20.of(ranks[n++]);
      }
    }
    predictions += n;
  }

  Map<Long, Sums> bySession() {
    return bySession;
  }

  long predictions() {
    return predictions;
  }
}
