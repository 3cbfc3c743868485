package dev.dolmen.traffic.drill;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.SplittableRandom;

/** The machine's clock, but that it is set every now and then, days ahead or hours back. */
final class JumpingClock implements InstantSource {
  /** How far it is ahead at most. */
  static final Duration AHEAD = Duration.ofDays(40);

  /** How far it is set back at most. */
  static final Duration BACK = Duration.ofHours(6);

  private static final long SET_EVERY_MS = 700;

  private final InstantSource clock;

  JumpingClock(InstantSource clock) {
    this.clock = clock;
  }

  @Override
  public Instant instant() {
    Instant now = clock.instant();
    SplittableRandom random = new SplittableRandom(now.toEpochMilli() / SET_EVERY_MS);
    long offsetMs =
        random.nextBoolean()
            ? random.nextLong(AHEAD.toMillis())
            : -random.nextLong(BACK.toMillis());
    return now.plusMillis(offsetMs);
  }
}
