package dev.dolmen.server.config;

import java.util.List;
import java.util.Map;

/** A node of a YAML file that remembers where it stands. Lines and columns count from 1. */
public sealed interface YamlNode {
  int line();

  int column();

  /** What a person would call it. */
  String describe();

  /**
   * A single value.
   *
   * @param text as written, quotes removed
   * @param quoted whether it was written as a string, so that it cannot be a number
   */
  record Scalar(int line, int column, String text, boolean quoted) implements YamlNode {
    @Override
    public String describe() {
      return quoted || text.isEmpty() ? "\"" + text + "\"" : text;
    }
  }

  /** Keys and values in the order of the file. */
  record Mapping(int line, int column, Map<String, Entry> entries) implements YamlNode {
    @Override
    public String describe() {
      return "a mapping";
    }
  }

  /** A list. */
  record Sequence(int line, int column, List<YamlNode> items) implements YamlNode {
    @Override
    public String describe() {
      return "a list";
    }
  }

  /** A key with its place, and its value. */
  record Entry(int line, int column, YamlNode value) {}
}
