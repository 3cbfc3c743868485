package dev.dolmen.parameterstore.store;

import java.util.List;

/**
 * What becomes of a slot's rows when a table goes on under another configuration.
 *
 * @param slot name of the slot
 * @param outcome of its rows
 * @param rowsBefore rows in the snapshot
 * @param rowsKept rows that are taken over
 * @param rowBytes bytes of such a row in a snapshot
 * @param reasons what is done and why, for people; empty where nothing is
 */
public record SlotMigration(
    String slot,
    Outcome outcome,
    long rowsBefore,
    long rowsKept,
    long rowBytes,
    List<String> reasons) {

  /** What becomes of the rows. */
  public enum Outcome {
    /** They stay as they are, but for those that a smaller bound has no room for. */
    KEPT,
    /** Their weights are kept in another form. */
    CONVERTED,
    /** They mean something else now, or are of another length: the slot is learned anew. */
    ANEW,
    /** The slot was not there: it starts empty. */
    COMES,
    /** The slot is there no more, and its rows go with it. */
    GOES
  }

  /** Copies the list. */
  public SlotMigration {
    reasons = List.copyOf(reasons);
  }

  /** Bytes of the rows that are taken over, in a snapshot. */
  public long bytesKept() {
    return rowsKept * rowBytes;
  }

  /** Whether anything is another than it was. */
  public boolean changes() {
    return outcome != Outcome.KEPT || rowsKept < rowsBefore || !reasons.isEmpty();
  }
}
