package dev.dolmen.parameterstore.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import dev.dolmen.parameterstore.schema.RowOptions;
import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.parameterstore.schema.Schemas;
import dev.dolmen.parameterstore.schema.Slot;
import dev.dolmen.parameterstore.schema.SlotKind;
import dev.dolmen.parameterstore.schema.SparseOptimizerOptions;
import dev.dolmen.parameterstore.schema.WeightStorage;
import dev.dolmen.parameterstore.snapshot.SnapshotReader;
import dev.dolmen.parameterstore.store.SlotMigration.Outcome;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MigratedTableTest {
  private static final int DIM = 6;
  private static final int VALUES = 300;
  private static final long SEED = 42;

  /** Rows of the first slot are seen at second 1,000 and their fid, but for some of one second. */
  private static SnapshotReader written(Schema schema) throws IOException {
    MemorySnapshot snapshot = new MemorySnapshot();
    try (EmbeddingTable table = new ChronicleEmbeddingTable(schema, SEED)) {
      for (int slot = 0; slot < schema.slots().size(); slot++) {
        for (int fid = 1; fid <= VALUES; fid++) {
          see(table, slot, fid, 1 + fid % 3, second(fid));
        }
      }
      table.writeTo(snapshot);
    }
    return snapshot.reader();
  }

  private static int second(int fid) {
    return 1_000 + Math.max(200, (fid * 7919) % VALUES);
  }

  private static void see(EmbeddingTable table, int slot, long fid, int times, int second) {
    int dim = table.dim(slot);
    float[] out = new float[dim];
    table.gatherForTraining(slot, new long[] {fid}, new int[] {times}, 0, 1, second, out, 0);
    float[] gradient = new float[dim];
    for (int i = 0; i < dim; i++) {
      gradient[i] = (fid % 11 - 5) / 10f + i / 100f;
    }
    table.applyGradients(slot, new long[] {fid}, 0, 1, gradient, 0);
  }

  private static Schema schema(RowOptions... rows) {
    return schema(List.of("item", "brand", "color"), rows);
  }

  private static Schema schema(List<String> names, RowOptions... rows) {
    Slot[] slots = new Slot[names.size()];
    for (int i = 0; i < slots.length; i++) {
      SlotKind kind = names.get(i).equals("item") ? SlotKind.ID : SlotKind.CATEGORY;
      slots[i] = Schemas.slot(names.get(i), kind, rows[Math.min(i, rows.length - 1)]);
    }
    return new Schema(List.of(slots));
  }

  private static RowOptions rows(long maxRows) {
    return Schemas.rows(DIM, 1, 0, maxRows);
  }

  private static ChronicleEmbeddingTable read(SnapshotReader snapshot, Schema now)
      throws IOException {
    return read(snapshot, now, Map.of());
  }

  private static ChronicleEmbeddingTable read(
      SnapshotReader snapshot, Schema now, Map<String, String> anew) throws IOException {
    ChronicleEmbeddingTable table = new ChronicleEmbeddingTable(now, SEED);
    table.readFrom(new MigratedTable(snapshot, now, SEED, anew));
    return table;
  }

  private static float[] weights(EmbeddingTable table, int slot, long fid) {
    float[] out = new float[table.dim(slot)];
    table.gather(slot, new long[] {fid}, 0, 1, out, 0);
    return out;
  }

  @Test
  void boundsThatGrowChangeNothing() throws IOException {
    Schema before = schema(rows(1_000));
    RowOptions wide =
        new RowOptions(
            rows(1).admission(), 77, 5_000, 1 << 20, WeightStorage.FP32, rows(1).segments());
    SnapshotReader snapshot = written(before);
    try (EmbeddingTable was = new ChronicleEmbeddingTable(before, SEED);
        EmbeddingTable now = read(snapshot, schema(wide))) {
      was.readFrom(snapshot);
      assertThat(now.stateHash()).isEqualTo(was.stateHash());
    }
    assertThat(new MigratedTable(snapshot, schema(wide), SEED, Map.of()).slots())
        .noneMatch(SlotMigration::changes);
  }

  @Test
  void theLeastRecentlySeenLeaveWhereThereIsRoomForFewer() throws IOException {
    Schema before = schema(rows(1_000));
    Schema now = schema(rows(120), rows(1_000));
    SnapshotReader snapshot = written(before);
    SlotMigration item = new MigratedTable(snapshot, now, SEED, Map.of()).slots().getFirst();
    assertThat(item.outcome()).isEqualTo(Outcome.KEPT);
    assertThat(item.rowsBefore()).isEqualTo(VALUES);
    assertThat(item.rowsKept()).isEqualTo(120);
    assertThat(item.reasons()).singleElement().asString().contains("180 of 300 rows leave");
    try (EmbeddingTable was = new ChronicleEmbeddingTable(before, SEED);
        EmbeddingTable table = read(snapshot, now)) {
      was.readFrom(snapshot);
      assertThat(table.statistics(0).rows()).isEqualTo(120);
      assertThat(table.statistics(1).rows()).isEqualTo(VALUES);
      for (int stays = 1; stays <= VALUES; stays++) {
        if (table.contains(0, stays)) {
          assertThat(weights(table, 0, stays)).containsExactly(weights(was, 0, stays));
          for (int leaves = 1; leaves <= VALUES; leaves++) {
            assertThat(table.contains(0, leaves) || rank(leaves) <= rank(stays))
                .as("%d stays and %d does not", stays, leaves)
                .isTrue();
          }
        }
      }
    }
  }

  private static long rank(int fid) {
    return 10L * second(fid) + 1 + fid % 3;
  }

  @Test
  void slotsGoByTheirNames() throws IOException {
    SnapshotReader snapshot = written(schema(rows(1_000)));
    Schema now = schema(List.of("size", "color", "item"), rows(1_000));
    List<SlotMigration> slots = new MigratedTable(snapshot, now, SEED, Map.of()).slots();
    assertThat(slots.stream().map(slot -> slot.slot() + " " + slot.outcome()))
        .containsExactly("size COMES", "color KEPT", "item KEPT", "brand GOES");
    try (EmbeddingTable was = new ChronicleEmbeddingTable(schema(rows(1_000)), SEED);
        EmbeddingTable table = read(snapshot, now)) {
      was.readFrom(snapshot);
      assertThat(table.statistics(0).rows()).isZero();
      assertThat(table.statistics(1).rows()).isEqualTo(VALUES);
      for (int fid = 1; fid <= VALUES; fid++) {
        assertThat(weights(table, 1, fid)).containsExactly(weights(was, 2, fid));
        assertThat(weights(table, 2, fid)).containsExactly(weights(was, 0, fid));
      }
    }
  }

  @Test
  void aSlotOfAnotherMeaningOrLengthStartsAnew() throws IOException {
    SnapshotReader snapshot = written(schema(rows(1_000)));
    Schema now = schema(rows(1_000), Schemas.rows(DIM + 1, 1, 0, 1_000), rows(1_000));
    Map<String, String> anew = Map.of("color", "kind TEXT, it was CATEGORY");
    List<SlotMigration> slots = new MigratedTable(snapshot, now, SEED, anew).slots();
    assertThat(slots.stream().map(slot -> slot.slot() + " " + slot.outcome()))
        .containsExactly("item KEPT", "brand ANEW", "color ANEW");
    assertThat(slots.get(1).reasons())
        .containsExactly("its rows have 7 floats, 6 in the directory");
    try (EmbeddingTable table = read(snapshot, now, anew)) {
      assertThat(table.statistics(0).rows()).isEqualTo(VALUES);
      assertThat(table.statistics(1).rows()).isZero();
      assertThat(table.statistics(2).rows()).isZero();
      see(table, 1, 5, 1, 5_000);
      assertThat(table.contains(1, 5)).isTrue();
    }
  }

  @Test
  void weightsAreRoundedWhereTheyAreStoredInAnotherWay() throws IOException {
    Schema before = schema(rows(1_000));
    Schema now = schema(rows(1_000).withStorage(WeightStorage.BF16));
    SnapshotReader snapshot = written(before);
    try (EmbeddingTable was = new ChronicleEmbeddingTable(before, SEED);
        EmbeddingTable table = read(snapshot, now)) {
      was.readFrom(snapshot);
      for (int fid = 1; fid <= VALUES; fid++) {
        float[] exact = weights(was, 0, fid);
        float[] stored = weights(table, 0, fid);
        ScalarWeightCodec.round(WeightStorage.BF16, exact);
        assertThat(stored).containsExactly(exact);
      }
    }
  }

  /** Weights stay; a step of the new rule moves them as it moves those of a new row. */
  @Test
  void anotherOptimizerBeginsItsStateAgain() throws IOException {
    SparseOptimizerOptions sgd =
        new SparseOptimizerOptions(SparseOptimizerOptions.Kind.SGD, 0.5f, 0, 0, 0);
    Schema before = schema(rows(1_000));
    Schema now = schema(new RowOptions(DIM, 1, 0, 1_000, sgd, 0.05f));
    SnapshotReader snapshot = written(before);
    MigratedTable migrated = new MigratedTable(snapshot, now, SEED, Map.of());
    assertThat(migrated.slots().getFirst().outcome()).isEqualTo(Outcome.CONVERTED);
    try (EmbeddingTable was = new ChronicleEmbeddingTable(before, SEED);
        EmbeddingTable table = read(snapshot, now)) {
      was.readFrom(snapshot);
      float[] weights = weights(was, 0, 9);
      assertThat(weights(table, 0, 9)).containsExactly(weights);
      see(table, 0, 9, 1, 5_000);
      for (int i = 0; i < DIM; i++) {
        float gradient = (9 % 11 - 5) / 10f + i / 100f;
        assertThat(weights(table, 0, 9)[i]).isCloseTo(weights[i] - 0.5f * gradient, offset(1e-6f));
      }
    }
  }

  /** Every value was counted twice of five times; with a threshold of three one more is enough. */
  @Test
  void whatWasCountedGoesAlong() throws IOException {
    Schema before = schema(Schemas.rows(DIM, 5, 0, 1_000));
    MemorySnapshot snapshot = new MemorySnapshot();
    try (EmbeddingTable table = new ChronicleEmbeddingTable(before, SEED)) {
      for (int fid = 1; fid <= VALUES; fid++) {
        see(table, 0, fid, fid == 7 ? 4 : 2, 1_000);
      }
      table.writeTo(snapshot);
    }
    try (EmbeddingTable table = read(snapshot.reader(), schema(Schemas.rows(DIM, 3, 0, 2_000)))) {
      assertThat(table.statistics(0).rows()).isZero();
      see(table, 0, 8, 1, 1_001);
      assertThat(table.contains(0, 8)).isTrue();
      see(table, 0, 7, 1, 1_001);
      assertThat(table.contains(0, 7)).isTrue();
      see(table, 0, VALUES + 1, 1, 1_001);
      assertThat(table.contains(0, VALUES + 1)).isFalse();
    }
  }

  @Test
  void aSeedThatChangesLeavesRowsAsTheyAre() throws IOException {
    Schema schema = schema(rows(1_000));
    SnapshotReader snapshot = written(schema);
    try (EmbeddingTable was = new ChronicleEmbeddingTable(schema, SEED);
        EmbeddingTable now = new ChronicleEmbeddingTable(schema, 43)) {
      was.readFrom(snapshot);
      now.readFrom(new MigratedTable(snapshot, schema, 43, Map.of()));
      assertThat(weights(now, 0, 9)).containsExactly(weights(was, 0, 9));
    }
  }
}
