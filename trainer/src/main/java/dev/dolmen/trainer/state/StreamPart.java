package dev.dolmen.trainer.state;

import dev.dolmen.parameterstore.snapshot.SnapshotReader;
import java.io.DataInput;
import java.io.DataInputStream;
import java.io.IOException;
import java.util.List;

/**
 * A part of the state. It is told of clicks and deletions in the order of the log, copied at a
 * barrier between two batches and read back by a start. The parts of one state stand in a list, so
 * that nothing is forgotten by one of those who walk it. Owned by the training thread.
 *
 * <p>What there are many of, a snapshot holds as {@link #rows}, so that it can hold what has
 * changed alone; what little there is besides, as {@link #copyRest}.
 */
public interface StreamPart {
  /** An event of a batch that has been learned extended its session. */
  default void clicked(StreamClick click) {}

  /** A new item has come, at an index that no item has. */
  default void added(int item) {}

  /** An item is another by its metadata. */
  default void changed(int item) {}

  /** An item is gone for now; what is known of it is kept, and nobody may be led to it. */
  default void withdrawn(int item) {}

  /** An item that was withdrawn is back. */
  default void returned(int item) {}

  /** An item is gone for good; its index may be another item's from now on. */
  default void deleted(int item) {}

  /** All of it as of now: what tells two states apart. */
  StateCopy copy();

  /**
   * Reads what a copy wrote, into a part that has been told of nothing yet.
   *
   * @throws IOException if it cannot be read
   */
  void readFrom(DataInput in) throws IOException;

  /** What there are many of; nothing unless {@link #copyRest} leaves something out. */
  default List<StateRows> rows() {
    return List.of();
  }

  /** What is to be written next to the rows, as of now. */
  default StateCopy copyRest() {
    return copy();
  }

  /**
   * Reads what {@link #copyRest} wrote, before the rows are read.
   *
   * @throws IOException if it cannot be read
   */
  default void readRest(DataInput in) throws IOException {
    readFrom(in);
  }

  /**
   * All rows have been read, and are those of the snapshot: what is changed now is written by the
   * next one.
   *
   * @throws IOException if they cannot be what was written
   */
  default void rowsRead() throws IOException {}

  /**
   * Reads the rest, then the rows from their sections.
   *
   * @throws IOException if they cannot be read
   */
  default void readParted(DataInput rest, SnapshotReader sections) throws IOException {
    readRest(rest);
    for (StateRows rows : rows()) {
      try (DataInputStream in = sections.section(rows.section())) {
        rows.readFrom(in);
      }
    }
    rows().forEach(StateRows::unchanged);
    rowsRead();
  }
}
