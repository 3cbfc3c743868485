package dev.dolmen.server.reload;

import java.util.List;

/** Files that a configuration names cannot be used; a line each: setting, file and why. */
public final class UnusableFileException extends Exception {
  /**
   * Says what is wrong.
   *
   * @param problems at least one
   */
  public UnusableFileException(List<String> problems) {
    super(String.join("\n", problems));
  }
}
