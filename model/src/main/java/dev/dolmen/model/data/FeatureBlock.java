package dev.dolmen.model.data;

/**
 * Feature columns of several records (items or contexts) in compressed sparse rows, reused from
 * batch to batch. Entries of column {@code c} of record {@code r} stand at {@code start[r * columns
 * + c] .. start[r * columns + c + 1] - 1}; each names a row of the slot's gathered rows and its
 * weight. A column without entries is a vector of zeros, but for columns of vectors, which have no
 * entries: theirs stand in {@link #vectors}.
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

  /** By column of vectors, in the order of the columns. */
  public final VectorBlock[] vectors;

  /**
   * @param columns of a record, those of vectors included
   * @param dimensions numbers of the vectors of each column that has them
   */
  public FeatureBlock(int columns, int... dimensions) {
    this.columns = columns;
    vectors = new VectorBlock[dimensions.length];
    for (int v = 0; v < vectors.length; v++) {
      vectors[v] = new VectorBlock(dimensions[v]);
    }
  }
}
