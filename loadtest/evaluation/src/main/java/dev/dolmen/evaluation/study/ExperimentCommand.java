package dev.dolmen.evaluation.study;

import dev.dolmen.server.cli.CommandGroup;
import picocli.CommandLine.Command;

/** {@code dolmen experiment}. */
@Command(
    name = "experiment",
    mixinStandardHelpOptions = true,
    subcommands = {
      CollisionCommand.class,
      SyncIntervalCommand.class,
      SyncFormatCommand.class,
      TrainersCommand.class,
      NewProductCommand.class,
      DriftCommand.class
    },
    description = "Puts what the product is built on to the test, on your data.",
    synopsisSubcommandLabel = "COMMAND",
    footer = {"", "Example:", "  dolmen experiment collisions --data DIR --limit 100000"})
public final class ExperimentCommand extends CommandGroup {}
