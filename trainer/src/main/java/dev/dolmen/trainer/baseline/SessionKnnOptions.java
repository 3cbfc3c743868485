package dev.dolmen.trainer.baseline;

import dev.dolmen.trainer.state.Bounds;

/**
 * How SKNN picks neighbours.
 *
 * @param reach clicks of a prefix that are looked at: the last ones; 1 to 1,000
 * @param sample sessions that are compared: those that clicked last; 1 to 1,000,000
 * @param neighbors sessions that score: the most similar; 1 to 1,000,000
 */
public record SessionKnnOptions(int reach, int sample, int neighbors) {
  public SessionKnnOptions {
    Bounds.check("sknn.reach", reach, 1, 1_000);
    Bounds.check("sknn.sample", sample, 1, 1_000_000);
    Bounds.check("sknn.neighbors", neighbors, 1, 1_000_000);
  }

  /** The last 50 clicks; 500 neighbours of a sample of 1,000. */
  public static SessionKnnOptions defaults() {
    return new SessionKnnOptions(50, 1_000, 500);
  }
}
