package dev.dolmen.evaluation.tune;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import dev.dolmen.server.config.ConfigProblem;
import dev.dolmen.server.config.YamlNode;
import dev.dolmen.server.config.YamlNode.Entry;
import dev.dolmen.server.config.YamlNode.Mapping;
import dev.dolmen.server.config.YamlNode.Scalar;
import dev.dolmen.server.config.YamlNode.Sequence;
import dev.dolmen.server.config.YamlParser;
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
    List<ConfigProblem> problems = new ArrayList<>();
    Mapping root = YamlParser.parse("configuration", yaml, problems);
    if (!problems.isEmpty() || root.entries().isEmpty()) {
      throw new IllegalArgumentException(
          problems.isEmpty() ? "configuration: no keys, expected some" : problems.toString());
    }
    return new ConfigText(root);
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

  private static YamlNode with(YamlNode node, List<String> path, String value) {
    if (path.isEmpty()) {
      return new Scalar(0, 0, value, false);
    }
    List<String> rest = path.subList(1, path.size());
    if (node instanceof Sequence sequence) {
      List<YamlNode> items =
          sequence.items().stream()
              .map(i -> isNamed(i, path.getFirst()) ? with(i, rest, value) : i)
              .toList();
      return new Sequence(0, 0, items);
    }
    // A key without a value stands for an empty mapping.
    Map<String, Entry> entries =
        new LinkedHashMap<>(node instanceof Mapping mapping ? mapping.entries() : Map.of());
    Entry before = entries.get(path.getFirst());
    YamlNode there = before == null ? new Mapping(0, 0, Map.of()) : before.value();
    entries.put(path.getFirst(), new Entry(0, 0, with(there, rest, value)));
    return new Mapping(0, 0, entries);
  }

  private static boolean isNamed(YamlNode item, String name) {
    return item instanceof Mapping mapping && name(mapping).equals(name);
  }

  /** What an item of a list is called; empty without a name. */
  private static String name(Mapping item) {
    Entry name = item.entries().get("name");
    return name != null && name.value() instanceof Scalar scalar ? scalar.text() : "";
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
    for (Map.Entry<String, Entry> entry : mapping.entries().entrySet()) {
      List<String> here = new ArrayList<>(path);
      here.add(entry.getKey());
      String comment = comments.get(here);
      if (comment != null && !first) {
        text.append(before).append("# ").append(comment).append('\n');
      }
      text.append(first ? "" : before).append(quoted(entry.getKey(), true)).append(':');
      first = false;
      value(text, entry.getValue().value(), here, before, comments);
    }
  }

  private static void value(
      StringBuilder text,
      YamlNode value,
      List<String> path,
      String indent,
      Map<List<String>, String> comments) {
    switch (value) {
      case Scalar scalar -> {
        String written = quoted(scalar.text(), scalar.quoted());
        text.append(written.isEmpty() ? "" : " ").append(written).append('\n');
      }
      case Mapping mapping -> {
        text.append(mapping.entries().isEmpty() ? " {}\n" : "\n");
        write(text, mapping, path, indent + "  ", comments);
      }
      case Sequence sequence -> {
        text.append(sequence.items().isEmpty() ? " []\n" : "\n");
        for (YamlNode item : sequence.items()) {
          item(text, item, path, indent + "  ", comments);
        }
      }
    }
  }

  private static void item(
      StringBuilder text,
      YamlNode item,
      List<String> path,
      String indent,
      Map<List<String>, String> comments) {
    text.append(indent).append('-');
    if (item instanceof Mapping mapping && !mapping.entries().isEmpty()) {
      text.append(' ');
      List<String> here = new ArrayList<>(path);
      here.add(name(mapping));
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
