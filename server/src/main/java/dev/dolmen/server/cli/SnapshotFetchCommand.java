package dev.dolmen.server.cli;

import dev.dolmen.parameterstore.archive.SnapshotArchive;
import dev.dolmen.server.cli.terminal.Terminal;
import dev.dolmen.trainer.log.DirectoryLock;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Takes a snapshot from the store into a data directory. */
@Command(
    name = "fetch",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Takes a snapshot from the configured store into a data directory that no server uses, with"
          + " all that it builds on, and checks every byte.",
      "A server on a log in Kafka does this by itself when it starts. With an embedded log, make a"
          + " directory that starts at it with snapshot restore."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:the snapshot is in the directory",
      "1:there is no such snapshot, it is damaged, or the store does not answer"
    },
    footer = {
      "",
      "Example: a server's disk is lost",
      "  dolmen snapshot fetch --config dolmen.yaml --data /tmp/fetched",
      "  dolmen snapshot restore ID --data /tmp/fetched --to /var/lib/dolmen"
    })
final class SnapshotFetchCommand implements Callable<Integer> {
  @Mixin private DataDirectory data = new DataDirectory();

  @Parameters(
      arity = "0..1",
      paramLabel = "ID",
      description = "The snapshot; without it, the newest that is whole.")
  private @Nullable String id;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    Path directory = data.path();
    try (SnapshotArchive archive = data.archive();
        DirectoryLock _ = DirectoryLock.acquire(directory)) {
      String fetched = fetch(archive, directory.resolve("snapshots"));
      Terminal.out(spec).line(directory + ": holds snapshot " + fetched);
      return 0;
    } catch (IOException | IllegalArgumentException e) {
      throw new CommandFailedException(1, e);
    }
  }

  private String fetch(SnapshotArchive archive, Path snapshots) throws IOException {
    if (id != null) {
      return archive.fetch(SnapshotArchive.sortingId(id), snapshots);
    }
    Terminal errors = Terminal.errors(spec);
    Optional<String> newest =
        archive.fetchNewest(
            "", snapshots, (refused, e) -> errors.line(refused + ": DAMAGED: " + e.getMessage()));
    return newest.orElseThrow(
        () -> new CommandFailedException(1, archive.location() + ": there is no whole snapshot"));
  }
}
