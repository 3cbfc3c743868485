package dev.dolmen.parameterstore.archive;

import static java.util.Objects.requireNonNull;

import dev.dolmen.parameterstore.snapshot.Snapshot;
import dev.dolmen.parameterstore.snapshot.SnapshotStore;
import java.io.IOException;
import java.nio.file.Path;

/** Puts a snapshot from a process of its own, to be killed. */
final class PuttingProcess {
  private PuttingProcess() {}

  static Process start(StoreLocation where, Snapshot snapshot) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Daws.accessKeyId=" + System.getProperty("aws.accessKeyId"),
            "-Daws.secretAccessKey=" + System.getProperty("aws.secretAccessKey"),
            "-cp",
            System.getProperty("java.class.path"),
            PuttingProcess.class.getName(),
            where.location(),
            where.endpoint(),
            snapshot.directory().toString())
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  public static void main(String[] args) throws IOException {
    StoreLocation where = new StoreLocation(args[0], args[1], "", true, 60_000);
    Path directory = Path.of(args[2]);
    SnapshotStore snapshots = SnapshotStore.openReadOnly(requireNonNull(directory.getParent()));
    try (SnapshotArchive archive = new SnapshotArchive(where.open())) {
      var _ = archive.put(snapshots.open(directory.getFileName().toString()), () -> false);
    }
  }
}
