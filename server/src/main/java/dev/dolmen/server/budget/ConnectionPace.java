package dev.dolmen.server.budget;

import java.util.concurrent.TimeUnit;

/**
 * How long a connection is not read, as its calls are refused again and again: a call that is
 * refused costs its connection time, one that is answered gives it back. So a caller at a limit who
 * goes on calling waits, and not those who share the threads that refuse. Any thread.
 *
 * <p>A leaky bucket, as a moment by which all is paid (the generic cell rate algorithm of ATM).
 */
public final class ConnectionPace {
  /** Refused calls that cost nothing: a burst at a moment when there is no room. */
  static final int FREE = 100;

  static final long EACH_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  /**
   * What a call gives back that is answered: who shares a server that is overloaded gets one answer
   * in a few calls, and is not to wait for it behind refusals; who goes on where there is nothing
   * to get has none.
   */
  static final long ANSWERED_NANOS = 4 * EACH_NANOS;

  /** The longest that a connection is not read. */
  static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** Monotonic nanoseconds by which all is paid. */
  private long paid;

  /**
   * @param now monotonic nanoseconds
   */
  public ConnectionPace(long now) {
    paid = now - FREE * EACH_NANOS;
  }

  /** A call was answered. */
  public synchronized void answered() {
    paid -= ANSWERED_NANOS;
  }

  /**
   * A call was refused.
   *
   * @return nanoseconds for which nothing more should be read
   */
  public synchronized long refused(long now) {
    long owed = Math.max(paid - now, -FREE * EACH_NANOS) + EACH_NANOS;
    long wait = Math.min(owed, LONGEST_NANOS);
    paid = now + wait;
    return Math.max(0, wait);
  }
}
