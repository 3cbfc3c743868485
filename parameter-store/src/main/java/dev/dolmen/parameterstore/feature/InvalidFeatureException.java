package dev.dolmen.parameterstore.feature;

/** Metadata or context that the schema does not take. */
public final class InvalidFeatureException extends RuntimeException {
  private final String field;
  private final String value;
  private final String expected;

  /**
   * @param field path of the field, such as {@code slots[price].number}
   * @param value its value, of which {@link #value()} is what {@link ShownText} shows
   * @param expected what would have been taken
   */
  public InvalidFeatureException(String field, String value, String expected) {
    super(field + ": \"" + ShownText.of(value) + "\", expected " + expected);
    this.field = field;
    this.value = ShownText.of(value);
    this.expected = expected;
  }

  public String field() {
    return field;
  }

  /** The value, as messages show it. */
  public String value() {
    return value;
  }

  public String expected() {
    return expected;
  }
}
