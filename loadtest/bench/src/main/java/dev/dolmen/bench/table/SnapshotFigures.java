package dev.dolmen.bench.table;

import dev.dolmen.parameterstore.snapshot.Snapshot;
import dev.dolmen.parameterstore.snapshot.SnapshotDraft;
import dev.dolmen.parameterstore.snapshot.SnapshotStore;
import dev.dolmen.parameterstore.store.ChronicleEmbeddingTable;
import dev.dolmen.parameterstore.store.EmbeddingTable;
import dev.dolmen.parameterstore.store.FrozenTable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A whole snapshot of our table written to disk, the pause that deltas of some touched rows cause,
 * and a table restored from the whole one.
 */
final class SnapshotFigures {
  private static final String ID = "0-whole";
  private static final int MOST_TOUCHED = 100_000;
  private static final int DELTAS = 5;

  private final TableRun run;
  private final Path directory;
  private final int touched;

  SnapshotFigures(TableRun run, Path directory) {
    this.run = run;
    this.directory = directory;
    touched = Math.min(MOST_TOUCHED, run.rows());
  }

  /** Nothing else happens meanwhile; the pause is that of the barrier, before the first piece. */
  List<TableLine> snapshot(EmbeddingTable table) throws IOException {
    long start = System.nanoTime();
    FrozenTable frozen = table.freeze(false);
    double pause = (System.nanoTime() - start) / 1e9;
    long bytes = write(frozen, ID, null);
    frozen.release(true);
    double seconds = (System.nanoTime() - start) / 1e9;
    return List.of(line("snapshot", run.rows(), seconds, pause * 1_000, bytes), deltas(table));
  }

  /** Training stands still at the barrier; touched rows are written in pieces after it. */
  private TableLine deltas(EmbeddingTable table) throws IOException {
    double[] pauses = new double[DELTAS];
    long bytes = 0;
    for (int i = 0; i < DELTAS; i++) {
      touch(table, i);
      bytes = table.copyBytes(true);
      long start = System.nanoTime();
      FrozenTable frozen = table.freeze(true);
      pauses[i] = (System.nanoTime() - start) / 1e9;
      if (frozen.copiedRows() < touched) {
        throw new IOException(frozen.copiedRows() + " rows are copied, expected " + touched);
      }
      write(frozen, "1-delta-" + i, store().open(ID));
      frozen.release(true);
    }
    Arrays.sort(pauses);
    double median = pauses[DELTAS / 2];
    return line("snapshot", touched, median, median * 1_000, bytes);
  }

  /** Steps on rows that are spread over the table, others in each round. */
  private void touch(EmbeddingTable table, int round) {
    long[] fids = new long[touched];
    for (int i = 0; i < touched; i++) {
      fids[i] = RowKeys.fid((i * 2_654_435_761L + round) % run.rows());
    }
    float[] gradients = TableOperations.gradients(RowKeys.DISTINCT * run.dim());
    for (int from = 0; from < touched; from += RowKeys.DISTINCT) {
      int n = Math.min(RowKeys.DISTINCT, touched - from);
      table.applyGradients(0, fids, from, n, gradients, 0);
    }
  }

  private long write(FrozenTable frozen, String id, @Nullable Snapshot parent) throws IOException {
    try (SnapshotDraft draft = store().create(id, parent)) {
      frozen.writeTo(draft);
      return draft.commit(Map.of()).rawBytes();
    }
  }

  /** Restores a new table, in the page cache's best case. */
  List<TableLine> restore() throws IOException {
    Snapshot snapshot = store().open(ID);
    try (ChronicleEmbeddingTable table =
        new ChronicleEmbeddingTable(
            DolmenRows.schema(run.rows(), run.adagrad()), DolmenRows.SEED)) {
      long start = System.nanoTime();
      table.readFrom(snapshot);
      double seconds = (System.nanoTime() - start) / 1e9;
      if (table.statistics(0).rows() != run.rows()) {
        throw new IOException("restored " + table.statistics(0).rows() + " of " + run.rows());
      }
      return List.of(line("restore", run.rows(), seconds, null, snapshot.manifest().rawBytes()));
    }
  }

  private SnapshotStore store() throws IOException {
    return SnapshotStore.open(directory.resolve("snapshots"));
  }

  private TableLine line(
      String op, int rows, double seconds, @Nullable Double pauseMs, long bytes) {
    return new TableLine(
        op,
        run.table(),
        run.rows(),
        run.dim(),
        "uniform",
        1,
        rows,
        1,
        rows / seconds,
        null,
        null,
        pauseMs,
        bytes / seconds / 1e9);
  }
}
