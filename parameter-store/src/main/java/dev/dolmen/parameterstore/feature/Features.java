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
 * @param vectors by slot of kind vector, whose columns have no entries: a vector of length 1 as
 *     {@link UnitVector} has it, without numbers where there is none; empty if there is none at all
 */
@SuppressWarnings("ArrayRecordComponent") // A carrier of arrays for hot loops.
public record Features(long[] fids, float[] weights, int[] columnStart, short[][] vectors) {
  static final short[][] NO_VECTORS = {};

  /** Without vectors. */
  public Features(long[] fids, float[] weights, int[] columnStart) {
    this(fids, weights, columnStart, NO_VECTORS);
  }

  /** Bytes that the numbers of its vectors take. */
  public long vectorBytes() {
    long bytes = 0;
    for (short[] vector : vectors) {
      bytes += Short.BYTES * (long) vector.length;
    }
    return bytes;
  }

  /** Whether the other has the same fids with the same weights in the same columns, and vectors. */
  @Override
  public boolean equals(@Nullable Object other) {
    return this == other
        || (other instanceof Features features
            && Arrays.equals(fids, features.fids)
            && Arrays.equals(weights, features.weights)
            && Arrays.equals(columnStart, features.columnStart)
            && Arrays.deepEquals(vectors, features.vectors));
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(fids);
  }
}
