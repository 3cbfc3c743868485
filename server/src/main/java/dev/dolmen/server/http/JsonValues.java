package dev.dolmen.server.http;

import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Timestamps;
import dev.dolmen.parameterstore.feature.ShownText;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.text.ParseException;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Single values of fields from the texts of JSON, or of a path or a query. Each throws what is
 * wrong with a text, without a path. Stateless.
 */
final class JsonValues {
  /** What is expected of a time. */
  static final String TIME = "a time such as 2026-03-01T12:00:00Z";

  private static final int TIME_CHARS_MAX = 64;

  /** Of a number in text, so that none takes long to be read. */
  private static final int NUMBER_CHARS_MAX = 100;

  private static final BigInteger UINT_MAX = BigInteger.ONE.shiftLeft(32).subtract(BigInteger.ONE);
  private static final BigInteger ULONG_MAX = BigInteger.ONE.shiftLeft(64).subtract(BigInteger.ONE);
  private static final Set<String> NOT_FINITE = Set.of("NaN", "Infinity", "-Infinity");

  private JsonValues() {}

  /** What a field holds, for messages. */
  static String expected(FieldDescriptor field) {
    return switch (field.getType()) {
      case STRING -> "text";
      case BOOL -> "true or false";
      case DOUBLE, FLOAT -> "a number";
      case INT32, SINT32, SFIXED32 -> "a whole number from -2147483648 to 2147483647";
      case UINT32, FIXED32 -> "a whole number from 0 to " + UINT_MAX;
      case INT64, SINT64, SFIXED64 -> "a whole number of 64 bits";
      case UINT64, FIXED64 -> "a whole number from 0 to " + ULONG_MAX;
      case ENUM ->
          field.getEnumType().getValues().stream()
              .map(EnumValueDescriptor::getName)
              .collect(Collectors.joining(", ", "one of ", ""));
      case MESSAGE, GROUP ->
          field.getMessageType().equals(Timestamp.getDescriptor()) ? TIME : "an object";
      case BYTES -> throw new IllegalStateException(field + ": no message has bytes");
    };
  }

  /** From text: of JSON, a path or a query. */
  static Object ofText(FieldDescriptor field, String text) throws JsonProblem {
    return switch (field.getJavaType()) {
      case STRING -> wellFormed(text);
      case ENUM -> enumValue(field, text);
      case INT, LONG, DOUBLE, FLOAT -> ofNumber(field, text);
      default -> throw wrong(field, '"' + ShownText.of(text) + '"');
    };
  }

  /** As {@link #ofText}, of a path or a query, where nothing has a type. */
  static Object ofPlain(FieldDescriptor field, String text) throws JsonProblem {
    if (field.getJavaType() == FieldDescriptor.JavaType.BOOLEAN
        && (text.equals("true") || text.equals("false"))) {
      return Boolean.valueOf(text);
    }
    return ofText(field, text);
  }

  /** From the digits of a number. */
  static Object ofNumber(FieldDescriptor field, String digits) throws JsonProblem {
    return switch (field.getType()) {
      case DOUBLE -> decimal(field, digits, Double.MAX_VALUE);
      case FLOAT -> (float) decimal(field, digits, Float.MAX_VALUE);
      case INT32, SINT32, SFIXED32 ->
          whole(
                  field,
                  digits,
                  BigInteger.valueOf(Integer.MIN_VALUE),
                  BigInteger.valueOf(Integer.MAX_VALUE))
              .intValue();
      case UINT32, FIXED32 -> whole(field, digits, BigInteger.ZERO, UINT_MAX).intValue();
      case INT64, SINT64, SFIXED64 ->
          whole(
                  field,
                  digits,
                  BigInteger.valueOf(Long.MIN_VALUE),
                  BigInteger.valueOf(Long.MAX_VALUE))
              .longValue();
      case UINT64, FIXED64 -> whole(field, digits, BigInteger.ZERO, ULONG_MAX).longValue();
      case ENUM -> enumNumber(field, digits);
      default -> throw wrong(field, ShownText.of(digits));
    };
  }

  static Object ofTruth(FieldDescriptor field, boolean value) throws JsonProblem {
    if (field.getJavaType() != FieldDescriptor.JavaType.BOOLEAN) {
      throw wrong(field, Boolean.toString(value));
    }
    return value;
  }

  static Timestamp time(String text) throws JsonProblem {
    try {
      if (text.length() <= TIME_CHARS_MAX) {
        return Timestamps.parse(text);
      }
    } catch (ParseException | IllegalArgumentException e) {
      // Said below.
    }
    throw new JsonProblem("", '"' + ShownText.of(text) + "\", expected " + TIME);
  }

  private static JsonProblem wrong(FieldDescriptor field, String shown) {
    return new JsonProblem("", shown + ", expected " + expected(field));
  }

  /** Half of a pair of surrogates, which JSON can say, is no character and cannot be sent on. */
  private static String wellFormed(String text) throws JsonProblem {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean pair =
          Character.isHighSurrogate(c)
              && i + 1 < text.length()
              && Character.isLowSurrogate(text.charAt(i + 1));
      if (Character.isSurrogate(c) && !pair) {
        throw new JsonProblem(
            "",
            '"' + ShownText.of(text) + "\" has half of a character at " + i + ", expected text");
      }
      i += pair ? 1 : 0;
    }
    return text;
  }

  private static Object enumValue(FieldDescriptor field, String name) throws JsonProblem {
    EnumValueDescriptor value = field.getEnumType().findValueByName(name);
    if (value == null) {
      throw wrong(field, '"' + ShownText.of(name) + '"');
    }
    return value;
  }

  private static Object enumNumber(FieldDescriptor field, String digits) throws JsonProblem {
    int number =
        whole(
                field,
                digits,
                BigInteger.valueOf(Integer.MIN_VALUE),
                BigInteger.valueOf(Integer.MAX_VALUE))
            .intValue();
    EnumValueDescriptor value = field.getEnumType().findValueByNumber(number);
    if (value == null) {
      throw wrong(field, ShownText.of(digits));
    }
    return value;
  }

  private static double decimal(FieldDescriptor field, String digits, double max)
      throws JsonProblem {
    try {
      double value = digits.length() > NUMBER_CHARS_MAX ? Double.NaN : Double.parseDouble(digits);
      if (NOT_FINITE.contains(digits) || Math.abs(value) <= max) {
        return value;
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    throw wrong(field, ShownText.of(digits));
  }

  /** 1e3 and 5.0 are whole numbers, too. */
  private static BigInteger whole(
      FieldDescriptor field, String digits, BigInteger min, BigInteger max) throws JsonProblem {
    try {
      if (digits.length() <= NUMBER_CHARS_MAX) {
        BigDecimal value = new BigDecimal(digits);
        // A large exponent would be written out.
        if (Math.abs((long) value.scale()) <= NUMBER_CHARS_MAX) {
          BigInteger whole = value.toBigIntegerExact();
          if (whole.compareTo(min) >= 0 && whole.compareTo(max) <= 0) {
            return whole;
          }
        }
      }
    } catch (ArithmeticException e) {
      // A fraction, or an exponent beyond all bounds; NumberFormatException is none of these.
    } catch (NumberFormatException e) {
      throw wrong(field, '"' + ShownText.of(digits) + '"');
    }
    throw wrong(field, ShownText.of(digits));
  }
}
