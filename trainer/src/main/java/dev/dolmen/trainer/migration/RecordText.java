package dev.dolmen.trainer.migration;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A record as it writes itself: {@code Name[field=value, list=[Name[…], …]]}, which is how
 * manifests hold schemas and shapes of models. Names and numbers in them have no commas and no
 * brackets.
 *
 * @param word what stands before the bracket, or all of a plain value
 * @param fields of a record, by name; empty for others
 * @param items of a list; empty for others
 */
record RecordText(String word, Map<String, RecordText> fields, List<RecordText> items) {
  private static final RecordText NOTHING = new RecordText("", Map.of(), List.of());

  /** Reads a text; what follows the record is left. */
  static RecordText of(String text) {
    return new Reading(text).value();
  }

  /** A field; one without word, fields and items if there is none. */
  RecordText field(String name) {
    return fields.getOrDefault(name, NOTHING);
  }

  /** A plain field; {@code missing} if there is none. */
  String text(String name, String missing) {
    RecordText field = fields.get(name);
    return field == null ? missing : field.word;
  }

  /**
   * A plain field that is a whole number; {@code missing} if there is none.
   *
   * @throws NumberFormatException if it is none
   */
  int number(String name, int missing) {
    RecordText field = fields.get(name);
    return field == null ? missing : Integer.parseInt(field.word);
  }

  /** As it was written. */
  @Override
  public String toString() {
    if (fields.isEmpty() && items.isEmpty()) {
      return word;
    }
    List<String> parts = new ArrayList<>();
    fields.forEach((name, value) -> parts.add(name + "=" + value));
    items.forEach(item -> parts.add(item.toString()));
    return word + parts;
  }

  private static final class Reading {
    private final String text;
    private int at;

    Reading(String text) {
      this.text = text;
    }

    RecordText value() {
      String word = word();
      Map<String, RecordText> fields = new LinkedHashMap<>();
      List<RecordText> items = new ArrayList<>();
      if (is('[')) {
        at++;
        while (at < text.length() && !is(']')) {
          member(fields, items);
          at += text.startsWith(", ", at) ? 2 : 0;
        }
        at = Math.min(text.length(), at + 1);
      }
      return new RecordText(word, fields, items);
    }

    private void member(Map<String, RecordText> fields, List<RecordText> items) {
      int from = at;
      String name = word();
      if (is('=')) {
        at++;
        fields.put(name, value());
        return;
      }
      at = from;
      items.add(value());
      if (at == from) {
        at++; // No text that was written comes here; one that was damaged must end, too.
      }
    }

    private boolean is(char c) {
      return at < text.length() && text.charAt(at) == c;
    }

    private String word() {
      int from = at;
      while (at < text.length() && "[]=,".indexOf(text.charAt(at)) < 0) {
        at++;
      }
      return text.substring(from, at);
    }
  }
}
