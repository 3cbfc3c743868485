package dev.dolmen.parameterstore.schema;

/**
 * How the embedding rows of one slot are kept.
 *
 * @param dim floats of weight in a row, 1 to 1,024
 * @param admission when a value gets a row of its own
 * @param ttlSec seconds of event time without an occurrence after which a row is removed; 0 never
 * @param maxRows rows at most, 1 to 1,073,741,824; the least recently seen make room
 * @param optimizer the sparse optimiser of the slot
 * @param initialStdDev standard deviation of a new row's weights
 */
public record RowOptions(
    int dim,
    AdmissionOptions admission,
    long ttlSec,
    long maxRows,
    SparseOptimizerOptions optimizer,
    float initialStdDev) {
  /** Most rows that a slot can keep. */
  public static final long MAX_ROWS = 1L << 30;

  /**
   * @throws IllegalArgumentException naming field, value and expectation
   */
  public RowOptions {
    Checks.range(dim, 1, 1024, "dim");
    Checks.check(ttlSec >= 0, "ttlSec", ttlSec, "0 or more");
    Checks.range(maxRows, 1, MAX_ROWS, "maxRows");
    Checks.finiteFrom(initialStdDev, 0, "initialStdDev");
  }

  /**
   * Rows that are admitted by counted occurrences.
   *
   * @param occurrenceThreshold occurrences before a value gets a row of its own, 1 to 1,000,000
   * @throws IllegalArgumentException naming field, value and expectation
   */
  public RowOptions(
      int dim,
      int occurrenceThreshold,
      long ttlSec,
      long maxRows,
      SparseOptimizerOptions optimizer,
      float initialStdDev) {
    this(
        dim,
        new AdmissionOptions.Occurrences(occurrenceThreshold),
        ttlSec,
        maxRows,
        optimizer,
        initialStdDev);
  }
}
