package dev.dolmen.parameterstore.snapshot;

import java.io.IOException;
import java.nio.file.Path;

/** A snapshot that is not whole, or of a format that this version does not read. */
public final class DamagedSnapshotException extends IOException {
  private final transient Path file;
  private final long block;

  /**
   * @param block number of the block in the file from 0, or -1 if it is not about a block
   * @param problem what was found and what was expected
   */
  DamagedSnapshotException(Path file, long block, String problem) {
    super(file + (block < 0 ? "" : ", block " + block) + ": " + problem);
    this.file = file;
    this.block = block;
  }

  public Path file() {
    return file;
  }

  /** Number of the block from 0, or -1. */
  public long block() {
    return block;
  }
}
