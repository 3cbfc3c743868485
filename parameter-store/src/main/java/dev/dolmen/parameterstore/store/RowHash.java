package dev.dolmen.parameterstore.store;

/** Hashes a slot's state, row after row. */
final class RowHash {
  private RowHash() {}

  static long start(long evictions, int expirePosition, long steps, long filterHash) {
    return SeededBits.mix(
        SeededBits.mix(evictions + 1)
            + 31L * expirePosition
            + SeededBits.mix(~steps)
            + SeededBits.mix(filterHash));
  }

  static long add(long hash, long fid, int lastSeenSec, int occurrences) {
    long next = SeededBits.mix(hash ^ fid);
    return SeededBits.mix(
        next ^ (((long) lastSeenSec << 32) | Integer.toUnsignedLong(occurrences)));
  }

  static long add(long hash, int bits) {
    return hash * 0x9E3779B97F4A7C15L + bits + (hash >>> 32);
  }
}
