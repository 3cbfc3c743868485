package dev.dolmen.parameterstore.range;

/**
 * Numbers that an option may have; never NaN.
 *
 * @param min the least of them; {@link Double#MIN_VALUE} for anything above 0
 * @param max the greatest of them
 */
public record NumberRange(double min, double max) {
  /**
   * @throws IllegalArgumentException if there is none
   */
  public NumberRange {
    if (!(min <= max)) {
      throw new IllegalArgumentException("range: " + min + " to " + max + ", expected one");
    }
  }

  /** From {@code min} to {@code max}, both included. */
  public static NumberRange of(double min, double max) {
    return new NumberRange(min, max);
  }

  /** Above 0, up to {@code max}, which is included. */
  public static NumberRange positive(double max) {
    return new NumberRange(Double.MIN_VALUE, max);
  }

  /** Whether an option may be {@code value}. */
  public boolean contains(double value) {
    return value >= min && value <= max;
  }

  /**
   * Refuses what is outside.
   *
   * @param field that the message names
   * @throws IllegalArgumentException naming field, value and range
   */
  public void check(String field, double value) {
    refuseUnless(contains(value), field, value);
  }

  /**
   * The same for a float, to which both ends are rounded: 0.01f is a little less than 0.01, and is
   * what an option that may be 0.01 becomes.
   */
  public void check(String field, float value) {
    refuseUnless(value >= (float) min && value <= (float) max, field, value);
  }

  private void refuseUnless(boolean holds, String field, Number value) {
    if (!holds) {
      throw new IllegalArgumentException(field + ": " + value + ", expected " + text());
    }
  }

  /** For messages and documents: {@code 0.001 to 1}, or {@code above 0 and up to 1}. */
  public String text() {
    return (min == Double.MIN_VALUE ? "above 0 and up" : plain(min)) + " to " + plain(max);
  }

  /** A number without the fraction that it does not have. */
  public static String plain(double number) {
    return number == Math.rint(number) && Math.abs(number) < 1e15
        ? Long.toString((long) number)
        : Double.toString(number);
  }
}
