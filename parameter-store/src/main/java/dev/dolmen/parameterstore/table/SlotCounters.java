package dev.dolmen.parameterstore.table;

/** What happened in a slot: counted by the writer, published for any thread to read. */
final class SlotCounters {
  long admitted;
  long filtered;
  long expired;
  long evicted;
  long refusedGradients;
  private long rows;

  /** Written last, read first: whoever reads it sees the others as they were then or later. */
  private volatile long memoryBytes;

  void publish(long rows, long memoryBytes) {
    this.rows = rows;
    this.memoryBytes = memoryBytes;
  }

  SlotStatistics statistics(long rowBytes, long lookups, long hits) {
    long memory = memoryBytes;
    return new SlotStatistics(
        rows,
        rowBytes,
        memory,
        admitted,
        filtered,
        expired,
        evicted,
        lookups,
        hits,
        refusedGradients);
  }
}
