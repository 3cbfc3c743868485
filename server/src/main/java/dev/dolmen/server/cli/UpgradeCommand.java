package dev.dolmen.server.cli;

import dev.dolmen.parameterstore.snapshot.SnapshotStore;
import dev.dolmen.server.cli.terminal.Terminal;
import dev.dolmen.server.cli.terminal.TextTable;
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
      "Reads in which versions of their layouts the snapshots of a data directory were written, and"
          + " says of each whether a start of this program opens it as it is, migrates it, or does"
          + " not know it. A start does the migrating: nothing has to be converted beforehand.",
      "Starts nothing and writes nothing; a server may use the directory."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:the newest snapshot opens, as it is or migrated",
      "1:there is no snapshot, or the newest cannot be read",
      "2:the newest is of a layout that this program does not know"
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
    int exit = 1;
    try {
      List<String> ids = store.ids();
      if (ids.isEmpty()) {
        throw new CommandFailedException(1, directory + ": there is no snapshot");
      }
      for (String id : ids) {
        exit = row(store, id, table);
      }
    } catch (IOException e) {
      throw new CommandFailedException(1, e);
    }
    Layouts now = SnapshotFile.layoutsOfNow();
    Terminal.out(spec).text(table);
    Terminal.out(spec)
        .line(
            "this program writes files in version "
                + now.files()
                + ", state in "
                + now.state()
                + ", table in "
                + now.table());
    return exit;
  }

  /**
   * Adds a line.
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
