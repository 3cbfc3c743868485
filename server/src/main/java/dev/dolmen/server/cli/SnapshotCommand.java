package dev.dolmen.server.cli;

import dev.dolmen.parameterstore.archive.DamagedArchiveException;
import dev.dolmen.parameterstore.archive.SnapshotArchive;
import dev.dolmen.parameterstore.snapshot.Snapshot;
import dev.dolmen.parameterstore.snapshot.SnapshotStore;
import dev.dolmen.server.cli.terminal.Amounts;
import dev.dolmen.server.cli.terminal.Terminal;
import dev.dolmen.server.cli.terminal.TextTable;
import dev.dolmen.trainer.snapshot.SnapshotFile;
import dev.dolmen.v1.AdminServiceGrpc;
import dev.dolmen.v1.CreateSnapshotRequest;
import dev.dolmen.v1.CreateSnapshotResponse;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Makes, looks at and restores snapshots. */
@Command(
    name = "snapshot",
    mixinStandardHelpOptions = true,
    description = {
      "Makes, lists, verifies and restores snapshots: everything learned, at a point between two"
          + " batches.",
      "A server restores the newest whole one at its start and replays the log after it."
    },
    synopsisSubcommandLabel = "COMMAND",
    commandListHeading = "%nCommands:%n",
    subcommands = {
      SnapshotCommand.Create.class,
      SnapshotCommand.ListAll.class,
      SnapshotInspectCommand.class,
      SnapshotCommand.Verify.class,
      SnapshotFetchCommand.class,
      SnapshotRestoreCommand.class
    })
final class SnapshotCommand extends CommandGroup {
  @Command(
      name = "create",
      mixinStandardHelpOptions = true,
      sortOptions = false,
      description = "Asks a running server for a snapshot; returns when it is durable.",
      footer = {"", "Example:", "  dolmen snapshot create --server localhost:7070"})
  static final class Create implements Callable<Integer> {
    @Mixin private ServerAddress server = new ServerAddress();

    @Option(
        names = "--timeout",
        paramLabel = "SECONDS",
        defaultValue = "600",
        description = "How long to wait; by default ${DEFAULT-VALUE} seconds.")
    private long timeoutSec = 600;

    @Spec private @Nullable CommandSpec spec;

    @Override
    public Integer call() {
      CreateSnapshotResponse made =
          server.call(channel ->
              AdminServiceGrpc.newBlockingStub(channel)
                  .withDeadlineAfter(timeoutSec, TimeUnit.SECONDS)
                  .createSnapshot(CreateSnapshotRequest.getDefaultInstance()));
      Terminal.out(spec)
          .line(
              String.format(
                  Locale.ROOT,
                  "snapshot %s: %d batches, log offset %d, %s, learning paused %.1f ms, %.1f ms in"
                      + " all",
                  made.getSnapshotId(),
                  made.getModelVersion(),
                  made.getLogOffset(),
                  Amounts.bytes(made.getBytes()),
                  made.getPauseMs(),
                  made.getTotalMs()));
      return 0;
    }
  }

  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      sortOptions = false,
      description = {
        "Lists the snapshots in a data directory, the oldest first, each with the one whose changes"
            + " it holds: one that builds on nothing holds everything. With --store, lists those in"
            + " the configured store."
      },
      footer = {
        "",
        "Examples:",
        "  dolmen snapshot list --data /var/lib/dolmen",
        "  dolmen snapshot list --config dolmen.yaml --store"
      })
  static final class ListAll implements Callable<Integer> {
    @Mixin private DataDirectory data = new DataDirectory();

    @Option(names = "--store", description = "Those in snapshots.store of the configuration.")
    private boolean store;

    @Spec private @Nullable CommandSpec spec;

    @Override
    public Integer call() throws IOException {
      if (store) {
        listStore();
        return 0;
      }
      SnapshotStore snapshots = data.snapshots();
      TextTable table = new TextTable("snapshot", "batch", "builds on", "on disk", "");
      for (String id : snapshots.ids()) {
        try {
          Snapshot snapshot = snapshots.open(id);
          Snapshot parent = snapshot.parent();
          table.row(
              id,
              new SnapshotFile(snapshot).batches(),
              parent == null ? "nothing" : parent.manifest().id(),
              Amounts.bytes(snapshot.manifest().fileBytes()),
              "");
        } catch (IOException e) {
          table.row(id, "", "", "", "DAMAGED: " + e.getMessage());
        }
      }
      Terminal.out(spec).text(table);
      return 0;
    }

    private void listStore() {
      try (SnapshotArchive archive = data.archive()) {
        TextTable table = new TextTable("snapshot", "with what it builds on", "");
        for (String id : archive.ids()) {
          try {
            table.row(id, Amounts.bytes(archive.bytes(id)), "");
          } catch (DamagedArchiveException e) {
            table.row(id, "", "DAMAGED: " + e.getMessage());
          }
        }
        Terminal.out(spec).text(table);
      } catch (IOException e) {
        throw new CommandFailedException(1, e);
      }
    }
  }

  @Command(
      name = "verify",
      mixinStandardHelpOptions = true,
      sortOptions = false,
      description = {
        "Reads every block of snapshots, and of those that they build on, and checks it against its"
            + " checksum. With --store, reads those in the configured store."
      },
      exitCodeListHeading = "%nExit codes:%n",
      exitCodeList = {"0:all are whole", "1:one is damaged, or there is none of that name"},
      footer = {
        "",
        "Examples:",
        "  dolmen snapshot verify --data /var/lib/dolmen",
        "  dolmen snapshot verify --data /var/lib/dolmen 0000000000000042-1a2b",
        "  dolmen snapshot verify --config dolmen.yaml --store"
      })
  static final class Verify implements Callable<Integer> {
    @Mixin private DataDirectory data = new DataDirectory();

    @Parameters(
        arity = "0..*",
        paramLabel = "ID",
        description = "Snapshots to verify; without any, all of them.")
    private List<String> ids = List.of();

    @Option(names = "--store", description = "Those in snapshots.store of the configuration.")
    private boolean store;

    @Spec private @Nullable CommandSpec spec;

    @Override
    public Integer call() throws IOException {
      if (store) {
        return verifyStore();
      }
      SnapshotStore snapshots = data.snapshots();
      return verify(
          ids.isEmpty() ? snapshots.ids() : ids,
          id -> {
            Snapshot snapshot = snapshots.open(id);
            snapshot.verify();
          });
    }

    private int verifyStore() {
      try (SnapshotArchive archive = data.archive()) {
        return verify(ids.isEmpty() ? archive.ids() : ids, archive::verify);
      } catch (IOException e) {
        throw new CommandFailedException(1, e);
      }
    }

    private interface Check {
      void check(String id) throws IOException;
    }

    private int verify(List<String> all, Check check) {
      int damaged = 0;
      for (String id : all) {
        try {
          check.check(id);
          Terminal.out(spec).line(id + ": whole");
        } catch (IOException e) {
          damaged++;
          Terminal.out(spec).line(id + ": DAMAGED: " + e.getMessage());
        }
      }
      return damaged == 0 ? 0 : 1;
    }
  }
}
