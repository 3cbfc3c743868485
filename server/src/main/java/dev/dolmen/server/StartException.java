package dev.dolmen.server;

/** The process cannot start; the message says which setting, its value and what is wrong. */
public final class StartException extends Exception {
  public StartException(String message, Throwable cause) {
    super(message, cause);
  }
}
