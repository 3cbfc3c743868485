package dev.dolmen.server.cli;

import dev.dolmen.parameterstore.snapshot.SnapshotStore;
import dev.dolmen.server.cli.terminal.Terminal;
import dev.dolmen.server.cli.terminal.TextTable;
import dev.dolmen.trainer.log.LogLayout;
import dev.dolmen.trainer.snapshot.SnapshotFile;
import dev.dolmen.trainer.snapshot.SnapshotFile.Layouts;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Says whether this program opens what another version of it has written. */
@Command(
    name = "upgrade",
    mixinStandardHelpOptions = true,
    description = {
      "Reads in which versions of their layouts the snapshots, the log and the journal of a data"
          + " directory were written, and says of each whether a start of this program opens it as"
          + " it is, migrates it, or does not know it. A start does the migrating: nothing has to"
          + " be converted beforehand.",
      "Starts nothing and writes nothing; a server may use the directory."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:the newest snapshot opens, as it is or migrated, and log and journal are read",
      "1:there is no snapshot, or the newest, the log or the journal cannot be read",
      "2:the newest, the log or the journal is of a layout that this program does not know"
    },
    footer = {"", "Example:", "  dolmen upgrade --check /var/lib/dolmen"})
final class UpgradeCommand implements Callable<Integer> {
  @Option(
      names = "--check",
      required = true,
      description = "Say it, and do nothing else: the only thing that this command does.")
  private boolean check;

  @Parameters(paramLabel = "DIR", description = "The data directory.")
  private @Nullable Path directory;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    if (!check || directory == null) {
      throw new CommandFailedException(2, "name a DIR, and --check");
    }
    SnapshotStore store = SnapshotStore.openReadOnly(directory.resolve("snapshots"));
    TextTable table = new TextTable("snapshot", "files", "state", "table", "a start");
    TextTable records = new TextTable("records", "files", "version", "a start");
    int exit = 1;
    try {
      List<String> ids = store.ids();
      if (ids.isEmpty()) {
        throw new CommandFailedException(1, directory + ": there is no snapshot");
      }
      for (String id : ids) {
        exit = row(store, id, table);
      }
      for (String part : List.of("log", "journal")) {
        exit = Math.max(exit, records(directory.resolve(part), part, records));
      }
    } catch (IOException e) {
      throw new CommandFailedException(1, e);
    }
    Layouts now = SnapshotFile.layoutsOfNow();
    Terminal.out(spec).text(table);
    Terminal.out(spec).text(records);
    Terminal.out(spec)
        .line(
            "this program writes files in version "
                + now.files()
                + ", state in "
                + now.state()
                + ", table in "
                + now.table()
                + ", records of log and journal in "
                + LogLayout.NOW);
    return exit;
  }

  /**
   * Adds a line about the log or the journal.
   *
   * @return the exit code that it is worth
   */
  private static int records(Path directory, String part, TextTable table) throws IOException {
    if (LogLayout.isInKafka(directory)) {
      table.row(part, "-", "-", "reads it from Kafka, where each record is a message");
      return 0;
    }
    LogLayout layout = LogLayout.of(directory);
    if (layout.files() == 0) {
      table.row(part, 0, "-", "begins it");
      return 0;
    }
    String versions =
        layout.oldest() == layout.newest()
            ? Integer.toString(layout.newest())
            : layout.oldest() + " to " + layout.newest();
    String start =
        layout.isOfNow()
            ? "reads it as it is"
            : layout.isKnown()
                ? "reads it, and writes what follows in the version of now"
                : "does not read it: take the program that wrote it";
    table.row(part, layout.files(), versions, start);
    return layout.isKnown() ? 0 : 2;
  }

  /**
   * Adds a line about a snapshot.
   *
   * @return the exit code if it is the newest
   */
  private static int row(SnapshotStore store, String id, TextTable table) {
    try {
      SnapshotFile snapshot = new SnapshotFile(store.open(id));
      Layouts layouts = snapshot.layouts();
      List<String> unknown = snapshot.unknownSections();
      String start =
          switch (snapshot.opening()) {
            case AS_IT_IS -> "opens it as it is";
            case MIGRATED -> "opens it, and writes the next one in the versions of now";
            case UNKNOWN -> "refuses it: take the program that wrote it";
          };
      String left =
          unknown.isEmpty() ? "" : "; leaves out, as unknown: " + String.join(", ", unknown);
      table.row(id, layouts.files(), layouts.state(), layouts.table(), start + left);
      return snapshot.opening() == SnapshotFile.Opening.UNKNOWN ? 2 : 0;
    } catch (IOException e) {
      table.row(id, "?", "?", "?", "cannot read it: " + e.getMessage());
      return 1;
    }
  }
}
