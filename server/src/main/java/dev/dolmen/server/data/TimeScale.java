package dev.dolmen.server.data;

/** What the numbers in a timestamp column mean. */
public enum TimeScale {
  /** Seconds since 1970. */
  EPOCH_SECONDS,
  /** Milliseconds since 1970. */
  EPOCH_MILLIS,
  /** A running number that only keeps the order: taken as seconds from the year 2000 on. */
  RUNNING_NUMBER;

  /** Seconds from 1970 to 2000. */
  private static final long YEAR_2000_SEC = 946_684_800;

  /** Smallest and largest number taken for seconds since 1970: 1976 to 2100. */
  private static final double EPOCH_SEC_MIN = 2e8;

  private static final double EPOCH_SEC_MAX = 4.2e9;

  /** The scale on which all numbers from {@code min} to {@code max} lie. */
  public static TimeScale of(double min, double max) {
    if (min >= EPOCH_SEC_MIN && max <= EPOCH_SEC_MAX) {
      return EPOCH_SECONDS;
    }
    if (min >= EPOCH_SEC_MIN * 1_000 && max <= EPOCH_SEC_MAX * 1_000) {
      return EPOCH_MILLIS;
    }
    return RUNNING_NUMBER;
  }

  /** Milliseconds since 1970. */
  public long toMillis(double time) {
    return switch (this) {
      case EPOCH_SECONDS -> Math.round(time * 1_000);
      case EPOCH_MILLIS -> Math.round(time);
      case RUNNING_NUMBER -> YEAR_2000_SEC * 1_000 + Math.round(time * 1_000);
    };
  }
}
