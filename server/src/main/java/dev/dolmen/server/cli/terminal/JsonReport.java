package dev.dolmen.server.cli.terminal;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Figures of a run as one JSON object, keys in the order in which they were put. A number that is
 * not finite, for what could not be measured, is written as null.
 */
public final class JsonReport {
  private static final ObjectMapper MAPPER =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private final Map<String, @Nullable Object> values = new LinkedHashMap<>();

  /** Puts a number. */
  public JsonReport put(String key, double value) {
    values.put(key, Double.isFinite(value) ? value : null);
    return this;
  }

  /** Puts a whole number. */
  public JsonReport put(String key, long value) {
    values.put(key, value);
    return this;
  }

  /** Puts a truth value. */
  public JsonReport put(String key, boolean value) {
    values.put(key, value);
    return this;
  }

  /** Puts a text. */
  public JsonReport put(String key, String value) {
    values.put(key, value);
    return this;
  }

  /** Puts a list of objects. */
  public JsonReport put(String key, List<JsonReport> value) {
    values.put(key, value.stream().map(v -> v.values).toList());
    return this;
  }

  /** Puts a list of numbers or texts. */
  public JsonReport putAll(String key, List<? extends Object> value) {
    values.put(key, List.copyOf(value));
    return this;
  }

  /** Puts an object. */
  public JsonReport put(String key, JsonReport value) {
    values.put(key, value.values);
    return this;
  }

  /** The object as text, ended by a line break. */
  public String text() {
    try {
      return MAPPER.writeValueAsString(values) + "\n";
    } catch (IOException e) {
      throw new IllegalStateException("a report of maps, lists, texts and numbers", e);
    }
  }

  /** Writes the object; the folder must exist. */
  public void write(Path file) throws IOException {
    Files.writeString(file, text());
  }
}
