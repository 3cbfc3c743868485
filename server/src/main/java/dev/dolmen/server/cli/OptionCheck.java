package dev.dolmen.server.cli;

import dev.dolmen.server.config.HumanUnits;
import java.time.Duration;
import java.util.List;

/**
 * What a value of an option must be: one that is not is refused by its name, with what was given
 * and what was expected, and exit code 2.
 */
public final class OptionCheck {
  private OptionCheck() {}

  /**
   * Goes on only if a value is as expected.
   *
   * @param expected in words, or all values that may be given
   * @throws CommandFailedException if it does not hold
   */
  public static void require(boolean holds, String option, Object value, Object expected) {
    if (!holds) {
      throw refused(option, value, expected);
    }
  }

  /** To be thrown for a value that is not as expected. */
  public static CommandFailedException refused(String option, Object value, Object expected) {
    String wanted = expected instanceof List<?> ? "one of " + expected : expected.toString();
    return new CommandFailedException(2, option + ": " + value + ", expected " + wanted);
  }

  /**
   * A duration in milliseconds.
   *
   * @throws CommandFailedException if it is none, or less than a millisecond
   */
  public static long durationMs(String option, String text) {
    long ms = HumanUnits.duration(text).orElse(Duration.ZERO).toMillis();
    require(ms > 0, option, text, "a duration such as 10s, 30m or 1h");
    return ms;
  }
}
