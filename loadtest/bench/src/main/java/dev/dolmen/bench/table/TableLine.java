package dev.dolmen.bench.table;

import org.jspecify.annotations.Nullable;

/**
 * One measured figure. What an operation does not have is null.
 *
 * @param op find, update, insert, snapshot or restore
 * @param table its name
 * @param rows in the table
 * @param dim floats of weight in a row
 * @param keys uniform or zipf
 * @param hitShare share of fids that have a row
 * @param batch fids, or touched or restored rows, in one call
 * @param threads that call at the same time
 * @param rowsPerSecond of all threads together, median over the iterations
 * @param bytesPerRow by which the process' resident memory and live heap grew as the table was
 *     filled
 * @param allocatedBytesPerOp on the heap by one call
 * @param pauseMs for which training would stop
 * @param gbPerSecond 10⁹ bytes of weights, state and header a second
 */
record TableLine(
    String op,
    String table,
    int rows,
    int dim,
    String keys,
    double hitShare,
    int batch,
    int threads,
    double rowsPerSecond,
    @Nullable Double bytesPerRow,
    @Nullable Double allocatedBytesPerOp,
    @Nullable Double pauseMs,
    @Nullable Double gbPerSecond) {
  /** Whether the other line is of the same point, perhaps of another table. */
  boolean samePoint(TableLine other) {
    return op.equals(other.op)
        && rows == other.rows
        && dim == other.dim
        && keys.equals(other.keys)
        && hitShare == other.hitShare
        && batch == other.batch
        && threads == other.threads;
  }
}
