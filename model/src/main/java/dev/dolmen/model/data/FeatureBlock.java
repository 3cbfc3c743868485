package dev.dolmen.model.data;

/**
 * Feature columns of several records (items or contexts) in compressed sparse rows, reused from
 * batch to batch. Entries of column {@code c} of record {@code r} stand at {@code start[r * columns
 * + c] .. start[r * columns + c + 1] - 1}; each names a row of the slot's gathered rows and its
 * weight. A column without entries is a vector of zeros.
 */
public final class FeatureBlock {
  /** Columns of a record; fixed. */
  public final int columns;

  /** Records in use. */
  public int records;

  /** First entry per record and column, [records * columns + 1]. */
  public int[] start = new int[1];

  /** Row in {@link GatheredRows#values} of the column's slot, per entry. */
  public int[] row = new int[0];

  /** Pooling weight, per entry. */
  public float[] weight = new float[0];

  public FeatureBlock(int columns) {
    this.columns = columns;
  }
}
