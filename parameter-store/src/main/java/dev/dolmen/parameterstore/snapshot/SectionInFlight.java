package dev.dolmen.parameterstore.snapshot;

import java.io.DataOutput;
import java.io.IOException;

/**
 * A section of a snapshot as of a barrier, of which one piece after the other is written while what
 * it is made of goes on changing. The thread that changes it.
 */
public interface SectionInFlight {
  /** Name of the section. */
  String name();

  /**
   * Writes the next piece.
   *
   * @param bytes after which the piece ends; a row is not divided
   * @return whether this was the last
   */
  boolean writePiece(DataOutput out, int bytes) throws IOException;

  /** Bytes of memory that what has changed since the barrier takes, as it was then. */
  long keptBytes();
}
