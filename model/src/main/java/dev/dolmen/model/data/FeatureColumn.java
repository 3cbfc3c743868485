package dev.dolmen.model.data;

/**
 * One column of an item's (or a visit's) encoding: pooled embedding rows of one slot, or a vector
 * that items bring along, projected.
 *
 * @param name slot name, with the level for a category path: {@code category/0}
 * @param slot number of the slot whose rows it reads
 * @param dim floats that it fills: those of such a row
 * @param dimension numbers of the vectors; 0 for a column of rows
 */
public record FeatureColumn(String name, int slot, int dim, int dimension) {
  /** A column of rows. */
  public FeatureColumn(String name, int slot, int dim) {
    this(name, slot, dim, 0);
  }

  /**
   * As snapshots keep it, for a start to compare: those made before there were vectors say nothing
   * of a dimension, so neither does a column of rows.
   */
  @Override
  public String toString() {
    return "FeatureColumn[name="
        + name
        + ", slot="
        + slot
        + ", dim="
        + dim
        + (dimension == 0 ? "" : ", dimension=" + dimension)
        + "]";
  }
}
