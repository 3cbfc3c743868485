package dev.dolmen.evaluation.tune;

import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A configuration file in which keys can be set, all other values staying as they are written; its
 * comments get lost. Immutable.
 */
final class ConfigText {
  private static final String PLAIN =
      "[A-Za-z_][A-Za-z0-9_./-]*|\\d+(?:ns|us|ms|s|m|h|d|B|[KMGT]i?B)";
  private static final List<String> SPECIAL = List.of("true", "false", "null", "yes", "no");

  private sealed interface Node {}

  /**
   * A value.
   *
   * @param string whether it is text, which may need quotes
   */
  private record Scalar(String text, boolean string) implements Node {}

  private record Mapping(Map<String, Node> entries) implements Node {}

  private record Sequence(List<Node> items) implements Node {}

  private final Mapping root;

  private ConfigText(Mapping root) {
    this.root = root;
  }

  /**
   * Takes a configuration apart.
   *
   * @param yaml a valid configuration
   * @throws IllegalArgumentException if it is no mapping
   */
  static ConfigText of(String yaml) {
    try (YAMLParser parser = new YAMLFactory().createParser(yaml)) {
      parser.nextToken();
      if (node(parser) instanceof Mapping mapping) {
        return new ConfigText(mapping);
      }
    } catch (IOException e) {
      throw new IllegalArgumentException("configuration: " + e.getMessage(), e);
    }
    throw new IllegalArgumentException("configuration: no keys, expected some");
  }

  private static Node node(YAMLParser parser) throws IOException {
    JsonToken token = parser.currentToken();
    if (token == JsonToken.START_OBJECT) {
      Map<String, Node> entries = new LinkedHashMap<>();
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        String key = parser.getText();
        parser.nextToken();
        entries.put(key, node(parser));
      }
      return new Mapping(entries);
    }
    if (token == JsonToken.START_ARRAY) {
      List<Node> items = new ArrayList<>();
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        items.add(node(parser));
      }
      return new Sequence(items);
    }
    return token == JsonToken.VALUE_NULL
        ? new Scalar("", false)
        : new Scalar(parser.getText(), token == JsonToken.VALUE_STRING);
  }

  /**
   * This, with a key set.
   *
   * @param path keys from the root; an item of a list by its name, which must be there
   * @param value text without characters that YAML would read otherwise
   */
  ConfigText with(List<String> path, String value) {
    if (with(root, path, value) instanceof Mapping changed) {
      return new ConfigText(changed);
    }
    throw new IllegalArgumentException("path: " + path + ", expected a key");
  }

  private static Node with(Node node, List<String> path, String value) {
    if (path.isEmpty()) {
      return new Scalar(value, false);
    }
    List<String> rest = path.subList(1, path.size());
    if (node instanceof Sequence sequence) {
      List<Node> items =
          sequence.items().stream()
              .map(i -> isNamed(i, path.getFirst()) ? with(i, rest, value) : i)
              .toList();
      return new Sequence(items);
    }
    // A key without a value stands for an empty mapping.
    Map<String, Node> entries =
        new LinkedHashMap<>(node instanceof Mapping mapping ? mapping.entries() : Map.of());
    entries.put(
        path.getFirst(),
        with(entries.getOrDefault(path.getFirst(), new Mapping(Map.of())), rest, value));
    return new Mapping(entries);
  }

  private static boolean isNamed(Node item, String name) {
    return item instanceof Mapping mapping
        && mapping.entries().get("name") instanceof Scalar scalar
        && scalar.text().equals(name);
  }

  /**
   * The file.
   *
   * @param comments a line to stand above a key, by its path
   */
  String text(Map<List<String>, String> comments) {
    StringBuilder text = new StringBuilder();
    write(text, root, List.of(), "", comments);
    return text.toString();
  }

  private static void write(
      StringBuilder text,
      Mapping mapping,
      List<String> path,
      String indent,
      Map<List<String>, String> comments) {
    String before = indent;
    // The first key of a list's item stands behind its dash, which is there already.
    boolean first = text.toString().endsWith("- ");
    for (Map.Entry<String, Node> entry : mapping.entries().entrySet()) {
      List<String> here = new ArrayList<>(path);
      here.add(entry.getKey());
      String comment = comments.get(here);
      if (comment != null && !first) {
        text.append(before).append("# ").append(comment).append('\n');
      }
      text.append(first ? "" : before).append(quoted(entry.getKey(), true)).append(':');
      first = false;
      value(text, entry.getValue(), here, before, comments);
    }
  }

  private static void value(
      StringBuilder text,
      Node value,
      List<String> path,
      String indent,
      Map<List<String>, String> comments) {
    switch (value) {
      case Scalar scalar -> {
        String written = quoted(scalar.text(), scalar.string());
        text.append(written.isEmpty() ? "" : " ").append(written).append('\n');
      }
      case Mapping mapping -> {
        text.append(mapping.entries().isEmpty() ? " {}\n" : "\n");
        write(text, mapping, path, indent + "  ", comments);
      }
      case Sequence sequence -> {
        text.append(sequence.items().isEmpty() ? " []\n" : "\n");
        for (Node item : sequence.items()) {
          item(text, item, path, indent + "  ", comments);
        }
      }
    }
  }

  private static void item(
      StringBuilder text,
      Node item,
      List<String> path,
      String indent,
      Map<List<String>, String> comments) {
    text.append(indent).append('-');
    if (item instanceof Mapping mapping && !mapping.entries().isEmpty()) {
      text.append(' ');
      List<String> here = new ArrayList<>(path);
      here.add(mapping.entries().get("name") instanceof Scalar name ? name.text() : "");
      write(text, mapping, here, indent + "  ", comments);
    } else {
      value(text, item, path, indent, comments);
    }
  }

  private static String quoted(String text, boolean string) {
    if (!string || (text.matches(PLAIN) && !SPECIAL.contains(text))) {
      return text;
    }
    return '"' + new String(JsonStringEncoder.getInstance().quoteAsString(text)) + '"';
  }
}
