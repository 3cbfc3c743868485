package dev.dolmen.parameterstore.schema;

/** Refusals that name field, value and expectation, where that is more than a range. */
final class Checks {
  private Checks() {}

  static void check(boolean holds, String field, Object value, String expected) {
    if (!holds) {
      throw new IllegalArgumentException(field + ": " + value + " is not " + expected);
    }
  }
}
