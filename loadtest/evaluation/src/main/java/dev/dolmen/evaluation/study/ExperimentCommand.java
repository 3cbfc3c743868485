package dev.dolmen.evaluation.study;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code dolmen experiment}. */
@Command(
    name = "experiment",
    mixinStandardHelpOptions = true,
    subcommands = {CollisionCommand.class, SyncIntervalCommand.class},
    description = "Puts what the product is built on to the test, on your data.",
    synopsisSubcommandLabel = "COMMAND",
    footer = {"", "Example:", "  dolmen experiment collisions --data DIR --limit 100000"})
public final class ExperimentCommand implements Runnable {
  @Spec private @Nullable CommandSpec spec;

  @Override
  public void run() {
    if (spec != null) {
      throw new ParameterException(
          spec.commandLine(), "Missing command: see dolmen experiment --help");
    }
  }
}
