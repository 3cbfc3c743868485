package dev.dolmen.parameterstore.feature;

/** Where the entries of a column go, one after the other. */
interface EntryReceiver {
  /** Adds a fid with its pooling weight. */
  void add(long fid, float weight);

  /** Adds two neighbouring knots, or one where the number lies on it. */
  default void addBetween(long below, long above, float weightAbove) {
    if (weightAbove < 1) {
      add(below, 1 - weightAbove);
    }
    if (weightAbove > 0) {
      add(above, weightAbove);
    }
  }
}
