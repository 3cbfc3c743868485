package dev.dolmen.parameterstore.store;

import dev.dolmen.parameterstore.feature.Fids;
import dev.dolmen.parameterstore.snapshot.ChangedRows;
import java.util.Arrays;

/**
 * The fids of a slot that were touched since they were last drained: whose weights changed, who got
 * a row, or who lost it. Nothing is ever dropped: at the bound the writer is pushed back before it
 * changes anything.
 *
 * <p>Rows are kept as a bit by their number, and a row that gets another number counts as touched;
 * removed fids as a list, of which a drain leaves out those that have a row again. The
 * out-of-vocabulary row changes with nearly every batch and comes with every drain. Writer only.
 */
final class TouchedFids {
  private final int slot;
  private final int maxFids;
  private final ChangedRows rows = new ChangedRows();
  private long[] removed = new long[16];
  private int removals;

  /** How the table shows its rows. */
  interface Rows {
    boolean contains(long fid);

    long fid(int number);

    /** Copies the weights of a row, or of the out-of-vocabulary row at -1. */
    void copy(int number, float[] out, int at);
  }

  /**
   * @param maxFids fids that may wait, removed ones counted every time
   * @param rowsNow rows that the slot has: all of them are touched
   */
  TouchedFids(int slot, int maxFids, int rowsNow) {
    this.slot = slot;
    this.maxFids = maxFids;
    for (int number = 0; number < rowsNow; number++) {
      rows.changing(number);
    }
  }

  int count() {
    return rows.count() + removals;
  }

  /**
   * @param more fids that the next call may touch or remove at most
   * @throws TouchedFullException if they could go beyond the bound
   */
  void checkRoom(long more) {
    if (count() + more > maxFids) {
      throw new TouchedFullException(slot, count(), more, maxFids);
    }
  }

  void add(int number) {
    rows.changing(number);
  }

  /** No row has this number any more. */
  void remove(int number) {
    rows.remove(number);
  }

  /** A fid lost its row. */
  void removed(long fid) {
    if (removals == removed.length) {
      removed = Arrays.copyOf(removed, 2 * removals);
    }
    removed[removals++] = fid;
  }

  /**
   * Takes up to {@code max} fids beside the out-of-vocabulary row: the removed ones first, then
   * rows by their number.
   */
  TouchedBatch drain(long epoch, long sequence, int dim, int max, Rows table) {
    long[] gone = takeRemoved(max, table);
    int others = 1 + Math.min(max - gone.length, rows.count());
    long[] fids = Arrays.copyOf(gone, gone.length + others);
    float[] weights = new float[others * dim];
    fids[gone.length] = Fids.OUT_OF_VOCABULARY;
    table.copy(-1, weights, 0);
    int i = 1;
    for (int number = rows.next(0); i < others; number = rows.next(number + 1)) {
      rows.remove(number);
      fids[gone.length + i] = table.fid(number);
      table.copy(number, weights, dim * i++);
    }
    return new TouchedBatch(slot, epoch, sequence, dim, fids, gone.length, weights);
  }

  private long[] takeRemoved(int max, Rows table) {
    int n = Math.min(max, removals);
    long[] gone =
        Arrays.stream(removed, 0, n).distinct().filter(fid -> !table.contains(fid)).toArray();
    System.arraycopy(removed, n, removed, 0, removals - n);
    removals -= n;
    return gone;
  }
}
