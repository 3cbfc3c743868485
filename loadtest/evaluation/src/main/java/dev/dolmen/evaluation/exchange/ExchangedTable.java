package dev.dolmen.evaluation.exchange;

import dev.dolmen.evaluation.table.ForwardingTable;
import dev.dolmen.parameterstore.feature.Fids;
import dev.dolmen.parameterstore.store.EmbeddingTable;
import java.util.Arrays;
import java.util.List;
import org.agrona.collections.Long2LongHashMap;

/**
 * A table that remembers, of each row that learning changes, the weights before the first change
 * since the last exchange. Rows whose gradient is nothing are left out of a step: a trainer counts
 * the values of all sessions and learns from some, and the others' rows must not forget what their
 * optimizer knows.
 *
 * <p>Bounded by the rows that are changed between two exchanges. Threads as for the table that it
 * stands before.
 */
public final class ExchangedTable extends ForwardingTable {
  private final Noted[] noted;
  private long[] keptFids = new long[256];
  private float[] keptGradients = new float[256];

  /** Rows of one slot that were changed. */
  private static final class Noted {
    final int dim;
    final Long2LongHashMap placeOf = new Long2LongHashMap(-1);
    long[] fids = new long[64];
    float[] before;

    Noted(int dim) {
      this.dim = dim;
      before = new float[64 * dim];
    }

    int size() {
      return placeOf.size();
    }

    /** Place for a fid that has none yet. */
    int add(long fid) {
      int place = size();
      if (place == fids.length) {
        fids = Arrays.copyOf(fids, 2 * place);
        before = Arrays.copyOf(before, 2 * place * dim);
      }
      fids[place] = fid;
      placeOf.put(fid, place);
      return place;
    }
  }

  /** Stands before {@code table}, which it owns. */
  public ExchangedTable(EmbeddingTable table) {
    super(table);
    noted = new Noted[table.slots()];
    for (int slot = 0; slot < noted.length; slot++) {
      noted[slot] = new Noted(table.dim(slot));
    }
  }

  @Override
  public void applyGradients(
      int slot, long[] fids, int from, int n, float[] gradients, int gradientsOffset) {
    int dim = dim(slot);
    if (keptFids.length < n) {
      keptFids = new long[2 * n];
    }
    if (keptGradients.length < n * dim) {
      keptGradients = new float[2 * n * dim];
    }
    int kept = 0;
    for (int i = 0; i < n; i++) {
      int at = gradientsOffset + i * dim;
      if (isNothing(gradients, at, dim)) {
        continue;
      }
      keptFids[kept] = fids[from + i];
      System.arraycopy(gradients, at, keptGradients, kept * dim, dim);
      note(slot, contains(slot, fids[from + i]) ? fids[from + i] : Fids.OUT_OF_VOCABULARY);
      kept++;
    }
    super.applyGradients(slot, keptFids, 0, kept, keptGradients, 0);
  }

  private static boolean isNothing(float[] gradients, int at, int dim) {
    for (int d = at; d < at + dim; d++) {
      if (gradients[d] != 0) {
        return false;
      }
    }
    return true;
  }

  private void note(int slot, long fid) {
    Noted rows = noted[slot];
    if (!rows.placeOf.containsKey(fid)) {
      int place = rows.add(fid);
      gather(slot, rows.fids, place, 1, rows.before, place * rows.dim);
    }
  }

  private boolean isThere(int slot, long fid) {
    return fid == Fids.OUT_OF_VOCABULARY || contains(slot, fid);
  }

  /** What has changed of a slot's rows since the last exchange, of those that are still there. */
  public RowChanges changes(int slot) {
    Noted rows = noted[slot];
    int dim = rows.dim;
    float[] now = new float[rows.size() * dim];
    gather(slot, rows.fids, 0, rows.size(), now, 0);
    long[] fids = new long[rows.size()];
    int kept = 0;
    for (int i = 0; i < rows.size(); i++) {
      if (isThere(slot, rows.fids[i])) {
        for (int d = 0; d < dim; d++) {
          now[kept * dim + d] = now[i * dim + d] - rows.before[i * dim + d];
        }
        fids[kept++] = rows.fids[i];
      }
    }
    return new RowChanges(dim, Arrays.copyOf(fids, kept), Arrays.copyOf(now, kept * dim));
  }

  /**
   * Weights that rows have after an exchange: those of before it with the change.
   *
   * @return row-major [changes, dim]
   */
  public float[] after(int slot, RowChanges merged) {
    Noted rows = noted[slot];
    int dim = rows.dim;
    float[] after = new float[merged.size() * dim];
    gather(slot, merged.fids(), 0, merged.size(), after, 0);
    for (int i = 0; i < merged.size(); i++) {
      int place = (int) rows.placeOf.get(merged.fids()[i]);
      if (place >= 0) {
        System.arraycopy(rows.before, place * dim, after, i * dim, dim);
      }
      for (int d = i * dim; d < (i + 1) * dim; d++) {
        after[d] += merged.changes()[d];
      }
    }
    return after;
  }

  /**
   * An exchange has ended: rows that were changed here are as they were before, unless {@code
   * merged} names them, and those that it names are as it says.
   *
   * @param merged of each slot
   * @param after of each slot, as {@link #after} gave them
   */
  public void take(List<RowChanges> merged, List<float[]> after) {
    for (int slot = 0; slot < noted.length; slot++) {
      Noted rows = noted[slot];
      setWeights(slot, rows.fids, 0, rows.size(), rows.before, 0);
      long[] fids = merged.get(slot).fids();
      setWeights(slot, fids, 0, fids.length, after.get(slot), 0);
      rows.placeOf.clear();
    }
  }
}
