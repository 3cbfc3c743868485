package dev.dolmen.parameterstore.feature;

/**
 * One feature column of {@link Features}.
 *
 * @param name slot name, with the level for a category path: {@code category/0}
 * @param slot number of the slot whose embedding rows stand in it
 * @param dim floats that it fills of an encoding: those of such a row
 * @param dimension numbers of the vectors that stand in it instead of rows; 0 for a column of rows
 * @param ages whether its entries name the moment of birth, and their rows and weights follow from
 *     the age at the time of looking: see {@link AgeKnots}
 */
public record ColumnSpec(String name, int slot, int dim, int dimension, boolean ages) {
  /** A column of rows. */
  public ColumnSpec(String name, int slot, int dim, boolean ages) {
    this(name, slot, dim, 0, ages);
  }

  /**
   * The fid of an entry of this column.
   *
   * @param first the column's first entry in {@code features}
   * @param entry the entry, from {@code first} on
   * @param nowSec the time of looking, seconds of event time
   */
  public long fid(Features features, int first, int entry, long nowSec) {
    long fid = features.fids()[entry];
    return ages ? AgeKnots.below(nowSec - fid) + (entry - first) : fid;
  }

  /** The weight of an entry of this column; parameters as {@link #fid} has them. */
  public float weight(Features features, int first, int entry, long nowSec) {
    if (!ages) {
      return features.weights()[entry];
    }
    float above = AgeKnots.weightAbove(nowSec - features.fids()[entry]);
    return entry == first ? 1 - above : above;
  }
}
