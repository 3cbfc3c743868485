package dev.dolmen.parameterstore.feature;

import org.jspecify.annotations.Nullable;

/**
 * One feature column of {@link Features}.
 *
 * @param name slot name, with the level for a category path: {@code category/0}
 * @param slot number of the slot whose embedding rows stand in it
 * @param dim floats that it fills of an encoding: those of such a row
 * @param dimension numbers of the vectors that stand in it instead of rows; 0 for a column of rows
 * @param ages whether its entry names the moment of birth, and its rows and weights follow from the
 *     age at the time of looking: see {@link AgeKnots}
 * @param knots where its entry is a number whose rows and weights follow from the knots that are
 *     learned by the time of looking; null for all other columns
 */
public record ColumnSpec(
    String name, int slot, int dim, int dimension, boolean ages, @Nullable LearnedKnots knots) {
  /** A column whose entries are rows or vectors as they are. */
  public ColumnSpec(String name, int slot, int dim, int dimension) {
    this(name, slot, dim, dimension, false, null);
  }

  /** Whether its rows follow from the moment of looking: {@link #read} tells them. */
  public boolean isLookedUp() {
    return ages || knots != null;
  }

  /**
   * Reads its entry in features, where that is looked up.
   *
   * @param entry its place in them
   * @param nowSec the time of looking, seconds of event time
   * @param out overwritten
   */
  public void read(Features features, int entry, long nowSec, KnotEntries out) {
    out.clear();
    long number = features.fids()[entry];
    LearnedKnots learned = knots;
    if (learned != null) {
      learned.add(slot, Double.longBitsToDouble(number), out);
    } else {
      long below = AgeKnots.below(nowSec - number);
      float above = AgeKnots.weightAbove(nowSec - number);
      out.add(below, 1 - above);
      out.add(below + 1, above);
    }
  }
}
