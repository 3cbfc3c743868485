package dev.dolmen.bench.table;

import dev.dolmen.parameterstore.schema.KnotOptions;
import dev.dolmen.parameterstore.schema.RowOptions;
import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.parameterstore.schema.Slot;
import dev.dolmen.parameterstore.schema.SlotKind;
import dev.dolmen.parameterstore.schema.SparseOptimizerOptions;
import dev.dolmen.parameterstore.schema.SparseOptimizerOptions.Coefficients;
import dev.dolmen.parameterstore.schema.SparseOptimizerOptions.Kind;
import dev.dolmen.parameterstore.store.ChronicleEmbeddingTable;
import dev.dolmen.parameterstore.store.EmbeddingTable;
import java.util.Arrays;
import java.util.List;

/** The product's table. Its inserts make the rows' first weights themselves. */
final class DolmenRows implements RowTable {
  static final long SEED = 1;
  private static final long EVENT_TIME_SEC = 1_700_000_000;

  /** As its peers' accumulators. */
  private static final Coefficients NOTHING_FORGOTTEN = new Coefficients(0, 0, 0, 0, 0, 0);

  private final ChronicleEmbeddingTable table;
  private final float[] out;
  private final int[] once;

  DolmenRows(int rows, PlainAdagrad adagrad, int mostInsertedAtOnce) {
    table = new ChronicleEmbeddingTable(schema(rows, adagrad), SEED);
    out = new float[mostInsertedAtOnce * adagrad.dim()];
    once = new int[mostInsertedAtOnce];
    Arrays.fill(once, 1);
  }

  static Schema schema(int rows, PlainAdagrad adagrad) {
    return schema(rows, 0, adagrad);
  }

  /**
   * @param maxBytes budget of memory, 0 for none
   */
  static Schema schema(int rows, long maxBytes, PlainAdagrad adagrad) {
    SparseOptimizerOptions optimizer =
        new SparseOptimizerOptions(
            adagrad.rowWise() ? Kind.ROW_WISE_ADAGRAD : Kind.ADAGRAD,
            PlainAdagrad.LEARNING_RATE,
            PlainAdagrad.INITIAL_ACCUMULATOR,
            0,
            0,
            NOTHING_FORGOTTEN);
    RowOptions options =
        new RowOptions(adagrad.dim(), 1, 0, rows, optimizer, 0.05f).withMaxBytes(maxBytes);
    return new Schema(List.of(new Slot("id", SlotKind.ID, false, 1, 1, KnotOptions.NONE, options)));
  }

  /** A table of few rows, which start, and learn, as this one's do. */
  static EmbeddingTable reference(int rows, PlainAdagrad adagrad) {
    return new ChronicleEmbeddingTable(schema(rows, adagrad), SEED);
  }

  EmbeddingTable table() {
    return table;
  }

  @Override
  public void insert(long[] fids, int n, float[] weights) {
    table.gatherForTraining(0, fids, once, 0, n, EVENT_TIME_SEC, out, 0);
  }

  @Override
  public RowSession session() {
    return new RowSession() {
      @Override
      public int find(long[] fids, int from, int n, float[] rows) {
        return table.gather(0, fids, from, n, rows, 0);
      }

      @Override
      public void update(long[] fids, int from, int n, float[] gradients) {
        table.applyGradients(0, fids, from, n, gradients, 0);
      }
    };
  }

  @Override
  public void close() {
    table.close();
  }
}
