package dev.dolmen.bench.table;

import java.util.List;

/**
 * What one process measures: one table, filled once.
 *
 * @param table its name
 * @param rows that it is filled with
 * @param dim floats of weight in a row
 * @param rowWise whether Adagrad keeps one accumulator a row instead of one a weight
 * @param points one after the other
 * @param snapshot whether a snapshot is taken and restored, too
 * @param fills times the insert is measured
 * @param iterations of a point; their median counts
 * @param iterationMs of one iteration, and of the one that warms up
 */
record TableRun(
    String table,
    int rows,
    int dim,
    boolean rowWise,
    List<TablePoint> points,
    boolean snapshot,
    int fills,
    int iterations,
    int iterationMs) {
  /** Rows a second that the slowest of these tables takes, about. */
  private static final double INSERTED_PER_SECOND = 350_000;

  PlainAdagrad adagrad() {
    return new PlainAdagrad(dim, rowWise);
  }

  /** About how long it takes. */
  double estimateSeconds() {
    double fill = rows * (fills + (snapshot ? 2.0 : 0)) / INSERTED_PER_SECOND;
    return 8 + fill + points.size() * (0.7 + (iterations + 1) * iterationMs / 1_000.0);
  }

  /** Heap that holds the keys, and the rows of a table on the heap. */
  long heapBytes() {
    boolean onHeap = table.equals(RowTables.CHM) || table.equals(RowTables.AGRONA);
    return (1L << 30) + (onHeap ? rows * (4L * adagrad().rowFloats() + 120) * 3 / 2 : 0);
  }
}
