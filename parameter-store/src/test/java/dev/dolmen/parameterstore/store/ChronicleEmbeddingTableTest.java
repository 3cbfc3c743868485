package dev.dolmen.parameterstore.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolmen.parameterstore.random.MixedBits;
import dev.dolmen.parameterstore.schema.RowOptions;
import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.parameterstore.schema.Schemas;
import dev.dolmen.parameterstore.schema.WeightStorage;
import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ChronicleEmbeddingTableTest extends EmbeddingTableContract {
  @Override
  EmbeddingTable open(Schema schema) {
    return new ChronicleEmbeddingTable(schema, SEED);
  }

  /** The bound of the bytes is kept by making room, whatever comes and goes; nothing throws. */
  @ParameterizedTest
  @EnumSource(WeightStorage.class)
  void aBudgetOfMemoryIsNeverPassed(WeightStorage storage) throws IOException {
    long budget = 3 << 20;
    RowOptions rows = Schemas.rows(32, 2, 40, 1_000_000).withStorage(storage).withMaxBytes(budget);
    try (EmbeddingTable table = open(one(rows))) {
      int n = 500;
      float[] out = new float[n * 32];
      int[] twice = new int[n];
      Arrays.fill(twice, 2);
      long[] fids = new long[n];
      for (int batch = 0; batch < 60; batch++) {
        for (int i = 0; i < n; i++) {
          fids[i] = MixedBits.mix(batch * 450L + i);
        }
        table.gatherForTraining(0, fids, twice, 0, n, 100 + batch, out, 0);
        table.gatherForTraining(0, fids, ones(n), 0, n, 100 + batch, out, 0);
        table.expire(100 + batch, 200);
        SlotStatistics now = table.statistics(0);
        assertThat(now.memoryBytes()).isLessThanOrEqualTo(budget);
        assertThat(now.rowsBytes() + now.indexBytes() + now.touchedBytes() + now.filterBytes())
            .isEqualTo(now.memoryBytes());
        assertThat(now.rows()).isLessThanOrEqualTo(now.maxRows());
      }
      assertThat(table.statistics(0).evicted()).isPositive();
      assertThat(table.statistics(0).maxRows() * table.statistics(0).rowBytes())
          .as("most of the budget is for rows")
          .isGreaterThan(budget / 2);
    }
  }
}
