package dev.dolmen.trainer.state;

import java.io.DataInput;
import java.io.IOException;

/**
 * A part of the state. It is told of clicks and deletions in the order of the log, copied at a
 * barrier between two batches and read back by a start. The parts of one state stand in a list, so
 * that nothing is forgotten by one of those who walk it. Owned by the training thread.
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

  /** What is to be written, as of now. */
  StateCopy copy();

  /**
   * Reads what a copy wrote, into a part that has been told of nothing yet.
   *
   * @throws IOException if it cannot be read
   */
  void readFrom(DataInput in) throws IOException;
}
