package dev.dolmen.evaluation.exchange;

import java.util.List;

/**
 * What one trainer has changed since an exchange: of dense parameters and of embedding rows the
 * weights as they are now, less those that all began with. What its optimizers remember stays with
 * it.
 *
 * @param trainer from 0
 * @param round number of the exchange for which it was made
 * @param predictions that it rests on
 * @param dense change of each dense parameter
 * @param rows changes by slot
 */
@SuppressWarnings("ArrayRecordComponent") // Handed on, never compared.
public record Contribution(
    int trainer, long round, long predictions, float[] dense, List<RowChanges> rows) {
  public Contribution {
    rows = List.copyOf(rows);
  }

  /** Whether every number in it is finite. */
  boolean isFinite() {
    return finite(dense) && rows.stream().allMatch(slot -> finite(slot.changes()));
  }

  private static boolean finite(float[] numbers) {
    for (float number : numbers) {
      if (!Float.isFinite(number)) {
        return false;
      }
    }
    return true;
  }

  /** What it counts for: its predictions, 1 at least. */
  double weight() {
    return Math.max(1, predictions);
  }

  /** Bytes of its numbers, as floats, with the fids. */
  public long bytes() {
    return (long) Float.BYTES * dense.length + rows.stream().mapToLong(RowChanges::bytes).sum();
  }
}
