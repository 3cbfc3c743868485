package dev.dolmen.parameterstore.store;

/** What one slot's slice of an expiry sweep did, packed into a long: no allocation per slice. */
final class ExpirySweep {
  private static final long ENDED = 1L << 63;

  private ExpirySweep() {}

  /**
   * @param looked rows looked at
   * @param removed rows removed
   * @param ended whether the slot's last row was reached
   */
  static long of(int looked, int removed, boolean ended) {
    return (ended ? ENDED : 0) | ((long) looked << 32) | removed;
  }

  static int looked(long sweep) {
    return (int) ((sweep & ~ENDED) >>> 32);
  }

  static int removed(long sweep) {
    return (int) sweep;
  }

  static boolean ended(long sweep) {
    return (sweep & ENDED) != 0;
  }
}
