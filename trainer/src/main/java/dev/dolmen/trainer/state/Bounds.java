package dev.dolmen.trainer.state;

/** Range checks of option values: the message names field, value and expectation. */
public final class Bounds {
  private Bounds() {}

  /**
   * Checks a whole number.
   *
   * @throws IllegalArgumentException unless {@code min <= value <= max}
   */
  public static void check(String field, long value, long min, long max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(field + ": " + value + ", expected " + min + " to " + max);
    }
  }

  /**
   * Checks a number.
   *
   * @throws IllegalArgumentException unless {@code min <= value <= max}; NaN is refused
   */
  public static void check(String field, double value, double min, double max) {
    if (!(value >= min && value <= max)) {
      throw new IllegalArgumentException(field + ": " + value + ", expected " + min + " to " + max);
    }
  }
}
