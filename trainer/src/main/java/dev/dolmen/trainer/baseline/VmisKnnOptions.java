package dev.dolmen.trainer.baseline;

import dev.dolmen.trainer.state.Bounds;

/**
 * How VMIS-kNN picks neighbours and weighs their items.
 *
 * @param reach clicks of a prefix that are looked at: the last ones; 1 to 1,000
 * @param recent m: sessions of each item that are looked at, and of all of these that are compared:
 *     those that clicked last; 1 to 1,000,000, the index having its own bound
 * @param neighbors k: sessions that score: the most similar; 1 to 1,000,000
 * @param similarity pi: what an item in common counts, by its place in the prefix
 * @param matching lambda: what a neighbour counts, by the place of the latest item in common
 */
public record VmisKnnOptions(
    int reach, int recent, int neighbors, PositionWeight similarity, PositionWeight matching) {
  public VmisKnnOptions {
    Bounds.check("vmis-knn.reach", reach, 1, 1_000);
    Bounds.check("vmis-knn.recent", recent, 1, 1_000_000);
    Bounds.check("vmis-knn.neighbors", neighbors, 1, 1_000_000);
  }

  /** The last 50 clicks, m = 500, k = 100, shares of the length, linear by the item in common. */
  public static VmisKnnOptions defaults() {
    return new VmisKnnOptions(50, 500, 100, PositionWeight.SHARE, PositionWeight.LINEAR);
  }
}
