package dev.dolmen.traffic.generator;

import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;

/**
 * An open-loop schedule: times at which something is to be sent, by a Poisson process of a given
 * rate, whether or not anything that was sent before has been answered. Whoever measures latency
 * from these times does not omit what a slow server kept from being sent.
 */
public final class ArrivalSchedule {
  private final SplittableRandom random;
  private final double meanGapNanos;
  private double next;

  /**
   * @param startNanos time of the start, as {@link System#nanoTime}
   * @param ratePerSecond mean arrivals a second, above 0
   */
  public ArrivalSchedule(long startNanos, double ratePerSecond, long seed) {
    if (!(ratePerSecond > 0)) {
      throw new IllegalArgumentException("ratePerSecond: " + ratePerSecond + ", expected above 0");
    }
    random = new SplittableRandom(seed);
    meanGapNanos = 1e9 / ratePerSecond;
    next = startNanos;
  }

  /** The next arrival, as {@link System#nanoTime}. */
  public long nextNanos() {
    next += -Math.log(1 - random.nextDouble()) * meanGapNanos;
    return (long) next;
  }

  /** Waits until a time, as {@link System#nanoTime}; returns at once if it has passed. */
  public static void await(long nanos) throws InterruptedException {
    long left;
    while ((left = nanos - System.nanoTime()) > 0) {
      LockSupport.parkNanos(left);
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
    }
  }
}
