package dev.dolmen.trainer.log;

/**
 * The log cannot take a record now: the disk is full, or the engine is closing. Nothing was logged;
 * the caller may send it again later.
 */
public final class LogUnavailableException extends RuntimeException {
  public LogUnavailableException(String message) {
    super(message);
  }
}
