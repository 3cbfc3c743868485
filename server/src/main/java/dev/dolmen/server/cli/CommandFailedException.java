package dev.dolmen.server.cli;

/** A command cannot do what it was asked for; the message is for the person who asked. */
public final class CommandFailedException extends RuntimeException {
  private final int exitCode;

  /**
   * @param exitCode 1 failed, 2 invalid
   */
  public CommandFailedException(int exitCode, String message) {
    super(message);
    this.exitCode = exitCode;
  }

  int exitCode() {
    return exitCode;
  }
}
