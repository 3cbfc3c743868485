package dev.dolmen.model.data;

import java.util.function.IntPredicate;

/**
 * Embedding rows of one batch, gathered from the table: for each slot the rows of its distinct
 * fids, row-major [rows[slot], dim[slot]], and room for their gradients.
 *
 * <p><b>Row 0 of the slot that the model's id column reads is always the out-of-vocabulary row</b>,
 * the one that stands for every item whose id is not admitted to the table yet. Who gathers the
 * rows puts it there, whether the batch names it or not: the id column of an item that is learned
 * from as new reads this row with weight 1, and its gradient counts like any other's.
 */
public final class GatheredRows {
  /** Distinct fids per slot. */
  public final int[] rows;

  /** Floats in a row, per slot. */
  public final int[] dim;

  /** Weights per slot; length at least rows * dim. */
  public final float[][] values;

  /** Gradients per slot, accumulated with {@code +=}; the caller zeroes the part in use. */
  public final float[][] gradients;

  /**
   * Whether each row of the id column's slot stands for a fid without a row of its own in the
   * table, [rows] of that slot. Read by a model with an id gate alone.
   */
  public boolean[] unadmitted = new boolean[0];

  public GatheredRows(int[] dim) {
    this.dim = dim.clone();
    rows = new int[dim.length];
    values = new float[dim.length][0];
    gradients = new float[dim.length][0];
  }

  /**
   * Fills in {@link #unadmitted}.
   *
   * @param slot slot of the id column
   * @param admitted whether a row's fid has a row of its own; row 0 never has
   */
  public void markUnadmitted(int slot, IntPredicate admitted) {
    if (unadmitted.length < rows[slot]) {
      unadmitted = new boolean[2 * rows[slot]];
    }
    for (int row = 0; row < rows[slot]; row++) {
      unadmitted[row] = row == 0 || !admitted.test(row);
    }
  }
}
