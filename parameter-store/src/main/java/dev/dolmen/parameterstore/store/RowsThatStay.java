package dev.dolmen.parameterstore.store;

import java.io.IOException;
import java.util.Arrays;

/**
 * Which rows of a slot stay where there is room for fewer: the most recently seen, of those of one
 * second the most often seen, of those the first by number.
 *
 * @param threshold rows of a higher {@link #rank} stay
 * @param ties of those of this very rank, so many stay, the first by number
 */
record RowsThatStay(long threshold, long ties) {
  /** What decides about a row. */
  static long rank(RowCursor row) {
    return row.lastSeenSec() << Integer.SIZE | row.occurrences();
  }

  /**
   * Reads all rows.
   *
   * @param room rows that stay, fewer than there are
   */
  static RowsThatStay of(RowCursor rows, int room) throws IOException {
    long[] ranks = new long[rows.rows()];
    while (rows.next()) {
      // Unsigned seconds fill the upper half: the sign is turned, so that longs compare as these.
      ranks[rows.number()] = rank(rows) ^ Long.MIN_VALUE;
    }
    Arrays.parallelSort(ranks);
    long threshold = ranks[ranks.length - room];
    int higher = ranks.length;
    while (higher > 0 && ranks[higher - 1] > threshold) {
      higher--;
    }
    return new RowsThatStay(threshold ^ Long.MIN_VALUE, room - (ranks.length - (long) higher));
  }
}
