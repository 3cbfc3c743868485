package dev.dolmen.trainer.log;

import java.nio.file.Path;

/**
 * Bytes of a log are not what was written: a record is found out by its checksum, a hole by what is
 * behind it. Nothing after it can be learned before somebody decides what is to become of it.
 */
public final class LogDamagedException extends RuntimeException {
  private final long offset;
  private final boolean endsThere;

  /**
   * Names the place.
   *
   * @param file of the log
   * @param position byte in it
   * @param offset of the first record that cannot be read
   * @param what is wrong there
   */
  LogDamagedException(Path file, long position, long offset, String what) {
    this(file, position, offset, what, false);
  }

  /**
   * As above.
   *
   * @param endsThere whether nothing can be read behind it
   */
  LogDamagedException(Path file, long position, long offset, String what, boolean endsThere) {
    super(
        "the log is damaged: "
            + file
            + " at byte "
            + position
            + ", log offset "
            + offset
            + ": "
            + what);
    this.offset = offset;
    this.endsThere = endsThere;
  }

  boolean endsThere() {
    return endsThere;
  }

  /** Offset of the first record that cannot be read. */
  public long offset() {
    return offset;
  }
}
