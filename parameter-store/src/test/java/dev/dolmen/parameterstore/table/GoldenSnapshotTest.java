package dev.dolmen.parameterstore.table;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolmen.parameterstore.schema.RowOptions;
import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.parameterstore.schema.Schemas;
import dev.dolmen.parameterstore.schema.SlotKind;
import dev.dolmen.parameterstore.schema.SparseOptimizerOptions;
import dev.dolmen.parameterstore.schema.SparseOptimizerOptions.Kind;
import dev.dolmen.parameterstore.snapshot.Snapshot;
import dev.dolmen.parameterstore.snapshot.SnapshotDraft;
import dev.dolmen.parameterstore.snapshot.SnapshotStore;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The snapshot in {@code src/test/resources/golden/snapshots/v1} was written by the first version
 * of the format: it must be readable for ever, and the same operations must still give the same
 * state.
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
        EmbeddingTable chronicle = ChronicleEmbeddingTable.open(directory, schema(), SEED)) {
      heap.readFrom(golden);
      chronicle.readFrom(golden);
      assertThat(chronicle.stateHash()).isEqualTo(heap.stateHash());
      try (EmbeddingTable replayed = new HeapEmbeddingTable(schema(), SEED)) {
        train(replayed);
        assertThat(heap.stateHash()).isEqualTo(replayed.stateHash());
      }
    }
  }

  /** Written today, the sections hold the same bytes. */
  @Test
  void sectionsAreWrittenAsBefore() throws IOException {
    Snapshot golden = SnapshotStore.openReadOnly(GOLDEN).open("v1");
    Snapshot written = write(SnapshotStore.open(directory.resolve("new")));
    assertThat(written.sections()).isEqualTo(golden.sections());
    for (String section : golden.sections()) {
      try (DataInputStream expected = golden.section(section);
          DataInputStream found = written.section(section)) {
        assertThat(found.readAllBytes()).as(section).isEqualTo(expected.readAllBytes());
      }
    }
  }

  private Snapshot write(SnapshotStore store) throws IOException {
    try (EmbeddingTable table =
            ChronicleEmbeddingTable.open(directory.resolve("table"), schema(), SEED);
        SnapshotDraft draft = store.create("v1", null)) {
      train(table);
      table.writeTo(draft);
      draft.commit(Map.of("batch", "30", "note", "a b=c"));
    }
    return store.open("v1");
  }

  private static Schema schema() {
    return new Schema(
        List.of(
            Schemas.slot("item", SlotKind.ID, options(Kind.ADAGRAD, 4, 2, 20)),
            Schemas.slot("brand", SlotKind.CATEGORY, options(Kind.ROW_WISE_ADAGRAD, 3, 1, 6)),
            Schemas.slot("device", SlotKind.CONTEXT, options(Kind.SGD, 5, 1, 20))));
  }

  private static RowOptions options(Kind kind, int dim, int threshold, long maxRows) {
    return new RowOptions(
        dim,
        threshold,
        25,
        maxRows,
        new SparseOptimizerOptions(kind, 0.05f, 0.1f, 1, 0.001f),
        0.05f);
  }

  private static void train(EmbeddingTable table) {
    for (int batch = 0; batch < 30; batch++) {
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
