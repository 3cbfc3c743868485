package dev.dolmen.parameterstore.store;

/**
 * What is known of a fid besides the weights of its row.
 *
 * @param own whether it has a row of its own
 * @param occurrences in training: of a row of its own those since it came, and those that it came
 *     by, its slot's threshold at most; without one those that count towards one, as far as they
 *     are remembered; -1 where none are counted
 * @param lastSeenSec event time of its last occurrence, seconds since 1970; -1 without a row of its
 *     own, or where it is not kept
 */
public record RowFacts(boolean own, long occurrences, long lastSeenSec) {
  /** Of a fid without a row of its own. */
  static RowFacts without(long occurrences) {
    return new RowFacts(false, occurrences, -1);
  }

  /** Of a row of which nothing but the weights is kept. */
  static RowFacts weightsAlone(boolean own) {
    return new RowFacts(own, -1, -1);
  }
}
