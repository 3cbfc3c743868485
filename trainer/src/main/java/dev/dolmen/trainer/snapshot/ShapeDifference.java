package dev.dolmen.trainer.snapshot;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Says where two shapes differ that a manifest holds as records write themselves: {@code
 * Name[field=value, list=[Name[…], …]]}. Records of a list that have a name are compared by it, in
 * whatever order they are.
 */
public final class ShapeDifference {
  /** Differences that one message names. */
  private static final int SHOWN_MAX = 20;

  private final String text;
  private int at;

  private ShapeDifference(String text) {
    this.text = text;
  }

  /**
   * The differences, one each: a path, what the directory has, what the configuration says.
   *
   * @param found in the directory
   * @param wanted by the configuration
   */
  public static List<String> between(String found, String wanted) {
    Map<String, String> before = values(found);
    Map<String, String> now = values(wanted);
    List<String> differences = new ArrayList<>();
    before.forEach((path, value) -> {
      String other = now.get(path);
      if (other == null) {
        lone(differences, path, value + " in the directory alone", now);
      } else if (!other.equals(value)) {
        differences.add(
            path + ": " + value + " in the directory, " + other + " in the configuration");
      }
    });
    now.keySet().stream()
        .filter(path -> !before.containsKey(path))
        .forEach(
            path -> lone(differences, path, now.get(path) + " in the configuration alone", before));
    if (differences.isEmpty() && !found.equals(wanted)) {
      differences.add("the order of " + listOf(found) + " is another one");
    }
    return differences;
  }

  /** The same as a part of a message. */
  static String text(String found, String wanted) {
    List<String> all = between(found, wanted);
    String shown = String.join("; ", all.subList(0, Math.min(SHOWN_MAX, all.size())));
    int more = all.size() - SHOWN_MAX;
    return more > 0 ? shown + "; and " + more + " more" : shown;
  }

  /** What only one side has is named once, by the outermost thing that the other lacks. */
  private static void lone(
      List<String> differences, String path, String value, Map<String, String> other) {
    int bracket = path.indexOf(']');
    String whole = bracket < 0 ? path : path.substring(0, bracket + 1);
    boolean known = other.keySet().stream().anyMatch(p -> p.startsWith(whole));
    String side = value.substring(value.indexOf(" in the ") + 1);
    String line = bracket < 0 || known ? path + ": " + value : whole + ": " + side;
    if (!differences.contains(line)) {
      differences.add(line);
    }
  }

  private static String listOf(String shape) {
    int equals = shape.indexOf('=');
    return equals < 0 ? "it" : shape.substring(shape.indexOf('[') + 1, equals);
  }

  private static Map<String, String> values(String shape) {
    Map<String, String> values = new LinkedHashMap<>();
    ShapeDifference reading = new ShapeDifference(shape);
    reading.value("", values);
    if (reading.at < shape.length()) {
      values.put("terms", shape.substring(reading.at).replaceFirst("^, ", ""));
    }
    return values;
  }

  /** Reads a value and puts what is in it under its path. */
  private void value(String path, Map<String, String> into) {
    String word = word();
    if (at >= text.length() || text.charAt(at) != '[') {
      into.put(path, word);
      return;
    }
    if (!word.isEmpty() && !path.isEmpty() && !path.endsWith("]")) {
      into.put(path, word.toLowerCase(Locale.ROOT));
    }
    at++;
    for (int n = 0; at < text.length() && text.charAt(at) != ']'; n++) {
      member(path, n, into);
      if (text.startsWith(", ", at)) {
        at += 2;
      }
    }
    at = Math.min(text.length(), at + 1);
  }

  /** A field of a record, or the n-th of a list, which goes by its name if it has one. */
  private void member(String path, int n, Map<String, String> into) {
    int from = at;
    String name = word();
    if (at < text.length() && text.charAt(at) == '=') {
      at++;
      value(path.isEmpty() ? key(name) : path + "." + key(name), into);
      return;
    }
    at = from;
    int named = text.indexOf("[name=", from);
    int end = named < 0 ? -1 : text.indexOf(',', named);
    boolean own = named >= 0 && end >= 0 && named == from + name.length();
    value(path + "[" + (own ? text.substring(named + 6, end) : Integer.toString(n)) + "]", into);
  }

  private String word() {
    int from = at;
    while (at < text.length() && "[]=,".indexOf(text.charAt(at)) < 0) {
      at++;
    }
    return text.substring(from, at);
  }

  /** Fields as configurations spell keys. */
  private static String key(String field) {
    StringBuilder key = new StringBuilder();
    for (int i = 0; i < field.length(); i++) {
      char c = field.charAt(i);
      if (Character.isUpperCase(c)) {
        key.append('_');
      }
      key.append(Character.toLowerCase(c));
    }
    return key.toString();
  }
}
