package dev.dolmen.trainer.validation;

import java.util.Arrays;

/**
 * Times from a logged event to recommendations made with it, over the last {@value #EVENTS} events;
 * percentiles are exact. Any thread.
 */
public final class FreshnessWindow {
  static final int EVENTS = 8_192;

  private final long[] us = new long[EVENTS];
  private long added;

  /** Adds one event's microseconds. */
  public synchronized void add(long micros) {
    us[(int) (added++ % EVENTS)] = micros;
  }

  /** Percentile in milliseconds by nearest rank; 0 if there is none. */
  public double percentileMs(double percent) {
    long[] sorted;
    synchronized (this) {
      sorted = Arrays.copyOf(us, (int) Math.min(added, EVENTS));
    }
    if (sorted.length == 0) {
      return 0;
    }
    Arrays.sort(sorted);
    int rank = (int) Math.ceil(percent / 100 * sorted.length);
    return sorted[Math.max(0, rank - 1)] / 1_000.0;
  }
}
