package dev.dolmen.parameterstore.snapshot;

import java.io.DataInputStream;
import java.io.IOException;
import java.util.Set;

/** A snapshot being read. Every block's checksum is checked before its bytes are handed out. */
public interface SnapshotReader {
  /** Names of all sections. */
  Set<String> sections();

  /**
   * Opens a section.
   *
   * @throws IOException if there is none of this name, or it is damaged; the message names file and
   *     block
   */
  DataInputStream section(String name) throws IOException;
}
