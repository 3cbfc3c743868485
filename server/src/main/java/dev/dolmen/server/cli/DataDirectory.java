package dev.dolmen.server.cli;

import dev.dolmen.parameterstore.archive.SnapshotArchive;
import dev.dolmen.parameterstore.archive.StoreLocation;
import dev.dolmen.parameterstore.snapshot.Snapshot;
import dev.dolmen.parameterstore.snapshot.SnapshotStore;
import dev.dolmen.server.cli.terminal.Terminal;
import dev.dolmen.server.config.DolmenConfig;
import dev.dolmen.trainer.snapshot.SnapshotFile;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options that name a data directory, whether a server uses it or not. */
final class DataDirectory {
  @Mixin private ConfigFile config = new ConfigFile();

  @Option(
      names = {"-d", "--data"},
      paramLabel = "DIR",
      description = "The data directory, in place of the configuration's.")
  private @Nullable Path directory;

  SnapshotStore snapshots() {
    return SnapshotStore.openReadOnly(path().resolve("snapshots"));
  }

  /**
   * The configured store of snapshots; to be closed.
   *
   * @throws CommandFailedException if none is configured
   */
  SnapshotArchive archive() {
    StoreLocation where = config.load().engine().snapshots().store();
    if (where.isNone()) {
      throw new CommandFailedException(
          2, "no store of snapshots: name one as snapshots.store.location in the configuration");
    }
    return new SnapshotArchive(where.open());
  }

  DolmenConfig configuration() {
    return config.load();
  }

  Path path() {
    return directory == null ? config.load().dataDirectory() : directory;
  }

  /**
   * A snapshot by its id, or the newest that is whole.
   *
   * @param err is told of newer ones that are not
   * @throws CommandFailedException if there is none
   */
  SnapshotFile snapshot(@Nullable String id, Terminal err) {
    SnapshotStore store = snapshots();
    try {
      if (id != null) {
        Snapshot named = store.open(id);
        return new SnapshotFile(named);
      }
      return new SnapshotFile(
          store
              .openLatestWhole((refused, e) -> err.line(refused + ": DAMAGED: " + e.getMessage()))
              .orElseThrow(
                  () -> new CommandFailedException(1, path() + ": there is no whole snapshot")));
    } catch (IOException e) {
      throw new CommandFailedException(1, e);
    }
  }
}
