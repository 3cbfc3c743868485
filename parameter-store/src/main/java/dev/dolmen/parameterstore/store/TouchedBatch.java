package dev.dolmen.parameterstore.store;

/**
 * Rows of one slot that were touched, with the weights that they had when they were drained, and
 * fids that were removed. Not changed by the table any more.
 */
public final class TouchedBatch {
  private final int slot;
  private final long epoch;
  private final long sequence;
  private final int dim;
  private final long[] fids;
  private final int removed;
  private final float[] weights;

  /**
   * @param fids the removed ones first
   * @param removed how many of them were removed
   * @param weights of the others, row-major [fids.length - removed, dim]
   */
  TouchedBatch(
      int slot, long epoch, long sequence, int dim, long[] fids, int removed, float[] weights) {
    this.slot = slot;
    this.epoch = epoch;
    this.sequence = sequence;
    this.dim = dim;
    this.fids = fids;
    this.removed = removed;
    this.weights = weights;
  }

  public int slot() {
    return slot;
  }

  /** Which life of the table it comes from: what came from an earlier one is void. */
  public long epoch() {
    return epoch;
  }

  /** Grows with every drain of the table: of two batches of an epoch the larger one is newer. */
  public long sequence() {
    return sequence;
  }

  /** Floats of weight in a row. */
  public int dim() {
    return dim;
  }

  /** Fids in it. */
  public int size() {
    return fids.length;
  }

  public long fid(int i) {
    return fids[i];
  }

  /** Whether the {@code i}-th fid has no row any more. */
  public boolean isRemoved(int i) {
    return i < removed;
  }

  /** Copies the weights of the {@code i}-th fid, which was not removed, to {@code out[0 …]}. */
  public void weights(int i, float[] out) {
    System.arraycopy(weights, (i - removed) * dim, out, 0, dim);
  }
}
