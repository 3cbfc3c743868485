package dev.dolmen.evaluation.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolmen.parameterstore.feature.Fids;
import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.parameterstore.schema.Schemas;
import dev.dolmen.parameterstore.schema.SlotKind;
import dev.dolmen.parameterstore.store.ChronicleEmbeddingTable;
import java.io.IOException;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class ExchangedTableTest {
  private static final Offset<Float> NEAR = Offset.offset(1e-6f);
  private static final Schema SCHEMA =
      new Schema(List.of(Schemas.slot("item", SlotKind.ID, Schemas.rows(2, 1, 0, 100))));

  private static ExchangedTable open() {
    ExchangedTable table = new ExchangedTable(new ChronicleEmbeddingTable(SCHEMA, 1));
    long[] fids = {1, 2, 3};
    table.gatherForTraining(0, fids, new int[] {1, 1, 1}, 0, 3, 50, new float[6], 0);
    return table;
  }

  private static float[] row(ExchangedTable table, long fid) {
    float[] out = new float[2];
    table.gather(0, new long[] {fid}, 0, 1, out, 0);
    return out;
  }

  @Test
  void tellsWhatLearningHasChangedSinceTheLastExchange() throws IOException {
    try (ExchangedTable table = open()) {
      float[] before = row(table, 1);
      float[] outside = row(table, Fids.OUT_OF_VOCABULARY);
      // Twice, so that the first weights are those that count; 2 by nothing, 9 has no row.
      table.applyGradients(0, new long[] {0, 1, 2, 9}, 1, 3, new float[] {1, 1, 0, 0, 2, 2}, 0);
      table.applyGradients(0, new long[] {1}, 0, 1, new float[] {1, 1}, 0);
      RowChanges changes = table.changes(0);
      assertThat(changes.fids()).containsExactly(1, Fids.OUT_OF_VOCABULARY);
      assertThat(changes.changes())
          .containsExactly(
              new float[] {
                row(table, 1)[0] - before[0],
                row(table, 1)[1] - before[1],
                row(table, Fids.OUT_OF_VOCABULARY)[0] - outside[0],
                row(table, Fids.OUT_OF_VOCABULARY)[1] - outside[1]
              },
              NEAR);
      assertThat(changes.changes()).doesNotContain(0);
    }
  }

  @Test
  void goesOnFromWhatAllHaveComeTo() throws IOException {
    try (ExchangedTable table = open()) {
      float[] first = row(table, 1);
      float[] second = row(table, 2);
      float[] third = row(table, 3);
      table.applyGradients(0, new long[] {1, 2}, 0, 2, new float[] {1, 1, 1, 1}, 0);
      RowChanges merged = new RowChanges(2, new long[] {2, 3}, new float[] {5, 6, 7, 8});
      table.take(List.of(merged), List.of(table.after(0, merged)));
      // Its own change of 1 was refused or is late, of 2 it is in what was merged.
      assertThat(row(table, 1)).containsExactly(first, NEAR);
      assertThat(row(table, 2)).containsExactly(new float[] {second[0] + 5, second[1] + 6}, NEAR);
      assertThat(row(table, 3)).containsExactly(new float[] {third[0] + 7, third[1] + 8}, NEAR);
      assertThat(table.changes(0).size()).isZero();
    }
  }

  /** What its optimizer knows of a row would be forgotten by steps that rest on nothing. */
  @Test
  void aStepOnNothingLeavesARowAsItIs() throws IOException {
    try (ExchangedTable table = open()) {
      table.applyGradients(0, new long[] {1}, 0, 1, new float[] {1, 1}, 0);
      long hash = table.stateHash();
      table.applyGradients(0, new long[] {1, 2}, 0, 2, new float[4], 0);
      assertThat(table.stateHash()).isEqualTo(hash);
    }
  }

  @Test
  void manyRowsAreRemembered() throws IOException {
    Schema schema =
        new Schema(List.of(Schemas.slot("item", SlotKind.ID, Schemas.rows(2, 1, 0, 1_000))));
    try (ExchangedTable table = new ExchangedTable(new ChronicleEmbeddingTable(schema, 1))) {
      int n = 500;
      long[] fids = new long[n];
      int[] ones = new int[n];
      float[] gradients = new float[2 * n];
      for (int i = 0; i < n; i++) {
        fids[i] = i + 1L;
        ones[i] = 1;
        gradients[2 * i] = 1;
      }
      table.gatherForTraining(0, fids, ones, 0, n, 50, new float[2 * n], 0);
      table.applyGradients(0, fids, 0, n, gradients, 0);
      assertThat(table.changes(0).fids()).containsExactly(fids);
    }
  }
}
