package dev.dolmen.parameterstore.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dolmen.parameterstore.feature.Fids;
import dev.dolmen.parameterstore.schema.RowOptions;
import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.parameterstore.schema.Schemas;
import dev.dolmen.parameterstore.schema.SlotKind;
import dev.dolmen.parameterstore.schema.SparseOptimizerOptions;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What every embedding table does. */
abstract class EmbeddingTableContract {
  static final long SEED = 17;
  private static final float NAN = Float.NaN;

  abstract EmbeddingTable open(Schema schema) throws IOException;

  static Schema one(RowOptions rows) {
    return new Schema(List.of(Schemas.slot("item", SlotKind.ID, rows)));
  }

  @Test
  void factsTellHowFarAFidIsAndWhatItsRowHasSeen() throws IOException {
    try (EmbeddingTable table = open(one(Schemas.rows(5, 4, 100, 1)))) {
      float[] out = new float[5];
      assertThat(table.facts(0, 7)).isEqualTo(new RowFacts(false, 0, -1));
      table.gatherForTraining(0, new long[] {7}, new int[] {3}, 0, 1, 1_000, out, 0);
      assertThat(table.facts(0, 7)).isEqualTo(new RowFacts(false, 3, -1));
      table.gatherForTraining(0, new long[] {7}, new int[] {2}, 0, 1, 1_010, out, 0);
      assertThat(table.facts(0, 7)).as("admitted").isEqualTo(new RowFacts(true, 4, 1_010));
      table.gatherForTraining(0, new long[] {7}, new int[] {1}, 0, 1, 1_005, out, 0);
      assertThat(table.facts(0, 7)).as("a late one").isEqualTo(new RowFacts(true, 5, 1_010));
      table.gatherForTraining(0, new long[] {8}, new int[] {9}, 0, 1, 1_020, out, 0);
      assertThat(table.facts(0, 8)).as("takes its room").isEqualTo(new RowFacts(true, 4, 1_020));
      assertThat(table.facts(0, 7)).as("evicted").isEqualTo(new RowFacts(false, 4, -1));
      assertThat(table.expire(1_121, 10)).isEqualTo(1);
      assertThat(table.facts(0, 8)).as("expired").isEqualTo(new RowFacts(false, 4, -1));
      assertThat(table.facts(0, Fids.OUT_OF_VOCABULARY)).isEqualTo(new RowFacts(false, 0, -1));
    }
  }

  @Test
  void unknownFidsAreTheOutOfVocabularyRowWithTheNoiseTheyWouldStartWith() throws IOException {
    try (EmbeddingTable table = open(one(Schemas.rows(5, 1, 0, 100)))) {
      float[] out = new float[10];
      Arrays.fill(out, 7);
      long[] fids = {Fids.OUT_OF_VOCABULARY, 2};
      assertThat(table.gather(0, fids, 0, 2, out, 0)).isZero();
      float[] row = new float[5];
      assertThat(Arrays.copyOf(out, 5)).containsOnly(0);
      assertThat(Arrays.copyOfRange(out, 5, 10)).doesNotContain(0);
      assertThat(table.contains(0, 2)).isFalse();
      assertThat(table.statistics(0).lookups()).isEqualTo(2);
      assertThat(table.statistics(0).hits()).isZero();
      assertThat(see(table, 2, 1, 50, row)).isEqualTo(1);
      assertThat(Arrays.copyOfRange(out, 5, 10)).isEqualTo(row);
    }
  }

  @Test
  void rowsStartAsSeededNoise() throws IOException {
    try (EmbeddingTable table = open(one(Schemas.rows(1000, 1, 0, 100)))) {
      float[] out = new float[2002];
      long[] fids = {9, 1, 2};
      assertThat(table.gatherForTraining(0, fids, ones(3), 1, 2, 50, out, 1)).isEqualTo(2);
      double sum = 0;
      double squares = 0;
      for (int i = 1; i <= 2000; i++) {
        sum += out[i];
        squares += out[i] * out[i];
      }
      assertThat(sum / 2000).isBetween(-0.005, 0.005);
      assertThat(Math.sqrt(squares / 2000)).isBetween(0.047, 0.053);
      assertThat(out[0]).isZero();
      assertThat(out[2001]).isZero();
      assertThat(Arrays.copyOfRange(out, 1, 1001))
          .isNotEqualTo(Arrays.copyOfRange(out, 1001, 2001));
      float[] again = new float[2002];
      assertThat(table.gather(0, fids, 1, 2, again, 1)).isEqualTo(2);
      assertThat(again).isEqualTo(out);
      assertThat(table.contains(0, 1)).isTrue();
      assertThat(table.contains(0, 9)).isFalse();
    }
  }

  @Test
  void aValueBelowTheThresholdHasNoRow() throws IOException {
    try (EmbeddingTable table = open(one(Schemas.rows(4, 5, 0, 100)))) {
      float[] out = new float[4];
      assertThat(see(table, 1, 2, 50, out)).isZero();
      assertThat(see(table, 1, 2, 50, out)).isZero();
      assertThat(table.statistics(0).filtered()).isEqualTo(2);
      assertThat(see(table, 1, 1, 50, out)).isEqualTo(1);
      assertThat(see(table, 2, 5, 50, out)).isEqualTo(1);
      assertThat(table.statistics(0).admitted()).isEqualTo(2);
      assertThat(table.statistics(0).rows()).isEqualTo(2);
    }
  }

  @Test
  void valuesWithoutARowTrainTheOutOfVocabularyRowAndStartFromIt() throws IOException {
    SparseOptimizerOptions sgd =
        new SparseOptimizerOptions(SparseOptimizerOptions.Kind.SGD, 0.5f, 0, 0, 0);
    try (EmbeddingTable table = open(one(new RowOptions(2, 2, 0, 100, sgd, 0)))) {
      float[] out = new float[4];
      long[] fids = {1, Fids.OUT_OF_VOCABULARY};
      assertThat(table.gatherForTraining(0, fids, ones(2), 0, 2, 50, out, 0)).isZero();
      table.applyGradients(0, fids, 0, 2, new float[] {9, -1, 2, -3, -4}, 1);
      table.gather(0, fids, 0, 2, out, 0);
      assertThat(out).containsExactly(2, 1, 2, 1);
      for (int i = 0; i < 5; i++) {
        assertThat(see(table, Fids.OUT_OF_VOCABULARY, 9, 50, out)).isZero();
      }
      assertThat(see(table, 1, 1, 50, out)).isEqualTo(1);
      table.applyGradients(0, fids, 0, 1, new float[] {2, 2}, 0);
      table.gather(0, fids, 0, 2, out, 0);
      assertThat(out).containsExactly(1, 0, 2, 1);
    }
  }

  @Test
  void gradientsThatAreNotFiniteChangeNothing() throws IOException {
    try (EmbeddingTable table = open(one(Schemas.rows(2, 1, 0, 100)))) {
      float[] out = new float[2];
      see(table, 1, 1, 50, out);
      long before = table.stateHash();
      for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, 3e30f}) {
        table.applyGradients(0, new long[] {1}, 0, 1, new float[] {1, bad}, 0);
      }
      assertThat(table.stateHash()).isEqualTo(before);
      assertThat(table.statistics(0).refusedGradients()).isEqualTo(3);
    }
  }

  @Test
  void weightsAreSetWhereThereAreRows() throws IOException {
    try (EmbeddingTable table = open(one(Schemas.rows(2, 2, 0, 100)))) {
      float[] out = new float[6];
      see(table, 1, 2, 50, out);
      table.applyGradients(0, new long[] {1}, 0, 1, new float[] {1, 2}, 0);
      table.trackTouched(1, 100);
      table.drainTouched(0, 100);
      long[] fids = {7, 1, 2, Fids.OUT_OF_VOCABULARY};
      float[] weights = {9, 3, 4, 5, 6, 7, 8};
      assertThat(table.setWeights(0, fids, 1, 3, weights, 1)).isEqualTo(2);
      assertThat(table.touchedFids(0)).isPositive();
      table.gather(0, fids, 1, 3, out, 0);
      assertThat(Arrays.copyOf(out, 2)).containsExactly(3, 4);
      assertThat(Arrays.copyOfRange(out, 4, 6)).containsExactly(7, 8);
      // Not 5 and 6: without a row it is the out-of-vocabulary row with noise.
      assertThat(out[2]).isBetween(6.5f, 7.5f);
      assertThat(table.contains(0, 2)).isFalse();
      // What the optimizer remembers stays: a first step would be longer.
      float[] next = new float[2];
      table.applyGradients(0, new long[] {1}, 0, 1, new float[] {1, 2}, 0);
      table.gather(0, fids, 1, 1, next, 0);
      see(table, 5, 2, 50, out);
      table.setWeights(0, new long[] {5}, 0, 1, new float[] {3, 4}, 0);
      table.applyGradients(0, new long[] {5}, 0, 1, new float[] {1, 2}, 0);
      table.gather(0, new long[] {5}, 0, 1, out, 0);
      assertThat(3 - next[0]).isPositive().isLessThan(3 - out[0]);
      long before = table.stateHash();
      assertThatThrownBy(
              () -> table.setWeights(0, new long[] {1, 5}, 0, 2, new float[] {1, 2, 3, NAN}, 0))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("weights[3]: NaN");
      assertThat(table.stateHash()).isEqualTo(before);
    }
  }

  @Test
  void weightsThatFollowFromTheStateAreNotSet() throws IOException {
    SparseOptimizerOptions ftrl =
        new SparseOptimizerOptions(
            SparseOptimizerOptions.Kind.FTRL,
            0.5f,
            0.1f,
            0,
            0,
            SparseOptimizerOptions.Coefficients.DEFAULT,
            0);
    try (EmbeddingTable table = open(one(new RowOptions(2, 1, 0, 100, ftrl, 0)))) {
      assertThatThrownBy(() -> table.setWeights(0, new long[] {1}, 0, 1, new float[2], 0))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("FTRL");
    }
  }

  @Test
  void rowsExpireInSlices() throws IOException {
    try (EmbeddingTable table = open(one(Schemas.rows(2, 1, 10, 100)))) {
      float[] out = new float[2];
      for (int fid = 0; fid < 40; fid++) {
        see(table, fid, 1, 100 + fid, out);
      }
      see(table, 5, 1, 139, out);
      see(table, 5, 1, 3, out);
      assertThat(table.expire(110, 1000)).isZero();
      int removed = 0;
      int slices = 0;
      while (table.statistics(0).rows() > 21) {
        int slice = table.expire(130, 7);
        assertThat(slice).isBetween(0, 7);
        removed += slice;
        assertThat(++slices).isLessThan(20);
      }
      assertThat(removed).isEqualTo(19);
      assertThat(table.statistics(0).expired()).isEqualTo(19);
      for (int fid = 0; fid < 40; fid++) {
        assertThat(table.contains(0, fid)).as("%d", fid).isEqualTo(fid >= 20 || fid == 5);
      }
      assertThat(table.expire(130, 1000)).isZero();
    }
  }

  @Test
  void theLeastRecentlySeenMakesRoom() throws IOException {
    try (EmbeddingTable table = open(one(Schemas.rows(2, 1, 0, 10)))) {
      float[] out = new float[2];
      for (int fid = 0; fid < 10; fid++) {
        see(table, fid, 1, 100 + fid, out);
      }
      see(table, 0, 1, 200, out);
      for (int fid = 10; fid < 14; fid++) {
        see(table, fid, 1, 300, out);
      }
      for (int fid = 0; fid < 14; fid++) {
        assertThat(table.contains(0, fid)).as("%d", fid).isEqualTo(fid < 1 || fid > 4);
      }
      assertThat(table.statistics(0).evicted()).isEqualTo(4);
      assertThat(table.statistics(0).rows()).isEqualTo(10);
    }
  }

  /** The rank of the lowest of 16 draws has the mean 1/17; 0.0588. */
  @Test
  void inALargeSlotAnOldRowMakesRoom() throws IOException {
    try (EmbeddingTable table = open(one(Schemas.rows(1, 1, 0, 2000)))) {
      float[] out = new float[1];
      for (int fid = 0; fid < 2000; fid++) {
        see(table, fid, 1, 1000 + fid, out);
      }
      for (int fid = 0; fid < 200; fid++) {
        see(table, 10_000 + fid, 1, 100_000, out);
      }
      double rank = 0;
      for (int fid = 0; fid < 2000; fid++) {
        rank += table.contains(0, fid) ? 0 : fid / 2000.0;
      }
      assertThat(rank / 200).isBetween(0.03, 0.13);
      assertThat(table.statistics(0).rows()).isEqualTo(2000);
    }
  }

  @Test
  void misuseIsRefused() throws IOException {
    try (EmbeddingTable table = open(one(Schemas.rows(2, 1, 10, 100)))) {
      float[] out = new float[2];
      assertThatThrownBy(() -> see(table, 1, 0, 50, out))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> see(table, 1, 1, -1, out))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> table.expire(1L << 32, 5))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> table.gather(0, new long[] {1, 2}, 0, 2, out, 0))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> table.gather(1, new long[] {1, 2}, 0, 1, out, 0))
          .isInstanceOf(IndexOutOfBoundsException.class);
    }
  }

  @Test
  void aSnapshotBringsEverythingBack() throws IOException {
    Schema schema = Schemas.everyKind();
    try (EmbeddingTable table = open(schema);
        EmbeddingTable restored = open(schema)) {
      float[] out = new float[16];
      for (int slot = 0; slot < table.slots(); slot++) {
        for (int fid = 0; fid < 100; fid++) {
          long[] fids = {fid % 37};
          table.gatherForTraining(slot, fids, ones(1), 0, 1, 50 + fid, out, 0);
          table.applyGradients(slot, fids, 0, 1, out, 0);
        }
      }
      MemorySnapshot snapshot = new MemorySnapshot();
      table.writeTo(snapshot);
      restored.gatherForTraining(0, new long[] {77}, ones(1), 0, 1, 50, out, 0);
      assertThat(restored.stateHash()).isNotEqualTo(table.stateHash());
      restored.readFrom(snapshot.reader());
      assertThat(restored.stateHash()).isEqualTo(table.stateHash());
      assertThat(restored.contains(0, 77)).isFalse();
      MemorySnapshot again = new MemorySnapshot();
      restored.writeTo(again);
      for (String section : snapshot.reader().sections()) {
        assertThat(again.bytes(section)).as(section).isEqualTo(snapshot.bytes(section));
      }
    }
  }

  /** Drained in parts, delivered twice and in any order, the receiver equals the table. */
  @Test
  void touchedRowsArriveHoweverTheyAreDelivered() throws IOException {
    Schema schema =
        new Schema(
            List.of(
                Schemas.slot("item", SlotKind.ID, Schemas.rows(5, 2, 20, 60)),
                Schemas.slot("brand", SlotKind.CATEGORY, Schemas.rows(3, 1, 0, 20))));
    SplittableRandom random = new SplittableRandom(8);
    List<TouchedBatch> batches = new ArrayList<>();
    try (EmbeddingTable table = open(schema)) {
      train(table, random, 10, 20);
      table.trackTouched(3, 5_000);
      for (int round = 0; round < 40; round++) {
        train(table, random, 1 + random.nextInt(3), 30 + 3 * round);
        int slot = random.nextInt(2);
        batches.add(table.drainTouched(slot, 1 + random.nextInt(60)));
      }
      for (int slot = 0; slot < 2; slot++) {
        while (table.touchedFids(slot) > 0) {
          batches.add(table.drainTouched(slot, 7));
        }
      }
      for (int order = 0; order < 5; order++) {
        TouchedRowsReceiver receiver = new TouchedRowsReceiver(2);
        batches.forEach(receiver::apply);
        Collections.shuffle(batches, new java.util.Random(order));
        batches.forEach(receiver::apply);
        expectEqual(table, receiver);
        receiver.forgetRemovedBefore(Long.MAX_VALUE);
        expectEqual(table, receiver);
        TouchedRowsReceiver shuffled = new TouchedRowsReceiver(2);
        batches.forEach(shuffled::apply);
        expectEqual(table, shuffled);
      }
      TouchedRowsReceiver later = new TouchedRowsReceiver(2);
      batches.forEach(later::apply);
      table.trackTouched(4, 5_000);
      assertThat(table.touchedFids(1)).isEqualTo((int) table.statistics(1).rows());
      later.apply(table.drainTouched(1, 1));
      batches.forEach(later::apply);
      assertThat(later.rows(0)).isZero();
      assertThat(later.rows(1)).as("a row and the out-of-vocabulary row").isEqualTo(2);
    }
  }

  private static void train(EmbeddingTable table, SplittableRandom random, int times, int second) {
    for (int i = 0; i < times; i++) {
      for (int slot = 0; slot < 2; slot++) {
        long[] fids = random.longs(12, 0, 90).distinct().toArray();
        float[] rows = new float[fids.length * table.dim(slot)];
        table.gatherForTraining(slot, fids, ones(fids.length), 0, fids.length, second, rows, 0);
        table.applyGradients(slot, fids, 0, fids.length, rows, 0);
      }
      table.expire(second, 20);
    }
  }

  private static void expectEqual(EmbeddingTable table, TouchedRowsReceiver receiver) {
    for (int slot = 0; slot < 2; slot++) {
      assertThat(receiver.rows(slot)).isEqualTo(table.statistics(slot).rows() + 1);
      float[] expected = new float[table.dim(slot)];
      float[] found = new float[table.dim(slot)];
      for (long fid = -1; fid < 90; fid++) {
        long[] fids = {fid < 0 ? Fids.OUT_OF_VOCABULARY : fid};
        boolean row = fid < 0 || table.contains(slot, fid);
        assertThat(receiver.get(slot, fids[0], found)).isEqualTo(row);
        if (row) {
          table.gather(slot, fids, 0, 1, expected, 0);
          assertThat(found).isEqualTo(expected);
        }
      }
    }
  }

  @Test
  void atTheBoundOfTouchedFidsTheWriterIsPushedBackBeforeAnythingChanges() throws IOException {
    try (EmbeddingTable table = open(one(Schemas.rows(2, 1, 10, 100)))) {
      float[] out = new float[2];
      assertThatThrownBy(() -> table.drainTouched(0, 1)).hasMessageContaining("not tracked");
      table.trackTouched(1, 12);
      for (int fid = 0; fid < 10; fid++) {
        see(table, fid, 1, 50, out);
      }
      long before = table.stateHash();
      assertThatThrownBy(() -> see(table, 99, 1, 50, out))
          .isInstanceOf(TouchedFullException.class)
          .hasMessageContaining("beyond the bound of 12");
      assertThatThrownBy(() -> table.expire(100, 5)).isInstanceOf(TouchedFullException.class);
      assertThat(table.stateHash()).isEqualTo(before);
      assertThat(table.drainTouched(0, 100).size()).isEqualTo(11);
      assertThat(table.touchedFids(0)).isZero();
      see(table, 99, 1, 50, out);
      assertThat(table.touchedFids(0)).isEqualTo(1);
      assertThat(table.expire(100, 5)).isEqualTo(5);
      TouchedBatch removed = table.drainTouched(0, 100);
      assertThat(removed.isRemoved(0)).isTrue();
      assertThat(removed.size()).isGreaterThanOrEqualTo(5);
    }
  }

  @Test
  void aSnapshotOfAnotherSchemaIsRefused() throws IOException {
    MemorySnapshot snapshot = new MemorySnapshot();
    try (EmbeddingTable table = open(one(Schemas.rows(2, 1, 10, 100)))) {
      table.writeTo(snapshot);
    }
    try (EmbeddingTable other = open(one(Schemas.rows(3, 1, 10, 100)))) {
      assertThatThrownBy(() -> other.readFrom(snapshot.reader()))
          .isInstanceOf(IOException.class)
          .hasMessage("table/layout: slot item: dim 3, the snapshot has 2");
    }
  }

  static int see(EmbeddingTable table, long fid, int occurrences, long second, float[] out) {
    return table.gatherForTraining(
        0, new long[] {fid}, new int[] {occurrences}, 0, 1, second, out, 0);
  }

  static int[] ones(int n) {
    int[] ones = new int[n];
    Arrays.fill(ones, 1);
    return ones;
  }
}
