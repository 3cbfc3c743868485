package dev.dolmen.parameterstore.store;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The other side of {@link EmbeddingTable#drainTouched}: a copy of a table's weights that comes to
 * equal the table whatever order its batches arrive in, and however often.
 *
 * <p>For every fid it keeps the sequence of the batch that it took last, also of fids that were
 * removed, and passes over what is older. {@link #forgetRemovedBefore} bounds what is kept of
 * those. A batch of a later epoch, which begins with every row, voids everything before; one of an
 * earlier epoch is passed over. One thread.
 */
public final class TouchedRowsReceiver {
  private final List<Map<Long, Received>> slots = new ArrayList<>();
  private long epoch = Long.MIN_VALUE;

  /** What was taken last of a fid; no weights: it was removed. */
  private record Received(long sequence, @Nullable Weights weights) {}

  /** A row's weights, not changed any more. */
  private static final class Weights {
    final float[] floats;

    Weights(float[] floats) {
      this.floats = floats;
    }
  }

  /**
   * @param slots number of slots
   */
  public TouchedRowsReceiver(int slots) {
    for (int slot = 0; slot < slots; slot++) {
      this.slots.add(new HashMap<>());
    }
  }

  /** Takes what is newer than what it has. */
  public void apply(TouchedBatch batch) {
    if (batch.epoch() < epoch) {
      return;
    }
    if (batch.epoch() > epoch) {
      epoch = batch.epoch();
      slots.forEach(Map::clear);
    }
    Map<Long, Received> rows = slots.get(batch.slot());
    for (int i = 0; i < batch.size(); i++) {
      Received before = rows.get(batch.fid(i));
      if (before == null || before.sequence < batch.sequence()) {
        rows.put(batch.fid(i), new Received(batch.sequence(), weights(batch, i)));
      }
    }
  }

  private static @Nullable Weights weights(TouchedBatch batch, int i) {
    if (batch.isRemoved(i)) {
      return null;
    }
    float[] floats = new float[batch.dim()];
    batch.weights(i, floats);
    return new Weights(floats);
  }

  /** No batch before {@code sequence} can arrive any more: fids removed before need no memory. */
  public void forgetRemovedBefore(long sequence) {
    for (Map<Long, Received> rows : slots) {
      rows.values().removeIf(r -> r.weights == null && r.sequence < sequence);
    }
  }

  /** Rows of a slot, the out-of-vocabulary row among them. */
  public long rows(int slot) {
    return slots.get(slot).values().stream().filter(r -> r.weights != null).count();
  }

  /**
   * Copies a fid's weights to {@code out}.
   *
   * @return false if it has no row
   */
  public boolean get(int slot, long fid, float[] out) {
    Received row = slots.get(slot).get(fid);
    if (row == null || row.weights == null) {
      return false;
    }
    System.arraycopy(row.weights.floats, 0, out, 0, row.weights.floats.length);
    return true;
  }
}
