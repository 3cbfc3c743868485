package dev.dolmen.evaluation.study;

/**
 * What one table made of the stream.
 *
 * @param bucketsPerValue of a hashed table; 0 for ours
 * @param buckets of all slots; for ours the values, each of which may have a row
 * @param collidingShare share of values that share a bucket
 * @param predictions validated before they were learned
 * @param recallAt20 of them
 * @param mrrAt20 of them
 */
record CollisionFigures(
    double bucketsPerValue,
    long buckets,
    double collidingShare,
    long predictions,
    double recallAt20,
    double mrrAt20) {
  boolean ours() {
    return bucketsPerValue == 0;
  }

  /** As tables and plots name it. */
  String name() {
    if (ours()) {
      return "ours";
    }
    return bucketsPerValue < 1
        ? "1/" + Math.round(1 / bucketsPerValue)
        : Long.toString(Math.round(bucketsPerValue));
  }
}
