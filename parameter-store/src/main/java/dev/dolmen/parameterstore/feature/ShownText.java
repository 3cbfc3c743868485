package dev.dolmen.parameterstore.feature;

import java.nio.charset.StandardCharsets;

/**
 * Text from callers as messages show it: short, on one line and legible, whatever it holds.
 *
 * <p>Messages travel in HTTP/2 headers, of which many clients read 8 KiB in all. There a character
 * that is not printable ASCII takes three bytes for each byte of its UTF-8, and so it is counted
 * here.
 */
public final class ShownText {
  /** Longest text that is shown whole, in characters. */
  public static final int CHARS_MAX = 100;

  /** The same in bytes of a header. */
  private static final int HEADER_BYTES_MAX = 300;

  private ShownText() {}

  /**
   * A name or value: its first {@link #CHARS_MAX} characters, or fewer where they are large, then
   * "…" and how many it has. Characters that cannot be seen are escaped.
   */
  public static String of(String text) {
    return cut(text, CHARS_MAX, HEADER_BYTES_MAX);
  }

  /**
   * A whole message in which such values stand.
   *
   * @param headerBytesMax what it may take in a header, without the note that it was cut
   */
  public static String within(String message, int headerBytesMax) {
    return cut(message, Integer.MAX_VALUE, headerBytesMax);
  }

  /** Stops where the bound is met, so that long text costs no more than short one. */
  private static String cut(String text, int charsMax, int headerBytesMax) {
    StringBuilder shown = new StringBuilder();
    int headerBytes = 0;
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      String piece = isLegible(c) ? Character.toString(c) : String.format("\\u%04x", c);
      headerBytes += headerBytes(c, piece);
      if (piece.length() > charsMax - shown.length() || headerBytes > headerBytesMax) {
        return shown.append("… (").append(text.length()).append(" characters)").toString();
      }
      shown.append(piece);
      i += Character.charCount(c);
    }
    return shown.toString();
  }

  /** Control characters, and those that change how the text around them looks, are not. */
  private static boolean isLegible(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      default -> true;
    };
  }

  private static int headerBytes(int c, String piece) {
    if (piece.length() > 2) {
      return piece.length(); // Escaped, so ASCII.
    }
    boolean plain = c >= ' ' && c <= '~' && c != '%';
    return plain ? 1 : 3 * piece.getBytes(StandardCharsets.UTF_8).length;
  }
}
