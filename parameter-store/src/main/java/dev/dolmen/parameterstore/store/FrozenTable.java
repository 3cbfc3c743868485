package dev.dolmen.parameterstore.store;

import dev.dolmen.parameterstore.snapshot.SectionInFlight;
import dev.dolmen.parameterstore.snapshot.SnapshotWriter;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.List;

/**
 * A table's state at one moment between two batches, as far as a snapshot needs it: sections that
 * are written piece by piece while the table goes on changing. The table's writer.
 */
public final class FrozenTable {
  private final List<SectionInFlight> sections;
  private final long copiedRows;
  private final Ending ending;

  /** What the table does in the end. */
  @FunctionalInterface
  interface Ending {
    void settle(boolean durable);
  }

  FrozenTable(List<SectionInFlight> sections, long copiedRows, Ending ending) {
    this.sections = List.copyOf(sections);
    this.copiedRows = copiedRows;
    this.ending = ending;
  }

  /** Rows that are written. */
  public long copiedRows() {
    return copiedRows;
  }

  /** The sections {@code table/…}, to be written once, before {@link #release}. */
  public List<SectionInFlight> sections() {
    return sections;
  }

  /** Writes all sections in one go. */
  public void writeTo(SnapshotWriter snapshot) throws IOException {
    for (SectionInFlight section : sections) {
      try (DataOutputStream out = snapshot.section(section.name())) {
        boolean last = false;
        while (!last) {
          last = section.writePiece(out, Integer.MAX_VALUE);
        }
      }
    }
  }

  /**
   * Ends it: nothing is kept for it any more. Once.
   *
   * @param durable whether the snapshot is on disk; if it is not, the next one has to hold what has
   *     changed since the one before it
   */
  public void release(boolean durable) {
    ending.settle(durable);
  }
}
