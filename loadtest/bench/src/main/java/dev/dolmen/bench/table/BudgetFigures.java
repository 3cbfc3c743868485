package dev.dolmen.bench.table;

import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.parameterstore.store.ChronicleEmbeddingTable;
import dev.dolmen.parameterstore.store.EmbeddingTable;
import dev.dolmen.parameterstore.store.SlotStatistics;
import java.io.IOException;
import java.util.Arrays;

/**
 * What our table takes of the machine's memory when more rows come than its budget has room for.
 *
 * @param dim floats of weight in a row
 * @param budgetBytes that the table may take
 * @param inserted rows
 * @param kept of them in the end
 * @param residentBytes by which the process' resident memory and live heap grew
 * @param rowsPerSecond inserted while the table was full, each making room first
 */
record BudgetFigures(
    int dim, long budgetBytes, int inserted, long kept, long residentBytes, double rowsPerSecond) {
  private static final long BUDGET_BYTES = 256L << 20;

  /** Rows that are inserted for each that has room. */
  private static final int TIMES = 3;

  private static final int BATCH = RowKeys.DISTINCT;

  static BudgetFigures measure(PlainAdagrad adagrad) throws IOException {
    Schema schema = DolmenRows.schema(RowKeys.POOL, BUDGET_BYTES, adagrad);
    long before = TableBenchProcess.memoryBytes();
    try (EmbeddingTable table = new ChronicleEmbeddingTable(schema, DolmenRows.SEED)) {
      int room = (int) (BUDGET_BYTES / (4L * adagrad.rowFloats()));
      int inserted = 0;
      Inserts inserts = new Inserts(table, adagrad.dim());
      while (table.statistics(0).evicted() == 0) {
        inserts.batch(inserted);
        inserted += BATCH;
      }
      int whenFull = inserted;
      long start = System.nanoTime();
      while (inserted < TIMES * room) {
        inserts.batch(inserted);
        inserted += BATCH;
      }
      double seconds = (System.nanoTime() - start) / 1e9;
      SlotStatistics statistics = table.statistics(0);
      return new BudgetFigures(
          adagrad.dim(),
          BUDGET_BYTES,
          inserted,
          statistics.rows(),
          TableBenchProcess.memoryBytes() - before,
          (inserted - whenFull) / seconds);
    }
  }

  /** Batches of new fids, each a second after the one before. */
  private static final class Inserts {
    private final EmbeddingTable table;
    private final long[] fids = new long[BATCH];
    private final int[] once = new int[BATCH];
    private final float[] weights;

    Inserts(EmbeddingTable table, int dim) {
      this.table = table;
      weights = new float[BATCH * dim];
      Arrays.fill(once, 1);
    }

    void batch(int from) {
      RowKeys.insertion(from, BATCH, fids);
      table.gatherForTraining(0, fids, once, 0, BATCH, 1_700_000_000L + from / BATCH, weights, 0);
    }
  }
}
