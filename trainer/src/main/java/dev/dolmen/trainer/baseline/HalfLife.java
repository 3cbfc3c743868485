package dev.dolmen.trainer.baseline;

import dev.dolmen.trainer.state.Bounds;

/**
 * How fast what was seen loses its weight.
 *
 * @param unit what it is counted in
 * @param length after how many of them a weight is half of what it was, 1 to 10¹²; 0 with {@link
 *     Unit#NEVER}
 */
public record HalfLife(Unit unit, double length) {
  /** What a half-life is counted in. */
  public enum Unit {
    /** Nothing fades. */
    NEVER,
    /** Clicks of all sessions: right where times are only running numbers. */
    CLICKS,
    /** Seconds of event time. */
    SECONDS
  }

  public HalfLife {
    if (unit == Unit.NEVER) {
      Bounds.check("halfLife.length", length, 0, 0);
    } else {
      Bounds.check("halfLife.length", length, 1, 1e12);
    }
  }

  /** Nothing fades. */
  public static HalfLife never() {
    return new HalfLife(Unit.NEVER, 0);
  }

  /** Half after so many clicks of all sessions. */
  public static HalfLife clicks(double clicks) {
    return new HalfLife(Unit.CLICKS, clicks);
  }

  /** Half after so many seconds of event time. */
  public static HalfLife seconds(double seconds) {
    return new HalfLife(Unit.SECONDS, seconds);
  }
}
