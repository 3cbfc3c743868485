package dev.dolmen.server.cli;

import static java.util.Objects.requireNonNullElse;

import picocli.CommandLine.IExitCodeGenerator;

/** A command cannot do what it was asked for; the message is for the person who asked. */
public final class CommandFailedException extends RuntimeException implements IExitCodeGenerator {
  private final int exitCode;

  /**
   * @param exitCode 1 failed, 2 invalid
   */
  public CommandFailedException(int exitCode, String message) {
    super(message);
    this.exitCode = exitCode;
  }

  /**
   * As the cause says.
   *
   * @param exitCode 1 failed, 2 invalid
   */
  public CommandFailedException(int exitCode, Exception cause) {
    super(requireNonNullElse(cause.getMessage(), cause.toString()), cause);
    this.exitCode = exitCode;
  }

  @Override
  public int getExitCode() {
    return exitCode;
  }
}
