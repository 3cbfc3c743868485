package dev.dolmen.server.data;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Names of slots for columns, which may be called anything: letters, digits, '_', '-' and '.'. */
final class SlotNames {
  private static final int CHARS_MAX = 128;

  private SlotNames() {}

  /** A name for each column, in their order, no two alike; a legal name stays as it is. */
  static List<String> of(List<AtomicColumn> columns) {
    Set<String> taken = new HashSet<>();
    columns.stream().map(AtomicColumn::name).filter(SlotNames::isLegal).forEach(taken::add);
    List<String> names = new ArrayList<>();
    for (AtomicColumn column : columns) {
      String name = column.name();
      names.add(isLegal(name) ? name : free(legal(name), taken));
    }
    return names;
  }

  /** A legal name for a column of its own. */
  static String of(String column) {
    return isLegal(column) ? column : legal(column);
  }

  private static String free(String name, Set<String> taken) {
    String free = name;
    for (int n = 2; !taken.add(free); n++) {
      String suffix = "_" + n;
      free = name.substring(0, Math.min(name.length(), CHARS_MAX - suffix.length())) + suffix;
    }
    return free;
  }

  private static boolean isLegal(String name) {
    return name.length() >= 1
        && name.length() <= CHARS_MAX
        && name.chars().allMatch(SlotNames::isLegal);
  }

  private static boolean isLegal(int c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || c == '_'
        || c == '-'
        || c == '.';
  }

  /** Accents go, everything else that is not legal becomes one '_' between what is. */
  private static String legal(String name) {
    StringBuilder legal = new StringBuilder();
    boolean gap = false;
    for (char c : Normalizer.normalize(name, Normalizer.Form.NFD).toCharArray()) {
      if (isLegal(c)) {
        if (gap && !legal.isEmpty()) {
          legal.append('_');
        }
        legal.append(c);
        gap = false;
      } else {
        gap |= Character.getType(c) != Character.NON_SPACING_MARK;
      }
    }
    return legal.isEmpty() ? "column" : legal.substring(0, Math.min(CHARS_MAX, legal.length()));
  }
}
