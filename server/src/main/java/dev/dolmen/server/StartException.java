package dev.dolmen.server;

import static java.util.Objects.requireNonNullElse;

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
    return new StartException(
        setting + ": " + requireNonNullElse(cause.getMessage(), cause.toString()), cause);
  }
}
