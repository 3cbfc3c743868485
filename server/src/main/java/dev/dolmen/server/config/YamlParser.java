package dev.dolmen.server.config;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads one YAML document into {@link YamlNode}s. Refuses what would make a configuration say
 * something else than it seems to: a key given twice, aliases, more than one document.
 */
public final class YamlParser {
  private final String source;
  private final List<ConfigProblem> problems;
  private final YAMLParser parser;

  private YamlParser(String source, String text, List<ConfigProblem> problems) throws IOException {
    this.source = source;
    this.problems = problems;
    this.parser = new YAMLFactory().createParser(text);
  }

  /**
   * Parses {@code text}; an empty document is an empty mapping.
   *
   * @param source named in problems
   * @param problems what is wrong is added here
   */
  public static YamlNode.Mapping parse(String source, String text, List<ConfigProblem> problems) {
    YamlNode.Mapping empty = new YamlNode.Mapping(1, 1, Map.of());
    try {
      YamlParser yaml = new YamlParser(source, text, problems);
      if (yaml.parser.nextToken() == null) {
        return empty;
      }
      YamlNode root = yaml.node();
      JsonToken more = yaml.parser.nextToken();
      if (more != null) {
        yaml.problem(yaml.place(), "", "a second document: expected one");
      }
      if (root instanceof YamlNode.Mapping mapping) {
        return mapping;
      }
      if (root instanceof YamlNode.Scalar scalar && scalar.text().isEmpty() && !scalar.quoted()) {
        return empty;
      }
      yaml.problem(root.line(), root.column(), "", "is " + root.describe() + ": expected keys");
    } catch (JsonProcessingException e) {
      JsonLocation at = e.getLocation();
      problems.add(
          new ConfigProblem(
              source,
              at == null ? 0 : at.getLineNr(),
              at == null ? 0 : at.getColumnNr(),
              "",
              "not YAML: " + e.getOriginalMessage().replace('\n', ' ')));
    } catch (IOException e) {
      problems.add(new ConfigProblem(source, 0, 0, "", "cannot be read: " + e.getMessage()));
    }
    return empty;
  }

  private YamlNode node() throws IOException {
    JsonLocation at = place();
    JsonToken token = parser.currentToken();
    if (parser.isCurrentAlias()) {
      problem(at, "", "alias *" + parser.getText() + ": aliases are not supported, write it out");
      return new YamlNode.Scalar(at.getLineNr(), at.getColumnNr(), "", true);
    }
    return switch (token) {
      case START_OBJECT -> mapping(at);
      case START_ARRAY -> sequence(at);
      case VALUE_STRING ->
          new YamlNode.Scalar(at.getLineNr(), at.getColumnNr(), parser.getText(), true);
      case VALUE_NULL -> new YamlNode.Scalar(at.getLineNr(), at.getColumnNr(), "", false);
      default -> new YamlNode.Scalar(at.getLineNr(), at.getColumnNr(), parser.getText(), false);
    };
  }

  private YamlNode mapping(JsonLocation at) throws IOException {
    Map<String, YamlNode.Entry> entries = new LinkedHashMap<>();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      JsonLocation keyAt = place();
      String key = parser.getText();
      parser.nextToken();
      YamlNode value = node();
      YamlNode.Entry before = entries.get(key);
      if (before != null) {
        problem(keyAt, key, "is given twice: the first is in line " + before.line());
        continue;
      }
      entries.put(key, new YamlNode.Entry(keyAt.getLineNr(), keyAt.getColumnNr(), value));
    }
    return new YamlNode.Mapping(at.getLineNr(), at.getColumnNr(), entries);
  }

  private YamlNode sequence(JsonLocation at) throws IOException {
    List<YamlNode> items = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      items.add(node());
    }
    return new YamlNode.Sequence(at.getLineNr(), at.getColumnNr(), items);
  }

  private JsonLocation place() {
    return parser.currentTokenLocation();
  }

  private void problem(JsonLocation at, String path, String message) {
    problem(at.getLineNr(), at.getColumnNr(), path, message);
  }

  private void problem(int line, int column, String path, String message) {
    problems.add(new ConfigProblem(source, line, column, path, message));
  }
}
