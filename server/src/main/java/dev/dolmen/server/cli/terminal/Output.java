package dev.dolmen.server.cli.terminal;

import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;

/** Where commands print to. */
public final class Output {
  private Output() {}

  /** The command's standard output. */
  public static PrintWriter of(@Nullable CommandSpec spec) {
    if (spec == null) {
      throw new IllegalStateException("picocli sets the spec before a command runs");
    }
    return spec.commandLine().getOut();
  }

  /** The command's standard error. */
  public static PrintWriter errorsOf(@Nullable CommandSpec spec) {
    if (spec == null) {
      throw new IllegalStateException("picocli sets the spec before a command runs");
    }
    return spec.commandLine().getErr();
  }
}
