package dev.dolmen.trainer;

import dev.dolmen.parameterstore.snapshot.DamagedSnapshotException;
import dev.dolmen.parameterstore.snapshot.Snapshot;
import dev.dolmen.parameterstore.snapshot.SnapshotStore;
import dev.dolmen.parameterstore.store.EmbeddingTable;
import dev.dolmen.parameterstore.store.TableFactory;
import dev.dolmen.trainer.alternatives.Alternatives;
import dev.dolmen.trainer.learn.Learner;
import dev.dolmen.trainer.learn.LivePublisher;
import dev.dolmen.trainer.learn.LiveState;
import dev.dolmen.trainer.snapshot.SnapshotCodec;
import dev.dolmen.trainer.snapshot.SnapshotInfo;
import dev.dolmen.trainer.thread.BackgroundThreads;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What one snapshot holds, in memory, to be read and not learned on: no lock, no log, no thread,
 * nothing written. The files are read once, so that whoever owns the directory may delete them
 * afterwards; if they go or are merged meanwhile, reading begins again, a few times.
 */
public final class SnapshotView implements Closeable {
  private static final int ATTEMPTS = 3;

  private final Learner learner;
  private final LiveState live;
  private final SnapshotInfo info;

  /**
   * Reads a snapshot.
   *
   * @param options of the directory that holds it
   * @throws IOException if there is none of that id, naming those that there are; if it is damaged,
   *     or of another layout
   */
  public static SnapshotView open(EngineOptions options, String id) throws IOException {
    Path directory = options.dataDirectory().resolve("snapshots");
    SnapshotStore store = SnapshotStore.openReadOnly(directory);
    for (int attempt = 1; ; attempt++) {
      checkExists(store, directory, id);
      try {
        return new SnapshotView(options, store.open(id));
      } catch (DamagedSnapshotException | NoSuchFileException e) {
        // Merged or deleted by the process that owns it, or really damaged: the next look tells.
        if (attempt == ATTEMPTS) {
          throw e;
        }
      }
    }
  }

  private static void checkExists(SnapshotStore store, Path directory, String id)
      throws IOException {
    List<String> ids = store.ids();
    if (!ids.contains(id)) {
      throw new IOException(
          "snapshot \""
              + id
              + "\" is not in "
              + directory
              + (ids.isEmpty() ? ", which holds none" : ", which holds " + String.join(", ", ids)));
    }
  }

  private SnapshotView(EngineOptions options, Snapshot snapshot) throws IOException {
    EmbeddingTable table = TableFactory.COLLISIONLESS.open(options.schema(), options.seed());
    boolean read = false;
    Learner reading =
        new Learner(
            options.learner(),
            table,
            before -> null,
            Alternatives.none(),
            BackgroundThreads.LEARNING);
    try {
      var _ = SnapshotCodec.read(snapshot, reading);
      reading.refreshAllVectors();
      read = true;
    } finally {
      if (!read) {
        reading.close();
        table.close();
      }
    }
    learner = reading;
    long offset = SnapshotCodec.number(snapshot.manifest().metadata(), SnapshotCodec.OFFSET);
    info =
        new SnapshotInfo(
            snapshot.manifest().id(),
            null,
            learner.batches(),
            offset,
            snapshot.manifest().fileBytes(),
            0,
            0,
            0,
            snapshot.directory());
    live = new LivePublisher(learner, offset).live();
  }

  /** Of the snapshot. */
  public String id() {
    return info.id();
  }

  /** The state, for any thread; it does not change. */
  public LiveState live() {
    return live;
  }

  /** Figures as of the snapshot; nothing is waiting and nothing is learned. */
  public EngineStatus status() {
    long offset = info.logOffset();
    EngineStatus.Progress progress =
        new EngineStatus.Progress(learner.batches(), offset, offset, offset, 0, null, null);
    return EngineStatus.of(learner, progress, EngineStatus.Pace.NONE, Map.of(), info);
  }

  @Override
  public void close() throws IOException {
    learner.close();
    learner.table().close();
  }
}
