package dev.dolmen.bench.table;

import com.sun.management.ThreadMXBean;
import dev.dolmen.parameterstore.store.EmbeddingTable;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.Arrays;

/**
 * Fills a table, timed, and checks afterwards that it holds, and learns, what ours does. The peers
 * get their rows' first weights made beforehand and untimed; ours makes them inside the timed call.
 */
final class TableFill {
  private static final int BATCH = RowKeys.DISTINCT;

  /**
   * @param rowsPerSecond over the whole fill
   * @param allocatedBytesPerCall on the heap, a call being {@link RowKeys#DISTINCT} rows
   */
  record Figures(double rowsPerSecond, double allocatedBytesPerCall) {}

  private final PlainAdagrad adagrad;
  private final EmbeddingTable reference;
  private final long[] fids = new long[BATCH];
  private final float[] weights;

  TableFill(PlainAdagrad adagrad) {
    this.adagrad = adagrad;
    reference = DolmenRows.reference(BATCH, adagrad);
    weights = new float[BATCH * adagrad.dim()];
  }

  Figures run(RowTable table, int rows) throws IOException {
    boolean peer = !(table instanceof DolmenRows);
    long nanos = 0;
    long bytes = 0;
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    for (int from = 0; from < rows; from += BATCH) {
      int n = Math.min(BATCH, rows - from);
      RowKeys.insertion(from, n, fids);
      if (peer) {
        // What a fid without a row reads is what its row would start with.
        reference.gather(0, fids, 0, n, weights, 0);
      }
      long allocated = threads.getCurrentThreadAllocatedBytes();
      long start = System.nanoTime();
      table.insert(fids, n, weights);
      nanos += System.nanoTime() - start;
      bytes += threads.getCurrentThreadAllocatedBytes() - allocated;
    }
    double calls = (rows + BATCH - 1.0) / BATCH;
    return new Figures(rows / (nanos / 1e9), bytes / calls);
  }

  /** Compares some rows with the reference before and after a step. */
  void check(RowTable table, int rows) throws IOException {
    int step = rows / BATCH;
    for (int i = 0; i < BATCH; i++) {
      fids[i] = RowKeys.fid((long) i * step);
    }
    float[] expected = new float[weights.length];
    int[] once = new int[BATCH];
    Arrays.fill(once, 1);
    reference.gatherForTraining(0, fids, once, 0, BATCH, 1, expected, 0);
    float[] gradients = TableOperations.gradients(weights.length);
    try (RowTable.RowSession session = table.session()) {
      compare(session, expected, "inserted");
      session.update(fids, 0, BATCH, gradients);
      reference.applyGradients(0, fids, 0, BATCH, gradients, 0);
      reference.gather(0, fids, 0, BATCH, expected, 0);
      compare(session, expected, "updated");
      long[] missing = {RowKeys.fid(rows)};
      if (session.find(missing, 0, 1, weights) != 0) {
        throw new IOException("a fid that was never inserted is found");
      }
    }
  }

  private void compare(RowTable.RowSession session, float[] expected, String what)
      throws IOException {
    int found = session.find(fids, 0, BATCH, weights);
    if (found != BATCH) {
      throw new IOException(what + ": " + found + " of " + BATCH + " rows are found");
    }
    for (int i = 0; i < expected.length; i++) {
      if (Math.abs(weights[i] - expected[i]) > 1e-6f) {
        throw new IOException(
            what
                + ": weight "
                + i % adagrad.dim()
                + " of row "
                + i / adagrad.dim()
                + " is "
                + weights[i]
                + ", expected "
                + expected[i]);
      }
    }
  }
}
