package dev.dolmen.server.data;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads the first line of an atomic file: {@code name:type} per column, separated by tabs. */
final class AtomicHeader {
  private static final String TYPES = "token, token_seq, float or float_seq";

  /** Other separators that files come with, and what they are called. */
  private static final List<Separator> OTHERS =
      List.of(
          new Separator(",", "commas"),
          new Separator(";", "semicolons"),
          new Separator("|", "bars"),
          new Separator(" ", "blanks"));

  private record Separator(String text, String name) {
    List<String> cut(String header) {
      return Stream.of(header.split(Pattern.quote(text)))
          .map(String::strip)
          .filter(f -> !f.isEmpty())
          .toList();
    }
  }

  private AtomicHeader() {}

  /**
   * The columns.
   *
   * @throws MalformedDataException if it is no such line; the message says what was found and what
   *     was expected
   */
  static List<AtomicColumn> columns(Path file, String header) throws MalformedDataException {
    List<String> fields = List.of(header.split("\t", -1));
    List<AtomicColumn> found = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (String field : fields) {
      AtomicColumn column = fields.size() == 1 && separated(header) ? null : column(field);
      if (column == null) {
        throw malformed(file, found.size() + 1, fields, field);
      }
      if (!names.add(column.name())) {
        throw new MalformedDataException(
            file, 1, found.size() + 1, column.name(), "a name that an earlier column has");
      }
      found.add(column);
    }
    return List.copyOf(found);
  }

  /** Blanks around a name or a type are nobody's intention. */
  private static @Nullable AtomicColumn column(String field) {
    int colon = field.lastIndexOf(':');
    String type = field.substring(colon + 1).strip();
    String name = colon < 0 ? "" : field.substring(0, colon).strip();
    if (name.isEmpty()) {
      return null;
    }
    for (AtomicColumn.Type t : AtomicColumn.Type.values()) {
      if (t.text().equals(type)) {
        return new AtomicColumn(name, t);
      }
    }
    return null;
  }

  private static boolean separated(String header) {
    return OTHERS.stream()
        .anyMatch(s -> s.cut(header).stream().filter(AtomicHeader::typed).count() > 1);
  }

  private static boolean typed(String field) {
    return column(field) != null;
  }

  private static MalformedDataException malformed(
      Path file, int number, List<String> fields, String field) {
    if (fields.size() == 1) {
      for (Separator other : OTHERS) {
        List<String> parts = other.cut(field);
        boolean typed = parts.stream().filter(AtomicHeader::typed).count() > 1;
        if (typed || (parts.size() > 1 && !other.text().equals(" "))) {
          return new MalformedDataException(
              file, 1, 0, "", "separated by " + other.name() + ' ' + parts + ", expected tabs");
        }
      }
    }
    if (fields.stream().noneMatch(f -> f.contains(":"))) {
      return new MalformedDataException(
          file,
          1,
          0,
          "",
          "columns without types "
              + fields
              + ", expected name:type each, with type "
              + TYPES
              + ", such as "
              + suggested(fields.getFirst()));
    }
    return new MalformedDataException(
        file,
        1,
        number,
        "",
        AtomicFileReader.quote(field) + ", expected name:type with type " + TYPES);
  }

  private static String suggested(String name) {
    return (name.isBlank() ? "item_id" : name.strip()) + ":token";
  }
}
