package dev.dolmen.server.cli;

import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;

/** Where commands print to. */
final class Output {
  private Output() {}

  /** The command's standard output. */
  static PrintWriter of(@Nullable CommandSpec spec) {
    if (spec == null) {
      throw new IllegalStateException("picocli sets the spec before a command runs");
    }
    return spec.commandLine().getOut();
  }

  /** The command's standard error. */
  static PrintWriter errorsOf(@Nullable CommandSpec spec) {
    if (spec == null) {
      throw new IllegalStateException("picocli sets the spec before a command runs");
    }
    return spec.commandLine().getErr();
  }
}
