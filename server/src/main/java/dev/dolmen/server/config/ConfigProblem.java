package dev.dolmen.server.config;

/**
 * One thing that is wrong with a configuration.
 *
 * @param source the file, or {@code environment variable DOLMEN_…}
 * @param line line from 1 on; 0 where there is none
 * @param column column from 1 on; 0 where there is none
 * @param path the key from the root, such as {@code server.limits.max_k}; empty for the whole file
 * @param message the value and what was expected
 */
public record ConfigProblem(String source, int line, int column, String path, String message) {
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(source);
    if (line > 0) {
      text.append(':').append(line).append(':').append(column);
    }
    text.append(": ");
    if (!path.isEmpty()) {
      text.append(path).append(": ");
    }
    return text.append(message).toString();
  }
}
