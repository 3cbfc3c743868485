package dev.dolmen.trainer;

/** Range checks of option values: the message names field, value and expectation. */
final class Bounds {
  private Bounds() {}

  /**
   * @throws IllegalArgumentException unless {@code min <= value <= max}
   */
  static void check(String field, long value, long min, long max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(field + ": " + value + ", expected " + min + " to " + max);
    }
  }

  /**
   * @throws IllegalArgumentException unless {@code min <= value <= max}; NaN is refused
   */
  static void check(String field, double value, double min, double max) {
    if (!(value >= min && value <= max)) {
      throw new IllegalArgumentException(field + ": " + value + ", expected " + min + " to " + max);
    }
  }
}
