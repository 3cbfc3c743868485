package dev.dolmen.traffic.drill;

import java.time.Instant;
import java.time.InstantSource;
import java.util.SplittableRandom;

/** The machine's clock, but that it is set every now and then, hours ahead or back. */
final class JumpingClock implements InstantSource {
  /** Largest distance from the true time, either way. */
  static final long HOURS = 6;

  private static final long SET_EVERY_MS = 700;

  private final InstantSource clock;

  JumpingClock(InstantSource clock) {
    this.clock = clock;
  }

  @Override
  public Instant instant() {
    Instant now = clock.instant();
    long furthestMs = HOURS * 3_600_000;
    long offsetMs =
        new SplittableRandom(now.toEpochMilli() / SET_EVERY_MS).nextLong(-furthestMs, furthestMs);
    return now.plusMillis(offsetMs);
  }
}
