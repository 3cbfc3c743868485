package dev.dolmen.parameterstore.feature;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The fids of one item or one visit, grouped by feature column in compressed sparse rows: entries
 * of column {@code c} stand at {@code columnStart[c] .. columnStart[c + 1] - 1}. Weights of a
 * column that is present sum to 1. Immutable by convention: nobody writes to the arrays.
 *
 * @param fids 64-bit ids of values
 * @param weights pooling weight per fid
 * @param columnStart first entry of each column, and the number of entries at the end
 */
@SuppressWarnings("ArrayRecordComponent") // A carrier of arrays for hot loops.
public record Features(long[] fids, float[] weights, int[] columnStart) {
  /** Whether the other has the same fids with the same weights in the same columns. */
  @Override
  public boolean equals(@Nullable Object other) {
    return this == other
        || (other instanceof Features features
            && Arrays.equals(fids, features.fids)
            && Arrays.equals(weights, features.weights)
            && Arrays.equals(columnStart, features.columnStart));
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(fids);
  }
}
