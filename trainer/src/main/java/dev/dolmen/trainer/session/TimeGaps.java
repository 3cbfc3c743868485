package dev.dolmen.trainer.session;

/** Buckets of the time between two events of a session, for the model's embeddings. */
public final class TimeGaps {
  /** Number of buckets. */
  public static final int BUCKETS = 24;

  private TimeGaps() {}

  /**
   * Bucket of a gap: 0 for the first event of a session and for no time at all, then one a
   * doubling, from one second to 48 days.
   *
   * @param gapMs milliseconds since the event before; below 0 counts as 0
   */
  static int bucketOf(long gapMs) {
    long seconds = gapMs / 1_000;
    return seconds <= 0 ? 0 : Math.min(BUCKETS - 1, 64 - Long.numberOfLeadingZeros(seconds));
  }
}
