package dev.dolmen.server.quota;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A bucket of tokens: so many a second, kept for the time of a burst. What is asked for is let in
 * while one token is left, and all of it is charged, so the bucket may come to owe, and lets
 * nothing in before that is paid. In the long run no more than the rate gets through, however large
 * one message is, and none is too large to get through at all.
 *
 * <p>The bucket is one number: the moment at which it would be full again (virtual scheduling,
 * ITU-T I.371, known as GCRA). Taking is one compare-and-set, and how long to wait is a difference.
 * Libraries were looked at: of bucket4j's operations none lets in while a token is left and charges
 * the rest in one step, and a bucket takes several objects for each taking; Guava's limiter does so
 * and does not tell how long to wait.
 *
 * <p>Any thread. Times are monotonic nanoseconds.
 */
public final class Rate {
  /** What is owed beyond is forgiven, so that nobody is shut out for ever. */
  private static final long OWED_NANOS_MAX = Duration.ofDays(1).toNanos();

  private final double tokenNanos;
  private final long burstNanos;
  private final AtomicLong fullAt;

  /**
   * Begins full.
   *
   * @param perSecond 0 is no bound
   */
  public Rate(long perSecond, Duration burst, long now) {
    tokenNanos = perSecond == 0 ? 0 : 1e9 / perSecond;
    burstNanos = Math.max(burst.toNanos(), (long) Math.ceil(tokenNanos));
    fullAt = new AtomicLong(now);
  }

  /**
   * Takes tokens if one is left, and owes those that are not.
   *
   * @return 0 if they were taken; otherwise nanoseconds until one will be left
   */
  public long take(long tokens, long now) {
    if (tokenNanos == 0) {
      return 0;
    }
    while (true) {
      long at = fullAt.get();
      long wait = waitNanos(at, now);
      if (wait > 0) {
        return wait;
      }
      if (fullAt.compareAndSet(at, charged(at, tokens, now))) {
        return 0;
      }
    }
  }

  /** Takes tokens whether there are any or not. */
  void charge(long tokens, long now) {
    if (tokenNanos != 0) {
      fullAt.updateAndGet(at -> charged(at, tokens, now));
    }
  }

  /** Nanoseconds until one token is left; 0 if one is. */
  long waitNanos(long now) {
    return tokenNanos == 0 ? 0 : waitNanos(fullAt.get(), now);
  }

  /** Whether it is as a new one would be. */
  boolean isFull(long now) {
    return fullAt.get() - now <= 0;
  }

  private long waitNanos(long at, long now) {
    return Math.max(0, at - now + (long) Math.ceil(tokenNanos) - burstNanos);
  }

  private long charged(long at, long tokens, long now) {
    double missing = Math.max(0, at - now) + tokens * tokenNanos;
    return now + (long) Math.ceil(Math.min(missing, (double) burstNanos + OWED_NANOS_MAX));
  }
}
