package dev.dolmen.trainer.alternatives;

import dev.dolmen.parameterstore.range.NumberRange;
import dev.dolmen.parameterstore.range.WholeRange;

/**
 * Bounds of the baselines that are kept up, each of them. What each number can be stands in the
 * constant of its name.
 *
 * @param maxSessions past sessions at most, the one that began first makes room
 * @param neighbors other items that an item remembers, the lightest makes room
 * @param relearnRecords records of the kept log that a start learns again, the last ones
 * @param validationShare share of clicks that are predicted before they are learned
 */
public record RankerOptions(
    int maxSessions, int neighbors, int relearnRecords, double validationShare) {
  public static final WholeRange MAX_SESSIONS = WholeRange.of(1, 100_000_000);
  public static final WholeRange NEIGHBORS = WholeRange.of(1, 65_536);
  public static final WholeRange RELEARN_RECORDS = WholeRange.of(0, 100_000_000);
  public static final NumberRange VALIDATION_SHARE = NumberRange.of(0, 1);

  public RankerOptions {
    MAX_SESSIONS.check("rankers.maxSessions", maxSessions);
    NEIGHBORS.check("rankers.neighbors", neighbors);
    RELEARN_RECORDS.check("rankers.relearnRecords", relearnRecords);
    VALIDATION_SHARE.check("rankers.validationShare", validationShare);
  }

  /** 500,000 sessions, 256 neighbours, a million records, a click in a hundred. */
  public static RankerOptions defaults() {
    return new RankerOptions(500_000, 256, 1_000_000, 0.01);
  }
}
