package dev.dolmen.trainer.log;

import java.nio.file.Path;

/**
 * A file of the log cannot be made, extended or synced. What Chronicle throws then is anything,
 * also checked exceptions that it does not declare and errors of linking and of mapped memory.
 */
final class LogWriteException extends RuntimeException {
  LogWriteException(Path directory, Throwable cause) {
    super(directory + " cannot be written: " + cause, cause);
  }
}
