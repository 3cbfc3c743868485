package dev.dolmen.evaluation.exchange;

/** Makes one change of several of the same numbers; made for the contributions of one exchange. */
@FunctionalInterface
interface Combiner {
  /**
   * Combines.
   *
   * @param out overwritten, [block.length]
   */
  void combine(Block block, float[] out);
}
