package dev.dolmen.server.data;

import java.io.IOException;
import java.nio.file.Path;

/** A data file that is not what its format says; the message starts with file, line and column. */
public final class MalformedDataException extends IOException {
  private static final long serialVersionUID = 1;

  private final String file;
  private final long line;
  private final int column;
  private final String name;
  private final String problem;
  private final RefusalReason reason;

  /**
   * The file cannot be read.
   *
   * @param line from 1; 0 if the whole file is meant
   * @param column field of the line, from 1; 0 if the whole line is meant
   * @param name the column's name; empty if it has none
   */
  MalformedDataException(Path file, long line, int column, String name, String problem) {
    this(file, line, column, name, RefusalReason.FILE, problem);
  }

  /** The same for a line alone, after which the file can be read on. */
  MalformedDataException(
      Path file, long line, int column, String name, RefusalReason reason, String problem) {
    super(place(file, line, column, name) + problem);
    this.file = file.toString();
    this.line = line;
    this.column = column;
    this.reason = reason;
    this.name = name;
    this.problem = problem;
  }

  private static String place(Path file, long line, int column, String name) {
    StringBuilder text = new StringBuilder(file.toString());
    if (line > 0) {
      text.append(", line ").append(line);
    }
    if (column > 0) {
      text.append(", column ").append(column);
    }
    if (!name.isEmpty()) {
      text.append(" (").append(name).append(')');
    }
    return text.append(": ").toString();
  }

  /** The file as it was named. */
  public String file() {
    return file;
  }

  /** Why it is not taken. */
  public RefusalReason reason() {
    return reason;
  }

  /** Name of the column; empty if none is meant. */
  public String name() {
    return name;
  }

  /** What is wrong, without the place. */
  public String problem() {
    return problem;
  }

  /** From 1; 0 if the whole file is meant. */
  public long line() {
    return line;
  }

  /** Field of the line, from 1; 0 if the whole line is meant. */
  public int column() {
    return column;
  }
}
