package dev.dolmen.server.cli;

import dev.dolmen.server.cli.terminal.ProgressBar;
import dev.dolmen.server.cli.terminal.Terminal;
import dev.dolmen.trainer.alternatives.HistoryClicks;
import dev.dolmen.trainer.snapshot.SnapshotFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Makes a data directory from a snapshot. */
@Command(
    name = "restore",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Makes a new data directory that starts at exactly a snapshot, also at an older one: model,"
          + " rows, catalogue and sessions of that moment, in one snapshot that holds everything.",
      "The log does not come along: what was logged after the snapshot is not learned there, and"
          + " an event that was published before can be learned a second time. The directory it is"
          + " taken from is left as it is, and may be in use. Every block is checked."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:the new directory is whole",
      "1:there is no such snapshot, it is damaged, or the new directory is not empty"
    },
    footer = {
      "",
      "Example: go back to an older state",
      "  dolmen snapshot list --data /var/lib/dolmen",
      "  dolmen snapshot restore 0000000000000042-1a2b --data /var/lib/dolmen \\",
      "      --to /var/lib/dolmen2"
    })
final class SnapshotRestoreCommand implements Callable<Integer> {
  @Mixin private DataDirectory data = new DataDirectory();

  @Parameters(
      arity = "0..1",
      paramLabel = "ID",
      description = "The snapshot; without it, the newest that is whole.")
  private @Nullable String id;

  @Option(
      names = "--to",
      paramLabel = "NEWDIR",
      required = true,
      description = "The new data directory; must not exist or be empty.")
  private @Nullable Path to;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    SnapshotFile snapshot = data.snapshot(id, Terminal.errors(spec));
    if (to == null) {
      throw new CommandFailedException(2, "no new directory: name one with --to NEWDIR");
    }
    ProgressBar progress =
        new ProgressBar(
            Terminal.errors(spec),
            "Restoring",
            snapshot.files().base().manifest().rawBytes(),
            System::nanoTime);
    try {
      String restored = snapshot.restoreTo(to, progress::add);
      HistoryClicks.copy(data.path(), to);
      progress.done();
      Terminal.out(spec)
          .line(to + ": starts at snapshot " + restored + ", " + snapshot.batches() + " batches");
    } catch (IOException e) {
      progress.done();
      throw new CommandFailedException(1, e);
    }
    return 0;
  }
}
