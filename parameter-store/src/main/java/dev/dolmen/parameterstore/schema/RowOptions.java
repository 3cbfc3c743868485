package dev.dolmen.parameterstore.schema;

import dev.dolmen.parameterstore.range.WholeRange;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * How the embedding rows of one slot are kept.
 *
 * @param admission when a value gets a row of its own
 * @param ttlSec seconds of event time without an occurrence after which a row is removed, in {@link
 *     #TTL_SEC}; 0 never
 * @param maxRows rows at most, in {@link #ROWS}; the least recently seen make room
 * @param maxBytes bytes of memory at most for all that the slot keeps, in {@link #BYTES}; the least
 *     recently seen rows make room; 0 for as many as {@code maxRows} take
 * @param storage how weights are kept
 * @param segments parts of a row, whose floats of weight follow one another, {@link #DIM} in all
 */
public record RowOptions(
    AdmissionOptions admission,
    long ttlSec,
    long maxRows,
    long maxBytes,
    WeightStorage storage,
    List<RowSegment> segments) {
  /** How long rows can stay without an occurrence, in seconds. */
  public static final WholeRange TTL_SEC = WholeRange.of(0, 36_500L * 86_400);

  /** How many rows a slot can keep. */
  public static final WholeRange ROWS = WholeRange.of(1, 1L << 30);

  /** How many floats of weight a row can have. */
  public static final WholeRange DIM = WholeRange.of(1, 1_024);

  /** Budgets of memory, where there is one. */
  public static final WholeRange BYTES = WholeRange.of(1L << 20, 1L << 50);

  /** How many parts a row can have. */
  public static final WholeRange SEGMENTS = WholeRange.of(1, 8);

  /**
   * @throws IllegalArgumentException naming field, value and expectation
   */
  public RowOptions {
    segments = List.copyOf(segments);
    SEGMENTS.check("segments", segments.size());
    Set<String> names = new HashSet<>();
    for (RowSegment segment : segments) {
      Checks.check(names.add(segment.name()), "segments", segment.name(), "a name used once");
    }
    DIM.check("dim", sum(segments));
    TTL_SEC.check("ttlSec", ttlSec);
    ROWS.check("maxRows", maxRows);
    if (maxBytes != 0) {
      BYTES.check("maxBytes", maxBytes);
    }
  }

  /**
   * Rows of one segment in floats, bounded by their number only.
   *
   * @param dim floats of weight in a row, in {@link #DIM}
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
   * @param occurrenceThreshold occurrences before a value gets a row of its own
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
