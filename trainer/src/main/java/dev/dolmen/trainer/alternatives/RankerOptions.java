package dev.dolmen.trainer.alternatives;

import dev.dolmen.trainer.state.Bounds;

/**
 * Bounds of the baselines that are kept up, each of them.
 *
 * @param maxSessions past sessions at most, the one that began first makes room; 1 to 100,000,000
 * @param neighbors other items that an item remembers, the lightest makes room; 1 to 65,536
 * @param relearnRecords records of the kept log that a start learns again, the last ones; 0 to
 *     100,000,000
 * @param validationShare share of clicks that are predicted before they are learned, 0 to 1
 */
public record RankerOptions(
    int maxSessions, int neighbors, int relearnRecords, double validationShare) {
  public RankerOptions {
    Bounds.check("rankers.maxSessions", maxSessions, 1, 100_000_000);
    Bounds.check("rankers.neighbors", neighbors, 1, 65_536);
    Bounds.check("rankers.relearnRecords", relearnRecords, 0, 100_000_000);
    Bounds.check("rankers.validationShare", validationShare, 0, 1);
  }

  /** 500,000 sessions, 256 neighbours, a million records, a click in a hundred. */
  public static RankerOptions defaults() {
    return new RankerOptions(500_000, 256, 1_000_000, 0.01);
  }
}
