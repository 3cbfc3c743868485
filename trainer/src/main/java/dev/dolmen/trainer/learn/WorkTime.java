package dev.dolmen.trainer.learn;

import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * How long the trainer works, by a clock that is handed in: for what may take a share of its time,
 * and what has to be done every so often. Nothing that is learned may depend on it. Without a clock
 * no time passes. Any thread.
 */
final class WorkTime {
  private static final long NANOS_PER_SEC = 1_000_000_000;

  private final @Nullable InstantSource clock;

  WorkTime(@Nullable InstantSource clock) {
    this.clock = clock;
  }

  /** Nanoseconds since some moment; a clock that is set back goes back. */
  long nanos() {
    if (clock == null) {
      return 0;
    }
    var now = clock.instant();
    return now.getEpochSecond() * NANOS_PER_SEC + now.getNano();
  }
}
