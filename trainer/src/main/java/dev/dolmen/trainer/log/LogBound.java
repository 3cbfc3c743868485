package dev.dolmen.trainer.log;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The bound on the feedback log's bytes, and how near it is. Above {@link #TIGHT} of it a snapshot
 * is asked for, and then the log is kept for the newest snapshot alone; at the bound nothing more
 * is appended, until something could be deleted. Any thread.
 */
public final class LogBound {
  /** Share of the bound above which something has to be done. */
  static final double TIGHT = 0.75;

  /** Share of the bound that has to be appended before a snapshot is asked for again. */
  private static final double AGAIN = 0.0625;

  /** Or so much time, as the one before may have failed for a reason that has gone. */
  private static final long AGAIN_US = 10_000_000;

  private static final int RECORD_OVERHEAD_BYTES = 16;

  private final FeedbackLog log;
  private final long maxBytes;

  /** What was measured, and what was appended since. */
  private final AtomicLong bytes;

  /** Why the log is not let go of, for those who are refused. */
  private volatile String kept = "no snapshot has let any go";

  private long askedAtBytes = Long.MIN_VALUE;
  private long askedAtUs;

  /**
   * @param maxBytes 0 for none
   */
  public LogBound(FeedbackLog log, long maxBytes) {
    this.log = log;
    this.maxBytes = maxBytes;
    bytes = new AtomicLong(log.sizeBytes());
  }

  public long bytes() {
    return bytes.get();
  }

  public long maxBytes() {
    return maxBytes;
  }

  public void appended(int recordBytes) {
    bytes.addAndGet(recordBytes + RECORD_OVERHEAD_BYTES);
  }

  /** Something may have been deleted. */
  public void measure() {
    bytes.set(log.sizeBytes());
  }

  /**
   * Says why nothing more of the log can go, for those who are refused.
   *
   * @param why goes on after "the log is full, and"
   */
  public void keptBecause(String why) {
    kept = why;
  }

  /**
   * What is kept for event ids alone: half of the bound, as the other half is for what no snapshot
   * holds yet.
   */
  public long keepBytes() {
    return maxBytes == 0 ? Long.MAX_VALUE : maxBytes / 2;
  }

  public boolean tight() {
    return maxBytes > 0 && bytes.get() > TIGHT * maxBytes;
  }

  /** Whether a snapshot is due, so that some of the log can go. Training thread. */
  public boolean wantsSnapshot(long nowUs) {
    if (!tight()) {
      askedAtBytes = Long.MIN_VALUE;
      return false;
    }
    return askedAtBytes == Long.MIN_VALUE
        || bytes.get() > askedAtBytes + AGAIN * maxBytes
        || nowUs > askedAtUs + AGAIN_US
        || nowUs < askedAtUs;
  }

  /** One is being taken. Training thread. */
  public void asked(long nowUs) {
    askedAtBytes = bytes.get();
    askedAtUs = nowUs;
  }

  /**
   * Refuses what is to be appended where the log is full.
   *
   * @throws LogUnavailableException at the bound
   */
  public void check() {
    String refusal = refusal();
    if (!refusal.isEmpty()) {
      throw new LogUnavailableException(refusal);
    }
  }

  /** What a caller is told now; empty below the bound. */
  public String refusal() {
    return maxBytes == 0 || bytes.get() < maxBytes
        ? ""
        : "feedback log full: it holds "
            + bytes.get()
            + " bytes, log.max_bytes is "
            + maxBytes
            + ", and "
            + kept;
  }
}
