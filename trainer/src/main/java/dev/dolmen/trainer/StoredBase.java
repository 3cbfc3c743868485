package dev.dolmen.trainer;

import dev.dolmen.parameterstore.archive.SnapshotArchive;
import dev.dolmen.parameterstore.snapshot.Snapshot;
import dev.dolmen.parameterstore.snapshot.SnapshotStore;
import dev.dolmen.parameterstore.store.EmbeddingTable;
import dev.dolmen.parameterstore.store.TableFactory;
import dev.dolmen.trainer.alternatives.Alternatives;
import dev.dolmen.trainer.learn.Learner;
import dev.dolmen.trainer.snapshot.SnapshotCodec;
import dev.dolmen.trainer.snapshot.StoredSnapshots;
import dev.dolmen.trainer.sync.Sync;
import dev.dolmen.trainer.sync.SyncContent;
import dev.dolmen.trainer.sync.SyncOptions;
import dev.dolmen.trainer.thread.BackgroundThreads;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a server begins with where the parameter topic holds no base and no trainer is there to send
 * one: the newest whole snapshot of the store, as a base. While it is read it takes as much memory
 * as a trainer's table. A store that is away is waited for, as nothing can be served before; why is
 * said once, and is there to be read. One thread, but for what says otherwise.
 */
final class StoredBase {
  private static final Logger LOG = LoggerFactory.getLogger(StoredBase.class);

  /** How often a store is asked that holds nothing: a trainer will put something there. */
  private static final long EMPTY_MS = 30_000;

  /** How often one is asked that does not answer. */
  private static final long AWAY_MS = 3_000;

  private final EngineOptions options;
  private final SyncOptions sync;
  private final InstantSource clock;
  private volatile String problem = "";
  private boolean asked;
  private long askedMs;

  StoredBase(EngineOptions options, SyncOptions sync, InstantSource clock) {
    this.options = options;
    this.sync = sync;
    this.clock = clock;
  }

  /** Why the store does not answer; empty if it does, or was not asked. Any thread. */
  String problem() {
    return problem;
  }

  /** Whether there is a store, and it was not asked for a while. */
  boolean isDue() {
    long sinceMs = clock.millis() - askedMs;
    long pauseMs = problem.isEmpty() ? EMPTY_MS : AWAY_MS;
    // A clock that was set back must not keep it waiting.
    boolean due = !asked || sinceMs >= pauseMs || sinceMs < 0;
    return due && !options.snapshots().store().isNone();
  }

  /**
   * Takes it, through a folder of the data directory that is emptied again.
   *
   * @return null if the store does not answer, or holds no whole snapshot
   * @throws IOException if the snapshot is of another layout, or cannot be taken over
   */
  @Nullable Sync take() throws IOException {
    Path fetched = options.dataDirectory().resolve("fetched");
    SnapshotStore.deleteFiles(fetched);
    try (SnapshotArchive archive = new SnapshotArchive(options.snapshots().store().open())) {
      Optional<String> id = fetch(archive, fetched);
      return id.isEmpty() ? null : base(SnapshotStore.openReadOnly(fetched).open(id.get()));
    } finally {
      asked = true;
      askedMs = clock.millis();
      SnapshotStore.deleteFiles(fetched);
    }
  }

  private Optional<String> fetch(SnapshotArchive archive, Path fetched) {
    try {
      Optional<String> id = StoredSnapshots.fetchOnce(archive, "", fetched);
      problem = "";
      return id;
    } catch (IOException e) {
      if (problem.isEmpty()) {
        LOG.warn(
            "No trainer sends a base, and no snapshot can be taken from {}, which is asked again"
                + " every {} s until then: {}",
            archive.location(),
            AWAY_MS / 1_000,
            e.getMessage());
      }
      LOG.debug("In full", e);
      problem = archive.location() + " does not answer: " + e.getMessage();
      return Optional.empty();
    }
  }

  private Sync base(Snapshot snapshot) throws IOException {
    EmbeddingTable table = TableFactory.COLLISIONLESS.open(options.schema(), options.seed());
    Learner learner =
        new Learner(
            options.learner(),
            table,
            before -> null,
            Alternatives.none(),
            BackgroundThreads.LEARNING);
    try {
      var _ = SnapshotCodec.read(snapshot, learner);
      learner.refreshAllVectors();
      Map<String, String> metadata = snapshot.manifest().metadata();
      long offset = SnapshotCodec.number(metadata, SnapshotCodec.OFFSET);
      long epoch = SnapshotCodec.epoch(metadata);
      LOG.info(
          "Begins with snapshot {} of the store, as no trainer sends a base",
          snapshot.manifest().id());
      return SyncContent.ofSnapshot(sync, options.schema(), learner, epoch, offset, clock.millis());
    } finally {
      learner.close();
      table.close();
    }
  }
}
