package dev.dolmen.trainer.state;

import dev.dolmen.parameterstore.range.NumberRange;
import dev.dolmen.parameterstore.range.WholeRange;

/** Checks against a range that has no name, as nobody but the check needs it. */
public final class Bounds {
  private Bounds() {}

  /**
   * Checks a whole number.
   *
   * @throws IllegalArgumentException unless {@code min <= value <= max}
   */
  public static void check(String field, long value, long min, long max) {
    WholeRange.of(min, max).check(field, value);
  }

  /**
   * Checks a number.
   *
   * @throws IllegalArgumentException unless {@code min <= value <= max}; NaN is refused
   */
  public static void check(String field, double value, double min, double max) {
    NumberRange.of(min, max).check(field, value);
  }
}
