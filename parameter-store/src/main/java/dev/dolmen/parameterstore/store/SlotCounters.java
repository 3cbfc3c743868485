package dev.dolmen.parameterstore.store;

/** What happened in a slot: counted by the writer, published for any thread to read. */
final class SlotCounters {
  long admitted;
  long filtered;
  long expired;
  long evicted;
  long refusedGradients;
  private long rows;
  private long rowsBytes;
  private long indexBytes;
  private long touchedBytes;

  /** Written last, read first: whoever reads it sees the others as they were then or later. */
  private volatile long filterBytes;

  void publish(long rows, long rowsBytes, long indexBytes, long touchedBytes, long filterBytes) {
    this.rows = rows;
    this.rowsBytes = rowsBytes;
    this.indexBytes = indexBytes;
    this.touchedBytes = touchedBytes;
    this.filterBytes = filterBytes;
  }

  SlotStatistics statistics(long rowBytes, long lookups, long hits, long maxRows, long maxBytes) {
    long filter = filterBytes;
    return new SlotStatistics(
        rows,
        rowBytes,
        rowsBytes + indexBytes + touchedBytes + filter,
        admitted,
        filtered,
        expired,
        evicted,
        lookups,
        hits,
        refusedGradients,
        maxRows,
        maxBytes,
        rowsBytes,
        indexBytes,
        touchedBytes,
        filter);
  }
}
