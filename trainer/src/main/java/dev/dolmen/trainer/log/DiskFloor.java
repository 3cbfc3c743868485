package dev.dolmen.trainer.log;

import java.util.function.LongSupplier;

/**
 * Watches the free space of the log's file system. A mapped page that the file system cannot back
 * kills the whole process, so appends stop while there is still room for what was promised.
 *
 * <p>Asking costs a system call, so an answer holds for {@link #CHECK_BYTES} appended bytes, far
 * below any floor. Guarded by the log's append lock.
 */
final class DiskFloor {
  /** Bytes appended between two looks at the file system: some hundreds of events. */
  static final long CHECK_BYTES = 64L << 10;

  private final LongSupplier usableBytes;
  private final long minFreeBytes;
  private long uncheckedBytes = CHECK_BYTES;

  DiskFloor(LongSupplier usableBytes, long minFreeBytes) {
    this.usableBytes = usableBytes;
    this.minFreeBytes = minFreeBytes;
  }

  /**
   * @throws LogUnavailableException if less than the floor is free
   */
  void check(int bytes) {
    uncheckedBytes += bytes;
    if (uncheckedBytes >= CHECK_BYTES) {
      String refusal = refusal();
      if (!refusal.isEmpty()) {
        uncheckedBytes = CHECK_BYTES;
        throw new LogUnavailableException(refusal);
      }
      uncheckedBytes = 0;
    }
  }

  /** What a caller is told now, looked at again; empty if there is room. */
  String refusal() {
    long free = usableBytes.getAsLong();
    return free >= minFreeBytes
        ? ""
        : "disk full: "
            + free
            + " bytes are free for the feedback log, log.min_free_bytes is "
            + minFreeBytes;
  }
}
