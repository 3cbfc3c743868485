package dev.dolmen.parameterstore.schema;

/** Refusals that name field, value and expectation. */
final class Checks {
  private Checks() {}

  static void check(boolean holds, String field, Object value, String expected) {
    if (!holds) {
      throw new IllegalArgumentException(field + ": " + value + " is not " + expected);
    }
  }

  static void range(long value, long min, long max, String field) {
    check(value >= min && value <= max, field, value, "between " + min + " and " + max);
  }

  static void finiteFrom(float value, float min, String field) {
    check(
        Float.isFinite(value) && value >= min, field, value, "a finite number of at least " + min);
  }
}
