package dev.dolmen.parameterstore.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolmen.parameterstore.schema.RowOptions;
import dev.dolmen.parameterstore.schema.RowSegment;
import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.parameterstore.schema.Schemas;
import dev.dolmen.parameterstore.schema.SlotKind;
import dev.dolmen.parameterstore.schema.SparseOptimizerOptions;
import dev.dolmen.parameterstore.schema.SparseOptimizerOptions.Coefficients;
import dev.dolmen.parameterstore.schema.SparseOptimizerOptions.Kind;
import dev.dolmen.parameterstore.schema.WeightStorage;
import dev.dolmen.parameterstore.snapshot.Snapshot;
import dev.dolmen.parameterstore.snapshot.SnapshotDraft;
import dev.dolmen.parameterstore.snapshot.SnapshotStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The snapshots in {@code src/test/resources/golden/snapshots} were written by past versions of the
 * format: they must be readable for ever, and the same operations must still give the same state.
 * v1 is whole; v2-base is whole, after 20 of the 30 batches, and v2-delta holds what changed since;
 * v2-narrow is whole, with rows in bf16 and int8, in two segments, and a warm-up.
 */
class GoldenSnapshotTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden/snapshots");
  private static final long SEED = 42;

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path directory;

  @Test
  void versionOneIsStillRead() throws IOException {
    Snapshot golden = SnapshotStore.openReadOnly(GOLDEN).open("v1");
    golden.verify();
    assertThat(golden.manifest().metadata())
        .containsExactlyInAnyOrderEntriesOf(Map.of("batch", "30", "note", "a b=c"));
    try (EmbeddingTable heap = new HeapEmbeddingTable(schema(), SEED);
        EmbeddingTable chronicle = new ChronicleEmbeddingTable(schema(), SEED)) {
      heap.readFrom(golden);
      chronicle.readFrom(golden);
      assertThat(chronicle.stateHash()).isEqualTo(heap.stateHash());
      try (EmbeddingTable replayed = new HeapEmbeddingTable(schema(), SEED)) {
        train(replayed, 0, 30);
        assertThat(heap.stateHash()).isEqualTo(replayed.stateHash());
      }
    }
  }

  @Test
  void versionTwoIsStillRead() throws IOException {
    Snapshot golden = SnapshotStore.openReadOnly(GOLDEN).open("v2-delta");
    golden.verify();
    assertThat(golden.manifest().version()).isEqualTo(2);
    assertThat(golden.chain()).hasSize(2);
    assertThat(golden.manifest().metadata()).containsEntry("note", "a b=c");
    try (EmbeddingTable heap = new HeapEmbeddingTable(schema(), SEED);
        EmbeddingTable chronicle = new ChronicleEmbeddingTable(schema(), SEED);
        EmbeddingTable replayed = new HeapEmbeddingTable(schema(), SEED)) {
      heap.readFrom(golden);
      chronicle.readFrom(golden);
      train(replayed, 0, 30);
      assertThat(chronicle.stateHash()).isEqualTo(heap.stateHash());
      assertThat(heap.stateHash()).isEqualTo(replayed.stateHash());
    }
  }

  @Test
  void rowsInFewerBitsAreStillRead() throws IOException {
    Snapshot golden = SnapshotStore.openReadOnly(GOLDEN).open("v2-narrow");
    golden.verify();
    try (EmbeddingTable heap = new HeapEmbeddingTable(narrowSchema(), SEED);
        EmbeddingTable chronicle = new ChronicleEmbeddingTable(narrowSchema(), SEED);
        EmbeddingTable replayed = new HeapEmbeddingTable(narrowSchema(), SEED)) {
      heap.readFrom(golden);
      chronicle.readFrom(golden);
      train(replayed, 0, 30);
      assertThat(chronicle.stateHash()).isEqualTo(heap.stateHash());
      assertThat(heap.stateHash()).isEqualTo(replayed.stateHash());
      train(replayed, 30, 40);
      train(chronicle, 30, 40);
      assertThat(chronicle.stateHash()).isEqualTo(replayed.stateHash());
    }
  }

  /** Written today, the files hold the same bytes; {@link #main} makes them. */
  @Test
  void filesAreWrittenAsBefore() throws IOException {
    SnapshotStore golden = SnapshotStore.openReadOnly(GOLDEN);
    SnapshotStore written = SnapshotStore.open(directory.resolve("new"));
    write(written);
    for (String id : List.of("v2-base", "v2-delta", "v2-narrow")) {
      try (var files = Files.list(golden.open(id).directory())) {
        for (Path file : files.toList()) {
          assertThat(written.open(id).directory().resolve(file.getFileName()))
              .as(id)
              .hasSameBinaryContentAs(file);
        }
      }
    }
  }

  /** Run with the golden files' directory to make those of a new version. */
  static void main(String[] args) throws IOException {
    Path scratch = Files.createTempDirectory("golden");
    GoldenSnapshotTest test = new GoldenSnapshotTest();
    test.directory = scratch;
    test.write(SnapshotStore.openReadOnly(Path.of(args[0])));
  }

  private void write(SnapshotStore store) throws IOException {
    try (EmbeddingTable table = new ChronicleEmbeddingTable(schema(), SEED)) {
      train(table, 0, 20);
      write(store, "v2-base", table.freeze(false), null);
      train(table, 20, 30);
      write(store, "v2-delta", table.freeze(true), store.open("v2-base"));
    }
    try (EmbeddingTable table = new ChronicleEmbeddingTable(narrowSchema(), SEED)) {
      train(table, 0, 30);
      write(store, "v2-narrow", table.freeze(false), null);
    }
  }

  private static void write(
      SnapshotStore store, String id, FrozenTable frozen, @Nullable Snapshot parent)
      throws IOException {
    try (SnapshotDraft draft = store.create(id, parent)) {
      frozen.writeTo(draft);
      draft.commit(Map.of("batch", "30", "note", "a b=c"));
    }
    frozen.release(true);
  }

  private static Schema schema() {
    return new Schema(
        List.of(
            Schemas.slot("item", SlotKind.ID, options(Kind.ADAGRAD, 4, 2, 20)),
            Schemas.slot("brand", SlotKind.CATEGORY, options(Kind.ROW_WISE_ADAGRAD, 3, 1, 6)),
            Schemas.slot("device", SlotKind.CONTEXT, options(Kind.SGD, 5, 1, 20))));
  }

  private static Schema narrowSchema() {
    SparseOptimizerOptions adam =
        new SparseOptimizerOptions(
            Kind.ADAM, 0.05f, 0, 0, 0, new Coefficients(0.9f, 0.99f, 0, 0, 0, 0), 12);
    RowOptions segmented =
        options(Kind.ADAGRAD, 7, 2, 20)
            .withSegments(
                List.of(
                    new RowSegment("bias", 1, adam, 0),
                    new RowSegment(
                        "vector", 6, options(Kind.ADAGRAD, 6, 1, 1).optimizer(), 0.05f)));
    return new Schema(
        List.of(
            Schemas.slot("item", SlotKind.ID, segmented.withStorage(WeightStorage.BF16)),
            Schemas.slot("brand", SlotKind.CATEGORY, segmented.withStorage(WeightStorage.INT8))));
  }

  private static RowOptions options(Kind kind, int dim, int threshold, long maxRows) {
    return new RowOptions(
        dim,
        threshold,
        25,
        maxRows,
        new SparseOptimizerOptions(
            kind, 0.05f, 0.1f, 1, 0.001f, new Coefficients(0.9f, 0.999f, 0, 0, 0, 0)),
        0.05f);
  }

  private static void train(EmbeddingTable table, int from, int to) {
    for (int batch = from; batch < to; batch++) {
      for (int slot = 0; slot < table.slots(); slot++) {
        long[] fids = {batch % 7, 1_000 + batch % 11, -1 - batch};
        float[] rows = new float[3 * table.dim(slot)];
        table.gatherForTraining(
            slot, fids, new int[] {1, 2, 1}, 0, 3, 1_700_000_000L + 2L * batch, rows, 0);
        for (int i = 0; i < rows.length; i++) {
          rows[i] += 0.125f * (i - 4);
        }
        table.applyGradients(slot, fids, 0, 3, rows, 0);
      }
      table.expire(1_700_000_000L + 2L * batch, 5);
    }
  }
}
