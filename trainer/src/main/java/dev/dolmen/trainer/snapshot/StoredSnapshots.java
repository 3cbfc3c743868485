package dev.dolmen.trainer.snapshot;

import dev.dolmen.parameterstore.archive.DamagedArchiveException;
import dev.dolmen.parameterstore.archive.SnapshotArchive;
import dev.dolmen.trainer.log.FeedbackLog;
import dev.dolmen.trainer.log.LogOptions;
import dev.dolmen.trainer.state.SlowStep;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a start does with the store of snapshots. */
public final class StoredSnapshots {
  private static final Logger LOG = LoggerFactory.getLogger(StoredSnapshots.class);
  private static final int ATTEMPTS = 3;
  private static final long PAUSE_MS = 1_000;

  private StoredSnapshots() {}

  /**
   * Takes the newest whole snapshot from the store, if it is newer than those in the directory, and
   * begins to put there what will be taken. With a log of its own a directory goes with no snapshot
   * of others: then none is taken from the store.
   *
   * @param options with or without a store
   * @param logs whether the log is in Kafka, for all who start from a snapshot, or in the directory
   * @param snapshots of the directory
   * @param mayUpload whether this process is the one whose snapshots count
   * @return null if there is no store
   * @throws IOException if this directory is new and the store is another's, or the directory
   *     cannot be written
   */
  public static @Nullable SnapshotUploads open(
      SnapshotOptions options,
      LogOptions logs,
      FeedbackLog log,
      SnapshotCodec snapshots,
      InstantSource clock,
      BooleanSupplier mayUpload)
      throws IOException {
    if (options.store().isNone()) {
      return null;
    }
    SnapshotArchive archive = new SnapshotArchive(options.store().open());
    boolean opened = false;
    try {
      String own = snapshots.newestReadable();
      Path directory = snapshots.directory();
      if (logs.kind() == LogOptions.Kind.KAFKA) {
        var _ = fetch(archive, own, directory);
      } else if (log.lastOffset() == 0 && own.isEmpty()) {
        checkEmpty(archive, directory);
      }
      Path staging = directory.resolveSibling("uploads");
      SnapshotUploads uploads =
          new SnapshotUploads(archive, staging, options.keep(), clock, mayUpload);
      opened = true;
      return uploads;
    } finally {
      if (!opened) {
        archive.close();
      }
    }
  }

  /**
   * Takes the newest whole snapshot, if it is newer. A store that does not answer is asked a few
   * times, and then done without.
   *
   * @param own id of the newest that is there; empty if there is none
   * @param snapshots the directory for it
   * @return the id of the snapshot that was taken
   */
  public static Optional<String> fetch(SnapshotArchive archive, String own, Path snapshots)
      throws InterruptedIOException {
    for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
      try {
        return fetchOnce(archive, own, snapshots);
      } catch (IOException e) {
        LOG.warn("No snapshot can be taken from {}: {}", archive.location(), e.getMessage());
        LOG.debug("In full", e);
        pause();
      }
    }
    LOG.warn("Starts without what is in {}, which does not answer", archive.location());
    return Optional.empty();
  }

  /**
   * As the other, asking once.
   *
   * @throws IOException if the store does not answer, or the directory cannot be written
   */
  public static Optional<String> fetchOnce(SnapshotArchive archive, String own, Path snapshots)
      throws IOException {
    String newerThan = own.isEmpty() ? "" : SnapshotArchive.sortingId(own);
    try (SlowStep _ = SlowStep.begin("Asking for snapshots", archive::location)) {
      Optional<String> id =
          archive.fetchNewest(newerThan, snapshots, (i, e) -> refused(archive, i, e));
      id.ifPresent(i -> LOG.info("Took snapshot {} from {}", i, archive.location()));
      return id;
    }
  }

  private static void refused(SnapshotArchive archive, String id, DamagedArchiveException e) {
    LOG.error(
        "Snapshot {} in {} is not whole, trying the one before: {}",
        id,
        archive.location(),
        e.getMessage());
  }

  private static void pause() throws InterruptedIOException {
    try {
      Thread.sleep(PAUSE_MS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while the store was asked");
    }
  }

  /** Whoever has lost a directory wants it back, and not to begin again where it was. */
  private static void checkEmpty(SnapshotArchive archive, Path directory) throws IOException {
    List<String> ids;
    try {
      ids = archive.ids();
    } catch (IOException e) {
      LOG.warn("Whether {} holds anything cannot be told: {}", archive.location(), e.getMessage());
      return;
    }
    if (!ids.isEmpty()) {
      throw new IOException(
          archive.location()
              + " holds snapshot "
              + ids.getLast()
              + ", and "
              + directory
              + " is new: bring it back with dolmen snapshot fetch and restore, or name another"
              + " prefix in snapshots.store.location");
    }
  }
}
