package dev.dolmen.server.cli.terminal;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Text measured in columns of a terminal: escape sequences take none, some characters two. */
public final class ColumnText {
  private static final Pattern WORD_END = Pattern.compile("(?<=\\S)(?= )");
  private static final String RESET = "\u001b[0m";

  private ColumnText() {}

  /** Columns that a line without line breaks takes. */
  public static int width(String line) {
    int width = 0;
    for (int i = 0; i < line.length(); ) {
      int end = next(line, i);
      width += columns(line, i);
      i = end;
    }
    return width;
  }

  /** The line, or as much of it as fits with an ellipsis behind it. */
  public static String cut(String line, int columns) {
    if (width(line) <= columns) {
      return line;
    }
    StringBuilder kept = new StringBuilder();
    int width = 0;
    for (int i = 0; i < line.length(); ) {
      int end = next(line, i);
      width += columns(line, i);
      if (width > columns - 1) {
        break;
      }
      kept.append(line, i, end);
      i = end;
    }
    return kept.append('…').append(line.indexOf('\u001b') < 0 ? "" : RESET).toString();
  }

  /** Cut or filled up with blanks to exactly so many columns. */
  public static String fit(String text, int columns) {
    String cut = cut(text, columns);
    return cut + " ".repeat(Math.max(0, columns - width(cut)));
  }

  /**
   * The line in as many as it needs, broken at blanks; those after the first are indented by two
   * more than the first. A word that is longer than a line stays whole.
   */
  public static List<String> wrap(String line, int columns) {
    if (width(line) <= columns) {
      return List.of(line);
    }
    String indent = " ".repeat(line.length() - line.stripLeading().length());
    List<String> lines = new ArrayList<>();
    StringBuilder current = new StringBuilder();
    // Each word with the blanks before it.
    for (String word : WORD_END.split(line, -1)) {
      if (!current.isEmpty() && width(current + word) > columns) {
        lines.add(current.toString());
        current = new StringBuilder(indent).append("  ").append(word.stripLeading());
      } else {
        current.append(word);
      }
    }
    lines.add(current.toString());
    return lines;
  }

  /** Where the character or escape sequence at {@code i} ends. */
  private static int next(String line, int i) {
    if (line.charAt(i) == '\u001b' && i + 1 < line.length() && line.charAt(i + 1) == '[') {
      int end = i + 2;
      while (end < line.length() && !Character.isLetter(line.charAt(end))) {
        end++;
      }
      return Math.min(line.length(), end + 1);
    }
    return i + Character.charCount(line.codePointAt(i));
  }

  private static int columns(String line, int i) {
    int character = line.codePointAt(i);
    return switch (Character.getType(character)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.NON_SPACING_MARK,
          Character.ENCLOSING_MARK ->
          0;
      default -> Character.isIdeographic(character) || isWide(character) ? 2 : 1;
    };
  }

  /** Hangul, kana, full-width forms and emoji: Unicode's East Asian Width W and F, by block. */
  private static boolean isWide(int character) {
    return (character >= 0x1100 && character <= 0x115F)
        || (character >= 0x2E80 && character <= 0xA4CF)
        || (character >= 0xAC00 && character <= 0xD7A3)
        || (character >= 0xF900 && character <= 0xFAFF)
        || (character >= 0xFE30 && character <= 0xFE6F)
        || (character >= 0xFF00 && character <= 0xFF60)
        || (character >= 0xFFE0 && character <= 0xFFE6)
        || (character >= 0x1F300 && character <= 0x1FAFF);
  }
}
