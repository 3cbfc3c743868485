package dev.dolmen.parameterstore.store;

import dev.dolmen.parameterstore.schema.RowOptions;
import dev.dolmen.parameterstore.schema.RowSegment;
import dev.dolmen.parameterstore.schema.SparseOptimizerOptions;
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
   * @param n floats from {@code offset} on
   * @throws IllegalArgumentException if one is not finite, or weights of these rows cannot be set
   */
  static void checkSettable(RowOptions options, float[] weights, int offset, int n) {
    for (RowSegment segment : options.segments()) {
      SparseOptimizerOptions.Kind kind = segment.optimizer().kind();
      if (kind == SparseOptimizerOptions.Kind.FTRL
          || kind == SparseOptimizerOptions.Kind.GROUP_FTRL) {
        throw new IllegalArgumentException(
            "segment " + segment.name() + ": weights by " + kind + " are a function of its state");
      }
    }
    for (int i = offset; i < offset + n; i++) {
      if (!Float.isFinite(weights[i])) {
        throw new IllegalArgumentException(
            "weights[" + i + "]: " + weights[i] + ", expected a finite number");
      }
    }
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
