package dev.dolmen.parameterstore.feature;

/** Metadata or context that the schema does not take. */
public final class InvalidFeatureException extends RuntimeException {
  private final String field;
  private final String value;
  private final String expected;

  /**
   * @param field path of the field, such as {@code slots[price].number}
   * @param value its value; shortened when long
   * @param expected what would have been taken
   */
  public InvalidFeatureException(String field, String value, String expected) {
    super(field + ": \"" + shortened(value) + "\", expected " + expected);
    this.field = field;
    this.value = shortened(value);
    this.expected = expected;
  }

  public String field() {
    return field;
  }

  public String value() {
    return value;
  }

  public String expected() {
    return expected;
  }

  private static String shortened(String value) {
    return value.length() <= 80 ? value : value.substring(0, 77) + "...";
  }
}
