package dev.dolmen.trainer;

import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.parameterstore.snapshot.Snapshot;
import dev.dolmen.parameterstore.snapshot.SnapshotDraft;
import dev.dolmen.parameterstore.snapshot.SnapshotManifest;
import dev.dolmen.parameterstore.snapshot.SnapshotStore;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes all of a learner's state as one snapshot, between two batches, and reads it back: table,
 * dense parameters with optimiser state, catalogue, sessions, click counts, joiner, validation
 * totals, and where log and journal stood.
 *
 * <p>The shape of schema and model stands in the manifest: a snapshot of another shape is refused.
 */
final class EngineSnapshots {
  private static final Logger LOG = LoggerFactory.getLogger(EngineSnapshots.class);
  private static final String STATE = "trainer/state";
  private static final String VALIDATION = "trainer/validation";
  private static final String MODEL = "model";
  private static final String OFFSET = "logOffset";
  private static final String JOURNAL = "journalPlace";
  private static final String BATCHES = "batches";
  private static final String SCHEMA = "schema";
  private static final String SHAPE = "model";

  private final SnapshotStore store;
  private final Path directory;
  private final Schema schema;
  private final int keep;
  private final InstantSource clock;
  private volatile @Nullable SnapshotInfo latest;

  /** Where log and journal stood at a barrier. */
  record Position(long logOffset, long journalPlace) {}

  EngineSnapshots(Path directory, Schema schema, int keep, InstantSource clock) throws IOException {
    this.directory = directory;
    this.schema = schema;
    this.keep = keep;
    this.clock = clock;
    store = SnapshotStore.open(directory);
  }

  /** The newest snapshot, of this run or the one it was restored from. Any thread. */
  @Nullable SnapshotInfo latest() {
    return latest;
  }

  /**
   * Restores the newest whole snapshot into a new learner.
   *
   * @return where log and journal stood; zeros if there is no snapshot
   * @throws IOException if it is of another schema or model, or cannot be read
   */
  Position restore(Learner learner) throws IOException {
    Optional<Snapshot> whole =
        store.openLatestWhole((id, reason) ->
            LOG.warn("Snapshot {} is not whole, trying the one before", id, reason));
    if (whole.isEmpty()) {
      return new Position(0, 0);
    }
    Snapshot snapshot = whole.get();
    Map<String, String> metadata = snapshot.manifest().metadata();
    checkShape(snapshot, SCHEMA, schema.toString());
    checkShape(snapshot, SHAPE, learner.model.options().toString());
    learner.table.readFrom(snapshot);
    try (DataInputStream in = snapshot.section(MODEL)) {
      learner.model.readFrom(in);
    }
    learner.modelRestored();
    try (DataInputStream in = snapshot.section(VALIDATION)) {
      learner.validation.readFrom(in);
    }
    try (DataInputStream in = snapshot.section(STATE)) {
      learner.readFrom(in);
    }
    Position position = new Position(number(metadata, OFFSET), number(metadata, JOURNAL));
    latest = info(snapshot.manifest(), position, learner.batches(), 0, 0);
    LOG.info("Restored snapshot {} at batch {}", snapshot.manifest().id(), learner.batches());
    return position;
  }

  /**
   * Writes a snapshot. Training thread, nothing pending.
   *
   * @param requestedUs when it was asked for, microseconds
   */
  SnapshotInfo write(Learner learner, Position position, long requestedUs) throws IOException {
    long startUs = nowUs();
    String id = "%016d-%s".formatted(learner.batches(), Long.toHexString(position.logOffset));
    SnapshotInfo before = latest;
    if (before != null && before.id().equals(id)) {
      return before;
    }
    SnapshotManifest manifest;
    try (SnapshotDraft draft = store.create(id, null)) {
      learner.table.writeTo(draft);
      try (DataOutputStream out = draft.section(MODEL)) {
        learner.model.writeTo(out);
      }
      try (DataOutputStream out = draft.section(VALIDATION)) {
        learner.validation.writeTo(out);
      }
      try (DataOutputStream out = draft.section(STATE)) {
        learner.writeTo(out);
      }
      manifest = draft.commit(metadata(learner, position));
    }
    store.retain(keep);
    long doneUs = nowUs();
    SnapshotInfo info =
        info(manifest, position, learner.batches(), doneUs - startUs, doneUs - requestedUs);
    latest = info;
    LOG.info(
        "Wrote snapshot {}: {} bytes in {} ms",
        info.id(),
        info.bytes(),
        Math.round(info.pauseMs()));
    return info;
  }

  /** Where the oldest snapshot kept stood: log and journal are needed from there on. */
  Position oldest() throws IOException {
    for (String id : store.ids()) {
      try {
        Map<String, String> metadata = store.open(id).manifest().metadata();
        return new Position(number(metadata, OFFSET), number(metadata, JOURNAL));
      } catch (IOException e) {
        // Not readable: nothing can be restored from it, so it needs nothing.
        LOG.warn("Snapshot {} cannot be read", id, e);
      }
    }
    return new Position(0, 0);
  }

  private Map<String, String> metadata(Learner learner, Position position) {
    Map<String, String> metadata = new HashMap<>();
    metadata.put(BATCHES, Long.toString(learner.batches()));
    metadata.put(OFFSET, Long.toString(position.logOffset));
    metadata.put(JOURNAL, Long.toString(position.journalPlace));
    metadata.put(SCHEMA, schema.toString());
    metadata.put(SHAPE, learner.model.options().toString());
    return metadata;
  }

  private SnapshotInfo info(
      SnapshotManifest manifest, Position position, long batches, long pauseUs, long totalUs) {
    return new SnapshotInfo(
        manifest.id(),
        batches,
        position.logOffset,
        manifest.fileBytes(),
        pauseUs / 1_000.0,
        totalUs / 1_000.0,
        directory.resolve(manifest.id()));
  }

  private static void checkShape(Snapshot snapshot, String key, String expected)
      throws IOException {
    String found = snapshot.manifest().metadata().getOrDefault(key, "");
    if (!found.equals(expected)) {
      throw new IOException(
          "snapshot "
              + snapshot.directory()
              + " was made with another "
              + key
              + ": it has "
              + found
              + ", the configuration says "
              + expected
              + "; use a new data directory, or the configuration it was made with");
    }
  }

  private static long number(Map<String, String> metadata, String key) throws IOException {
    String value = metadata.get(key);
    if (value == null) {
      throw new IOException("the snapshot's manifest has no " + key);
    }
    return Long.parseLong(value);
  }

  private long nowUs() {
    Instant now = clock.instant();
    return now.getEpochSecond() * 1_000_000 + now.getNano() / 1_000;
  }
}
