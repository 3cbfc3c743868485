package dev.dolmen.server.data;

import java.util.List;
import java.util.Locale;

/** What the numbers in a timestamp column mean. */
public enum TimeScale {
  /** Seconds since 1970. */
  EPOCH_SECONDS("s", "seconds since 1970", 1),
  /** Milliseconds since 1970. */
  EPOCH_MILLIS("ms", "milliseconds since 1970", 1e3),
  /** Microseconds since 1970. */
  EPOCH_MICROS("us", "microseconds since 1970", 1e6),
  /** Nanoseconds since 1970. */
  EPOCH_NANOS("ns", "nanoseconds since 1970", 1e9),
  /** A running number that only keeps the order: taken as seconds from the year 2000 on. */
  RUNNING_NUMBER("number", "running numbers", 1);

  /** Seconds from 1970 to 2000. */
  private static final long YEAR_2000_SEC = 946_684_800;

  /** Smallest and largest number taken for seconds since 1970: 1976 to 2103. */
  private static final double EPOCH_SEC_MIN = 2e8;

  private static final double EPOCH_SEC_MAX = 4.2e9;

  /** Running numbers are below this, so that their times are dates. */
  static final double RUNNING_MAX = 1e11;

  /** As {@link #values}, which copies, asks for every row. */
  private static final List<TimeScale> ALL = List.of(values());

  private final String option;
  private final String words;
  private final double perSecond;

  TimeScale(String option, String words, double perSecond) {
    this.option = option;
    this.words = words;
    this.perSecond = perSecond;
  }

  /** The scale on which a number is a date from 1976 to 2103; a running number if on none. */
  public static TimeScale of(double number) {
    for (TimeScale scale : ALL) {
      if (scale != RUNNING_NUMBER
          && number >= EPOCH_SEC_MIN * scale.perSecond
          && number <= EPOCH_SEC_MAX * scale.perSecond) {
        return scale;
      }
    }
    return RUNNING_NUMBER;
  }

  /** Whether its numbers are dates. */
  public boolean isEpoch() {
    return this != RUNNING_NUMBER;
  }

  /** How options name it. */
  public String option() {
    return option;
  }

  /** In words. */
  public String words() {
    return words;
  }

  /** As JSON writes it. */
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Milliseconds since 1970. */
  public long toMillis(double time) {
    return switch (this) {
      case EPOCH_SECONDS -> Math.round(time * 1_000);
      case EPOCH_MILLIS -> Math.round(time);
      case EPOCH_MICROS -> Math.round(time / 1_000);
      case EPOCH_NANOS -> Math.round(time / 1_000_000);
      case RUNNING_NUMBER -> YEAR_2000_SEC * 1_000 + Math.round(time * 1_000);
    };
  }
}
