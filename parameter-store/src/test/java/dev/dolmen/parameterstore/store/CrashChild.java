package dev.dolmen.parameterstore.store;

import dev.dolmen.parameterstore.schema.RowOptions;
import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.parameterstore.schema.Schemas;
import dev.dolmen.parameterstore.schema.SlotKind;
import dev.dolmen.parameterstore.schema.SparseOptimizerOptions;
import dev.dolmen.parameterstore.schema.SparseOptimizerOptions.Kind;
import dev.dolmen.parameterstore.snapshot.Pace;
import dev.dolmen.parameterstore.snapshot.Snapshot;
import dev.dolmen.parameterstore.snapshot.SnapshotDraft;
import dev.dolmen.parameterstore.snapshot.SnapshotStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * A process that {@link CrashTest} kills: restores the newest whole snapshot, then trains for ever
 * and takes snapshots of changes, while another thread merges them.
 */
final class CrashChild {
  static final long SEED = 77;
  static final int BATCHES_PER_SNAPSHOT = 3;
  private static final int SNAPSHOTS_PER_MERGE = 5;

  private final SnapshotStore store;
  private final EmbeddingTable table;
  private @Nullable String parent;
  private @Nullable Thread merge;

  private CrashChild(SnapshotStore store, EmbeddingTable table) {
    this.store = store;
    this.table = table;
  }

  static Schema schema() {
    return new Schema(
        List.of(
            Schemas.slot("item", SlotKind.ID, options(Kind.ADAGRAD, 24, 2, 4_000)),
            Schemas.slot("brand", SlotKind.CATEGORY, options(Kind.ROW_WISE_ADAGRAD, 8, 1, 300))));
  }

  private static RowOptions options(Kind kind, int dim, int threshold, long maxRows) {
    return new RowOptions(
        dim,
        threshold,
        40,
        maxRows,
        new SparseOptimizerOptions(kind, 0.05f, 0.1f, 0, 0.001f),
        0.05f);
  }

  /** Batch {@code batch} depends on its number alone. */
  static void train(EmbeddingTable table, long batch) {
    SplittableRandom random = new SplittableRandom(batch);
    for (int slot = 0; slot < table.slots(); slot++) {
      long[] fids = random.longs(200, 0, slot == 0 ? 8_000 : 500).distinct().toArray();
      int[] occurrences = new int[fids.length];
      java.util.Arrays.fill(occurrences, 1);
      float[] rows = new float[fids.length * table.dim(slot)];
      table.gatherForTraining(slot, fids, occurrences, 0, fids.length, 1_000 + batch, rows, 0);
      for (int i = 0; i < rows.length; i++) {
        rows[i] = (float) random.nextDouble(-1, 1);
      }
      table.applyGradients(slot, fids, 0, fids.length, rows, 0);
    }
    table.expire(1_000 + batch, 100);
  }

  static long batch(Snapshot snapshot) {
    return Long.parseLong(snapshot.manifest().metadata().getOrDefault("batch", "-1"));
  }

  public static void main(String[] args) throws IOException {
    Path directory = Path.of(args[0]);
    SnapshotStore store = SnapshotStore.open(directory.resolve("snapshots"));
    try (EmbeddingTable table = new ChronicleEmbeddingTable(schema(), SEED)) {
      new CrashChild(store, table).run();
    }
  }

  private void run() throws IOException {
    long batch = 0;
    Snapshot latest = store.openLatestWhole((id, e) -> store.distrust(id)).orElse(null);
    if (latest != null) {
      table.readFrom(latest);
      parent = latest.manifest().id();
      batch = batch(latest);
    }
    System.out.println("ready at " + batch);
    for (int snapshots = 0; ; snapshots++) {
      for (int i = 0; i < BATCHES_PER_SNAPSHOT; i++) {
        train(table, ++batch);
      }
      snapshot(batch);
      if (snapshots % SNAPSHOTS_PER_MERGE == 0 && (merge == null || !merge.isAlive())) {
        merge = new Thread(this::merge);
        merge.start();
      }
      store.retain(2, metadata -> false);
    }
  }

  private void snapshot(long batch) throws IOException {
    String from = parent;
    String id = "%012d".formatted(batch);
    FrozenTable frozen = table.freeze(from != null);
    if (store.isDistrusted(id)) {
      store.delete(id);
    }
    try (SnapshotDraft draft = store.create(id, from == null ? null : store.open(from))) {
      frozen.writeTo(draft);
      draft.commit(Map.of("batch", Long.toString(batch)));
    }
    frozen.release(true);
    parent = id;
  }

  private void merge() {
    try {
      store.compact(String.valueOf(parent), Pace.FULL_SPEED);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
