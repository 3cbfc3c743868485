package dev.dolmen.parameterstore.store;

import java.util.Objects;

/** Refuses a batch that does not fit its arrays before anything is changed. */
final class BatchBounds {
  private BatchBounds() {}

  /**
   * @throws IndexOutOfBoundsException if there are not n fids from {@code from} on, or not n rows
   *     of floats from {@code offset} on
   */
  static void check(long[] fids, int from, int n, float[] rows, int offset, int dim) {
    Objects.checkFromIndexSize(from, n, fids.length);
    Objects.checkFromIndexSize(offset, (long) n * dim, rows.length);
  }

  /**
   * @throws IllegalArgumentException if one is below 1
   */
  static void checkOccurrences(int[] occurrences, int from, int n) {
    Objects.checkFromIndexSize(from, n, occurrences.length);
    for (int i = from; i < from + n; i++) {
      if (occurrences[i] < 1) {
        throw new IllegalArgumentException(
            "occurrences[" + i + "]: " + occurrences[i] + " is not above 0");
      }
    }
  }
}
