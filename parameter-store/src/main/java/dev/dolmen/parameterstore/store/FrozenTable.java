package dev.dolmen.parameterstore.store;

import dev.dolmen.parameterstore.snapshot.SnapshotWriter;
import java.io.IOException;

/**
 * A table's state at one moment between two batches, as far as a snapshot needs it: what {@link
 * EmbeddingTable#freeze} has copied while the table goes on changing.
 */
public interface FrozenTable {
  /** Rows that were copied. */
  long copiedRows();

  /** Writes the sections {@code table/…}. Any one thread, before {@link #release}. */
  void writeTo(SnapshotWriter snapshot) throws IOException;

  /**
   * Gives the memory back. Writer, once, when no thread writes it any more.
   *
   * @param durable whether the snapshot is on disk; if it is not, the next one has to hold what has
   *     changed since the one before it
   */
  void release(boolean durable);
}
