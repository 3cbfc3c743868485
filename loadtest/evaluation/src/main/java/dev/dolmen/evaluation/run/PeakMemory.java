package dev.dolmen.evaluation.run;

import dev.dolmen.traffic.local.ProcessMemory;

/**
 * The most memory that this process had, in all and in parts of its life: Linux lets a process
 * begin to count anew. One thread.
 */
public final class PeakMemory {
  private final boolean watched;
  private long bytes = -1;

  /** Of a process whose runs are measured. */
  public PeakMemory() {
    this(true);
  }

  private PeakMemory(boolean watched) {
    this.watched = watched;
  }

  /** Of runs whose memory is nobody's concern: nothing is collected or counted for them. */
  public static PeakMemory unwatched() {
    return new PeakMemory(false);
  }

  /** Whether anybody wants to know. */
  boolean watched() {
    return watched;
  }

  /** Begins a part. */
  void begin() {
    if (watched) {
      bytes();
      ProcessMemory.forgetOwnPeak();
    }
  }

  /**
   * Ends the part.
   *
   * @return its peak, or that of the process so far where it cannot be counted anew; -1 if unknown
   */
  long end() {
    bytes();
    return ProcessMemory.ownPeakRssBytes().orElse(-1);
  }

  /** The peak in all; -1 if unknown. */
  public long bytes() {
    bytes = Math.max(bytes, ProcessMemory.ownPeakRssBytes().orElse(-1));
    return bytes;
  }
}
