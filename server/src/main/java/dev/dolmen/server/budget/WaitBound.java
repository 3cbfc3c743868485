package dev.dolmen.server.budget;

import java.time.Duration;

/**
 * How long turns may wait for their threads: a burst for a while, but not while more come than are
 * taken. Waiting is then of no use to anybody, as each turn only waits for what came before it, and
 * the queue never ends: it is bounded in time, and what would wait longer is refused at once.
 *
 * <p>This is controlled delay (Nichols and Jacobson, "Controlling Queue Delay", ACM Queue 2012) for
 * servers (Maurer, "Fail at Scale", ACM Queue 2015): a standing queue is one that has been longer
 * than it should for a whole interval, and for some turns in a row. It is over when nothing had to
 * be refused for an interval. What a turn will wait follows from the turns before it and what turns
 * have taken recently. No bound is shorter than a pass that threads make, as a turn waits for one
 * in any case.
 *
 * <p>Guarded by who has it.
 */
final class WaitBound {
  /** A queue that has been too long for so long is a standing one. */
  static final long INTERVAL_NANOS = 100_000_000;

  /** What comes so long after the last that waited for long is no part of the same queue. */
  static final long PAUSE_NANOS = 1_000_000_000;

  /** What a burst may wait. */
  static final long BURST_NANOS = 100_000_000;

  /** What a turn is expected to take before any was taken. */
  private static final long FIRST_NANOS = 100_000;

  /** One who calls again and again by itself makes no queue, however slow the machine is. */
  private static final int LONG_MIN = 16;

  /** Of what one more turn or pass tells, this part counts. */
  private static final int WEIGHT = 16;

  private final int threads;
  private final long standingNanos;
  private double turnNanos = FIRST_NANOS;
  private double passNanos;
  private boolean stands;

  /** The last times at which the queue was short, and at which something was refused. */
  private long shortNanos;

  private long refusedNanos;

  /** Turns that have waited for long, one soon after the other, since one that has not. */
  private int longInRow;

  /** When the first and the last of these began. */
  private long longSinceNanos;

  private long longLastNanos;

  /**
   * Nothing waits.
   *
   * @param threads that take turns
   * @param standing what a turn may wait in a standing queue
   * @param now monotonic nanoseconds
   */
  WaitBound(int threads, Duration standing, long now) {
    this.threads = threads;
    standingNanos = standing.toNanos();
    shortNanos = now;
    refusedNanos = now;
  }

  /** What a turn will wait behind so many others. */
  long expectedNanos(int before) {
    return (long) (before * turnNanos / threads);
  }

  /** How many turns may wait in a standing queue. */
  int standingTurns() {
    return (int) Math.min(Integer.MAX_VALUE, standing() * threads / turnNanos);
  }

  /** What a turn that comes now may be expected to wait. */
  long boundNanos(long now) {
    return stands(now) ? standing() : burst();
  }

  /** Whether a turn has waited in vain. What was expected to be in time is given some more. */
  boolean isLate(long waitedNanos, long now) {
    return stands(now)
        ? waitedNanos > standing() * 3 / 2
        : waitedNanos > burst() && longInRow >= LONG_MIN;
  }

  private long standing() {
    return Math.max(standingNanos, (long) passNanos);
  }

  private long burst() {
    return Math.max(BURST_NANOS, 2 * standing());
  }

  /** Whether more come than are taken. */
  boolean stands(long now) {
    boolean quiet = now - refusedNanos > INTERVAL_NANOS && shortNanos - refusedNanos > 0;
    if (!stands || quiet) {
      stands = longInRow >= LONG_MIN && now - longSinceNanos > INTERVAL_NANOS;
      refusedNanos = stands ? now : refusedNanos;
    }
    return stands;
  }

  /** Whether this is no longer than a turn may wait in a standing queue. */
  boolean isShort(long waitedNanos) {
    return waitedNanos <= standing();
  }

  /** A turn begins, or comes where none is before it, that has waited. */
  void waited(long waitedNanos, long now) {
    if (isShort(waitedNanos)) {
      shortNanos = now;
      longInRow = 0;
      return;
    }
    // While nobody comes nothing stands.
    longInRow = now - longLastNanos > PAUSE_NANOS ? 0 : longInRow;
    longSinceNanos = longInRow == 0 ? now : longSinceNanos;
    longLastNanos = now;
    longInRow++;
  }

  /** A turn was refused. */
  void refused(long now) {
    refusedNanos = now;
  }

  /** A turn was refused that has waited in vain: there were too many before it. */
  void late(long now) {
    refusedNanos = now;
    stands = true;
  }

  /** A turn took this of its thread's time. */
  void took(long nanos) {
    turnNanos += (nanos - turnNanos) / WEIGHT;
  }

  /** A thread has ended turns that shared a pass; the longest counts at once, and then fades. */
  void passed(long nanos) {
    passNanos = nanos > passNanos ? nanos : passNanos + (nanos - passNanos) / WEIGHT;
  }
}
