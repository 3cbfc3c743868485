package dev.dolmen.parameterstore.range;

/**
 * Whole numbers that an option may have.
 *
 * @param min the least of them
 * @param max the greatest of them
 */
public record WholeRange(long min, long max) {
  /**
   * @throws IllegalArgumentException if there is none
   */
  public WholeRange {
    if (min > max) {
      throw new IllegalArgumentException("range: " + min + " to " + max + ", expected one");
    }
  }

  /** From {@code min} to {@code max}, both included. */
  public static WholeRange of(long min, long max) {
    return new WholeRange(min, max);
  }

  /** Whether an option may be {@code value}. */
  public boolean contains(long value) {
    return value >= min && value <= max;
  }

  /**
   * Refuses what is outside.
   *
   * @param field that the message names
   * @throws IllegalArgumentException naming field, value and range
   */
  public void check(String field, long value) {
    if (!contains(value)) {
      throw new IllegalArgumentException(field + ": " + value + ", expected " + text());
    }
  }

  /** For messages and documents: {@code 1 to 64}. */
  public String text() {
    return min + " to " + max;
  }
}
