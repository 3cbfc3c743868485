package dev.dolmen.trainer.baseline;

/** A recommender that learns click by click. Not thread-safe. */
public interface OnlineRecommender {
  /** What it is called in tables. */
  String name();

  /** Learns one click; clicks come in order. About O(1), amortised. */
  void learn(Click click);

  /**
   * Adds each item's score to what it has; an item that nothing speaks for is left alone. Learns
   * nothing.
   *
   * @param prefix the session so far; what was learned of this very session is not held against it
   *     as another's
   * @param nowSec event time of the question, for what fades with time
   */
  void score(SessionPrefix prefix, long nowSec, ItemScores scores);
}
