package dev.dolmen.trainer.log;

import org.jspecify.annotations.Nullable;

/**
 * The log cannot take a record now: the disk is full, the broker is away, or the engine is closing.
 * The caller may send it again later: an event that the log got nevertheless is recognised by its
 * id.
 */
public final class LogUnavailableException extends RuntimeException {
  public LogUnavailableException(String message) {
    super(message);
  }

  public LogUnavailableException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
