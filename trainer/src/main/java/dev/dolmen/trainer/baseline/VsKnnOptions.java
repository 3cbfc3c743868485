package dev.dolmen.trainer.baseline;

import dev.dolmen.trainer.state.Bounds;

/**
 * How V-SkNN picks neighbours and weighs their items.
 *
 * @param reach clicks of a prefix that are looked at: the last ones; 1 to 1,000
 * @param sample sessions that are compared: those that clicked last; 1 to 1,000,000
 * @param neighbors sessions that score: the most similar; 1 to 1,000,000
 * @param similarity what an item in common counts, by its place in the prefix
 * @param matching what a neighbour counts, by the place of the latest item in common
 * @param idf a score is multiplied with 1 + idf · ln(sessions / sessions with the item); 0 to 100
 */
public record VsKnnOptions(
    int reach,
    int sample,
    int neighbors,
    PositionWeight similarity,
    PositionWeight matching,
    double idf) {
  public VsKnnOptions {
    Bounds.check("v-sknn.reach", reach, 1, 1_000);
    Bounds.check("v-sknn.sample", sample, 1, 1_000_000);
    Bounds.check("v-sknn.neighbors", neighbors, 1, 1_000_000);
    Bounds.check("v-sknn.idf", idf, 0, 100);
  }

  /**
   * The last 50 clicks; 200 neighbours of a sample of 2,000; shares of the length, linear by the
   * item in common, idf of 1.
   */
  public static VsKnnOptions defaults() {
    return new VsKnnOptions(50, 2_000, 200, PositionWeight.SHARE, PositionWeight.LINEAR, 1);
  }
}
