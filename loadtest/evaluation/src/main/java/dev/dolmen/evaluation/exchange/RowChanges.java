package dev.dolmen.evaluation.exchange;

/**
 * Changes of some rows of one slot, each fid once.
 *
 * @param dim floats of a row
 * @param fids whose rows changed; the out-of-vocabulary row under its own
 * @param changes row-major [fids, dim]
 */
@SuppressWarnings("ArrayRecordComponent") // Handed on, never compared.
public record RowChanges(int dim, long[] fids, float[] changes) {
  /**
   * @throws IllegalArgumentException if there are not {@code dim} floats for each fid
   */
  public RowChanges {
    if (changes.length != dim * fids.length) {
      throw new IllegalArgumentException(
          changes.length + " floats for " + fids.length + " rows of " + dim);
    }
  }

  /** No changes. */
  public static RowChanges none(int dim) {
    return new RowChanges(dim, new long[0], new float[0]);
  }

  /** Rows. */
  public int size() {
    return fids.length;
  }

  /** Bytes of fids and floats. */
  long bytes() {
    return (long) Long.BYTES * fids.length + (long) Float.BYTES * changes.length;
  }
}
