package dev.dolmen.server.cli;

import dev.dolmen.model.PartMigration;
import dev.dolmen.parameterstore.snapshot.SnapshotStore;
import dev.dolmen.parameterstore.store.SlotMigration;
import dev.dolmen.server.StartCheck;
import dev.dolmen.server.StartException;
import dev.dolmen.server.cli.terminal.Amounts;
import dev.dolmen.server.cli.terminal.Terminal;
import dev.dolmen.server.cli.terminal.TextTable;
import dev.dolmen.server.config.DolmenConfig;
import dev.dolmen.server.config.MemoryPlan;
import dev.dolmen.server.config.ServerConfig;
import dev.dolmen.trainer.migration.Migration;
import dev.dolmen.trainer.snapshot.SnapshotFile;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Checks and prints configurations. */
@Command(
    name = "config",
    mixinStandardHelpOptions = true,
    description = "Checks a configuration, or prints one.",
    synopsisSubcommandLabel = "COMMAND",
    commandListHeading = "%nCommands:%n",
    footer = {
      "",
      "Examples:",
      "  dolmen config sample > dolmen.yaml",
      "  dolmen config check dolmen.yaml"
    },
    subcommands = {ConfigCommand.Check.class, ConfigCommand.Sample.class})
final class ConfigCommand extends CommandGroup {
  @Command(
      name = "check",
      mixinStandardHelpOptions = true,
      description = {
        "Reads a configuration and the environment as serve would, and says everything that is"
            + " wrong with them: file, line, column, key, value and what was expected. Then it"
            + " reads the files of TLS, of API keys and of properties for Kafka's clients, and says"
            + " whether they can be used and fit together, whether the names of brokers resolve,"
            + " whether bounds in bytes fit the heap and the machine, and whether the server would"
            + " let everybody in. What it can take in memory at most is printed by part.",
        "Starts nothing and writes nothing."
      },
      exitCodeListHeading = "%nExit codes:%n",
      exitCodeList = {
        "0:valid",
        "1:the data directory has no snapshot to compare with",
        "2:not valid; every problem is printed"
      },
      footer = {
        "",
        "Examples:",
        "  dolmen config check dolmen.yaml",
        "  dolmen config check dolmen.yaml --data data     what would a start keep?"
      })
  static final class Check implements Callable<Integer> {
    @Parameters(
        paramLabel = "FILE",
        defaultValue = "${env:DOLMEN_CONFIG}",
        description = "The configuration; DOLMEN_CONFIG names it where none is given.")
    private @Nullable Path file;

    @Option(
        names = {"-d", "--data"},
        paramLabel = "DIR",
        description =
            "Also compares it with what this data directory was made with, and says what a start"
                + " would keep, migrate and drop, by name and size.")
    private @Nullable Path data;

    @Spec private @Nullable CommandSpec spec;

    @Override
    public Integer call() {
      if (file == null) {
        throw new CommandFailedException(2, "no configuration: name a FILE");
      }
      DolmenConfig config = ConfigFile.load(file);
      ServerConfig server = checked(config);
      Terminal.out(spec)
          .line(
              file
                  + ": valid, "
                  + config.schema().slots().size()
                  + " slots, gRPC on "
                  + server.host()
                  + ":"
                  + server.port()
                  + ", data in "
                  + config.dataDirectory());
      printMemory(config);
      if (data != null) {
        compare(config, data);
      }
      return 0;
    }

    /** What it can take, so that nobody has to add it up. */
    private void printMemory(DolmenConfig config) {
      long heapBytes = Runtime.getRuntime().maxMemory();
      MemoryPlan plan = MemoryPlan.of(config, heapBytes);
      TextTable table = new TextTable("memory at most", "where", "bytes", "key");
      for (MemoryPlan.Part part : plan.parts()) {
        String where = part.heap() ? "heap" : "off it";
        table.row(part.name(), where, Amounts.bytes(part.bytes()), part.key());
      }
      Terminal.out(spec).text(table);
      Terminal.out(spec)
          .line(
              "all together "
                  + Amounts.bytes(plan.bytes(true))
                  + " of a heap of "
                  + Amounts.bytes(heapBytes)
                  + ", "
                  + Amounts.bytes(plan.bytes(false))
                  + " next to it; bounds on numbers of things are seldom reached in bytes");
    }

    private void compare(DolmenConfig config, Path directory) {
      SnapshotStore snapshots = SnapshotStore.openReadOnly(directory.resolve("snapshots"));
      try {
        SnapshotFile snapshot =
            snapshots
                .openLatestWhole((refused, e) -> {})
                .map(SnapshotFile::new)
                .orElseThrow(() ->
                    new CommandFailedException(1, directory + ": there is no whole snapshot"));
        Migration migration =
            snapshot.migration(config.schema(), config.model(), config.engine().seed());
        if (migration == null) {
          Terminal.out(spec).line(directory + ": fits, a start keeps everything as it is");
        } else {
          printMigration(directory, snapshot.differences(config.schema(), config.model()));
          printMigration(migration);
        }
      } catch (IOException e) {
        throw new CommandFailedException(1, e);
      }
    }

    private void printMigration(Path directory, List<String> differences) {
      Terminal.out(spec)
          .line(directory + ": made with another configuration, a start from it goes on with");
      differences.forEach(line -> Terminal.out(spec).line("  " + line));
    }

    private void printMigration(Migration migration) {
      TextTable slots = new TextTable("slot", "rows", "kept", "bytes kept", "what becomes of it");
      for (SlotMigration slot : migration.slots()) {
        String reasons = String.join("; ", slot.reasons());
        String outcome = slot.outcome().name().toLowerCase(Locale.ROOT);
        slots.row(
            slot.slot(),
            slot.rowsBefore(),
            slot.rowsKept(),
            Amounts.bytes(slot.bytesKept()),
            reasons.isEmpty() ? outcome : outcome + ": " + reasons);
      }
      TextTable parts = new TextTable("part of the model", "numbers", "kept", "why not all");
      for (PartMigration part : migration.parts()) {
        if (!part.reason().isEmpty()) {
          parts.row(part.part(), part.floats(), part.kept(), part.reason());
        }
      }
      Terminal.out(spec).text(slots);
      if (migration.parts().stream().allMatch(part -> part.reason().isEmpty())) {
        Terminal.out(spec).line("the model keeps all of its parts");
      } else {
        Terminal.out(spec).text(parts);
      }
    }

    private ServerConfig checked(DolmenConfig config) {
      try {
        StartCheck check = StartCheck.of(config, InstantSource.system());
        check.warning().ifPresent(warning -> Terminal.errors(spec).line("WARNING: " + warning));
        List<String> unknown = StartCheck.unresolvedBrokers(config);
        if (!unknown.isEmpty()) {
          throw new CommandFailedException(
              2,
              "log.kafka.bootstrap_servers: "
                  + String.join(", ", unknown)
                  + ": no such host is known here, expected names that resolve");
        }
        return check.server();
      } catch (StartException e) {
        throw new CommandFailedException(2, e);
      }
    }
  }

  @Command(
      name = "sample",
      mixinStandardHelpOptions = true,
      description = "Prints a configuration with every key, its default and what it means.",
      footer = {"", "Example:", "  dolmen config sample > dolmen.yaml"})
  static final class Sample implements Callable<Integer> {
    @Spec private @Nullable CommandSpec spec;

    @Override
    public Integer call() {
      Terminal.out(spec).text(DolmenConfig.sample());
      return 0;
    }
  }
}
