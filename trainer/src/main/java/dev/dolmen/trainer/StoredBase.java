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
 * as a trainer's table.
 */
final class StoredBase {
  private static final Logger LOG = LoggerFactory.getLogger(StoredBase.class);

  private StoredBase() {}

  /**
   * Takes it, through a folder of the data directory that is emptied again.
   *
   * @return null if there is no store, it does not answer, or holds no whole snapshot
   * @throws IOException if the snapshot is of another layout, or cannot be taken over
   */
  static @Nullable Sync take(EngineOptions options, SyncOptions sync, InstantSource clock)
      throws IOException {
    if (options.snapshots().store().isNone()) {
      return null;
    }
    Path fetched = options.dataDirectory().resolve("fetched");
    SnapshotStore.deleteFiles(fetched);
    try (SnapshotArchive archive = new SnapshotArchive(options.snapshots().store().open())) {
      Optional<String> id = StoredSnapshots.fetch(archive, "", fetched);
      return id.isEmpty()
          ? null
          : base(options, sync, SnapshotStore.openReadOnly(fetched).open(id.get()), clock);
    } finally {
      SnapshotStore.deleteFiles(fetched);
    }
  }

  private static Sync base(
      EngineOptions options, SyncOptions sync, Snapshot snapshot, InstantSource clock)
      throws IOException {
    EmbeddingTable table = TableFactory.COLLISIONLESS.open(options.schema(), options.seed());
    Learner learner = new Learner(options.learner(), table, before -> null, Alternatives.none());
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
