package dev.dolmen.server.config;

import dev.dolmen.parameterstore.range.WholeRange;

/**
 * What calls may make the process hold: requests on their way or being answered, as the objects
 * they become, and answers that are not taken.
 *
 * @param maxBytesInFlight of all calls; 0 is a share of the heap
 * @param maxConnectionBytesInFlight of the calls of one connection; 0 is a share of the above
 * @param windowBytes what a caller may send ahead on one connection, and on one call, of requests
 *     that nobody has asked for yet
 */
public record MemoryLimits(
    long maxBytesInFlight, long maxConnectionBytesInFlight, int windowBytes) {
  /**
   * Of the heap: besides it there are the catalogue, sessions, snapshots and the collector's room.
   */
  private static final int HEAP_SHARE = 8;

  /** Of the process: a caller may be busy, and three others as busy. */
  private static final int CONNECTION_SHARE = 4;

  /** A largest message may become an object of several times its size. */
  private static final int MESSAGE_WEIGHT = 4;

  static MemoryLimits read(ConfigSection s) {
    WholeRange bytes = WholeRange.of(1L << 20, 1L << 40);
    return new MemoryLimits(
        s.bytesOrNone("max_bytes_in_flight", 0, bytes),
        s.bytesOrNone("max_connection_bytes_in_flight", 0, bytes),
        (int) s.bytes("window_bytes", 64L << 10, WholeRange.of(64L << 10, 8L << 20)));
  }

  /**
   * Bytes of one connection: what is configured, or a quarter of the process's, but at least one
   * largest message.
   */
  public long connectionBytes(long heapBytes, int maxMessageBytes) {
    return maxConnectionBytesInFlight > 0
        ? maxConnectionBytesInFlight
        : Math.max(
            processBytes(heapBytes, maxMessageBytes) / CONNECTION_SHARE,
            (long) MESSAGE_WEIGHT * maxMessageBytes);
  }

  /**
   * Bytes of all calls: what is configured, or an eighth of the heap, but at least two callers'.
   */
  public long processBytes(long heapBytes, int maxMessageBytes) {
    return maxBytesInFlight > 0
        ? maxBytesInFlight
        : Math.max(heapBytes / HEAP_SHARE, 2L * MESSAGE_WEIGHT * maxMessageBytes);
  }
}
