package dev.dolmen.server.charts;

/** Why there are no charts now, in a sentence for a person. */
public final class NoChartsException extends Exception {
  private static final long serialVersionUID = 1;

  NoChartsException(String message) {
    super(message);
  }

  NoChartsException(String message, Throwable cause) {
    super(message, cause);
  }
}
