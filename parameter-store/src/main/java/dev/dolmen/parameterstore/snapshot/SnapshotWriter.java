package dev.dolmen.parameterstore.snapshot;

import java.io.DataOutputStream;
import java.io.IOException;

/** A snapshot being written: named sections, one after the other. */
public interface SnapshotWriter {
  /**
   * Starts a section; closing the stream ends it. One section is open at a time.
   *
   * @param name letters, digits, '-', '_', '.' and '/'; unique within the snapshot
   */
  DataOutputStream section(String name) throws IOException;
}
