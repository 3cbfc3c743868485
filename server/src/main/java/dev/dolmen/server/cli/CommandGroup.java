package dev.dolmen.server.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** A command that does nothing itself: without one of its own commands it is not valid. */
public abstract class CommandGroup implements Runnable {
  @Spec private @Nullable CommandSpec group;

  @Override
  public final void run() {
    if (group != null) {
      throw new ParameterException(
          group.commandLine(), "Missing command: see " + group.qualifiedName() + " --help");
    }
  }
}
