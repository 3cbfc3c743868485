package dev.dolmen.trainer.baseline;

/** Scores items for a session, with memory of its own for the work. One thread at a time. */
@FunctionalInterface
public interface ItemScorer {
  /** As {@link OnlineRecommender#score}. */
  void score(SessionPrefix prefix, long nowSec, ItemScores scores);
}
