package dev.dolmen.server;

import static java.util.Objects.requireNonNullElse;

import java.nio.file.AccessDeniedException;

/** The process cannot start; the message says which setting, its value and what is wrong. */
public final class StartException extends Exception {
  StartException(String message) {
    super(message);
  }

  public StartException(String message, Throwable cause) {
    super(message, cause);
  }

  /** What is wrong with a setting, as its cause says. */
  static StartException of(String setting, Throwable cause) {
    String said = requireNonNullElse(cause.getMessage(), cause.toString());
    // Its message is the file alone.
    String what = cause instanceof AccessDeniedException ? "permission denied: " + said : said;
    return new StartException(setting + ": " + what, cause);
  }
}
