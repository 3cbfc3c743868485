package dev.dolmen.model;

/**
 * Embedding rows of one batch, gathered from the table: for each slot the rows of its distinct
 * fids, row-major [rows[slot], dim[slot]], and room for their gradients.
 *
 * <p><b>Row 0 of the slot that the model's id column reads is always the out-of-vocabulary row</b>,
 * the one that stands for every item whose id is not admitted to the table yet. Who gathers the
 * rows puts it there, whether the batch names it or not: id dropout replaces the id column of an
 * item by this row with weight 1, and its gradient counts like any other's.
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

  public GatheredRows(int[] dim) {
    this.dim = dim.clone();
    rows = new int[dim.length];
    values = new float[dim.length][0];
    gradients = new float[dim.length][0];
  }
}
