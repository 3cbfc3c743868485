package dev.dolmen.parameterstore.feature;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Splits text into words: longest runs of letters and digits, in lower case, any script. */
final class Words {
  private Words() {}

  static List<String> of(String text) {
    List<String> words = new ArrayList<>();
    String lower = text.toLowerCase(Locale.ROOT);
    int start = -1;
    for (int i = 0; i < lower.length(); ) {
      int c = lower.codePointAt(i);
      boolean part = Character.isLetterOrDigit(c) || isMark(c);
      if (part && start < 0) {
        start = i;
      } else if (!part && start >= 0) {
        words.add(lower.substring(start, i));
        start = -1;
      }
      i += Character.charCount(c);
    }
    if (start >= 0) {
      words.add(lower.substring(start));
    }
    return words;
  }

  /** Combining marks belong to the letter before them. */
  private static boolean isMark(int c) {
    int type = Character.getType(c);
    return type == Character.NON_SPACING_MARK || type == Character.COMBINING_SPACING_MARK;
  }
}
