package dev.dolmen.bench.table;

import java.io.Closeable;
import java.io.IOException;

/** One of the tables that are compared: rows of weights and Adagrad state, found by fid. */
interface RowTable extends Closeable {
  /**
   * Makes rows of fids that have none. One thread, no other at the same time.
   *
   * @param weights row-major [n, dim], what the rows start with; a table that knows it by itself
   *     need not look
   */
  void insert(long[] fids, int n, float[] weights) throws IOException;

  /** Does, untimed, what makes look-ups fast after a fill. */
  default void settle() throws IOException {}

  /** What one thread reads and updates through. */
  RowSession session() throws IOException;

  /** Resident bytes of another process that holds the rows; 0 if this one does. */
  default long otherProcessBytes() throws IOException {
    return 0;
  }

  /** A thread's way into the table. */
  interface RowSession extends Closeable {
    /**
     * Copies the weights of {@code fids[from .. from + n - 1]} to {@code out}, row-major [n, dim].
     *
     * @return how many have a row; what is copied for the others is the table's business
     */
    int find(long[] fids, int from, int n, float[] out) throws IOException;

    /**
     * One Adagrad step on each row that there is.
     *
     * @param gradients row-major [n, dim]
     */
    void update(long[] fids, int from, int n, float[] gradients) throws IOException;

    @Override
    default void close() throws IOException {}
  }
}
