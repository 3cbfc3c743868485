package dev.dolmen.parameterstore.schema;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * How the embedding rows of one slot are kept.
 *
 * @param admission when a value gets a row of its own
 * @param ttlSec seconds of event time without an occurrence after which a row is removed; 0 never
 * @param maxRows rows at most, 1 to 1,073,741,824; the least recently seen make room
 * @param maxBytes bytes of memory at most for all that the slot keeps, 1 MiB or more; the least
 *     recently seen rows make room; 0 for as many as {@code maxRows} take
 * @param storage how weights are kept
 * @param segments parts of a row, whose floats of weight follow one another, 1,024 in all at most
 */
public record RowOptions(
    AdmissionOptions admission,
    long ttlSec,
    long maxRows,
    long maxBytes,
    WeightStorage storage,
    List<RowSegment> segments) {
  /** Most rows that a slot can keep. */
  public static final long MAX_ROWS = 1L << 30;

  /** Most floats of weight in a row. */
  public static final int MAX_DIM = 1024;

  /** Least budget of memory. */
  public static final long MIN_BYTES = 1L << 20;

  /** Most parts of a row. */
  public static final int MAX_SEGMENTS = 8;

  /**
   * @throws IllegalArgumentException naming field, value and expectation
   */
  public RowOptions {
    segments = List.copyOf(segments);
    Checks.range(segments.size(), 1, MAX_SEGMENTS, "segments");
    Set<String> names = new HashSet<>();
    for (RowSegment segment : segments) {
      Checks.check(names.add(segment.name()), "segments", segment.name(), "a name used once");
    }
    Checks.range(sum(segments), 1, MAX_DIM, "dim");
    Checks.check(ttlSec >= 0, "ttlSec", ttlSec, "0 or more");
    Checks.range(maxRows, 1, MAX_ROWS, "maxRows");
    Checks.check(
        maxBytes == 0 || maxBytes >= MIN_BYTES, "maxBytes", maxBytes, "0 or at least " + MIN_BYTES);
  }

  /**
   * Rows of one segment in floats, bounded by their number only.
   *
   * @param dim floats of weight in a row, 1 to 1,024
   * @throws IllegalArgumentException naming field, value and expectation
   */
  public RowOptions(
      int dim,
      AdmissionOptions admission,
      long ttlSec,
      long maxRows,
      SparseOptimizerOptions optimizer,
      float initialStdDev) {
    this(
        admission,
        ttlSec,
        maxRows,
        0,
        WeightStorage.FP32,
        List.of(new RowSegment("weights", dim, optimizer, initialStdDev)));
  }

  /**
   * Rows of one segment in floats that are admitted by counted occurrences.
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

  /** The same with other storage. */
  public RowOptions withStorage(WeightStorage other) {
    return new RowOptions(admission, ttlSec, maxRows, maxBytes, other, segments);
  }

  /** The same with another budget of memory. */
  public RowOptions withMaxBytes(long bytes) {
    return new RowOptions(admission, ttlSec, maxRows, bytes, storage, segments);
  }

  /** The same rows in other parts. */
  public RowOptions withSegments(List<RowSegment> parts) {
    return new RowOptions(admission, ttlSec, maxRows, maxBytes, storage, parts);
  }

  /** Floats of weight in a row. */
  public int dim() {
    return sum(segments);
  }

  /** The sparse optimiser of the first segment: the slot's, where there is only one. */
  public SparseOptimizerOptions optimizer() {
    return segments.getFirst().optimizer();
  }

  /** Standard deviation of a new row's weights in the first segment. */
  public float initialStdDev() {
    return segments.getFirst().initialStdDev();
  }

  private static int sum(List<RowSegment> segments) {
    return segments.stream().mapToInt(RowSegment::dim).sum();
  }
}
