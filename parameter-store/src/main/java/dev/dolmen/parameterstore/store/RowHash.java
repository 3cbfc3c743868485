package dev.dolmen.parameterstore.store;

import dev.dolmen.parameterstore.random.MixedBits;

/** Hashes a slot's state, row after row. */
final class RowHash {
  private RowHash() {}

  static long start(long evictions, int expirePosition, long steps, long filterHash) {
    return MixedBits.mix(
        MixedBits.mix(evictions + 1)
            + 31L * expirePosition
            + MixedBits.mix(~steps)
            + MixedBits.mix(filterHash));
  }

  static long add(long hash, long fid, int lastSeenSec, int occurrences) {
    long next = MixedBits.mix(hash ^ fid);
    return MixedBits.mix(next ^ (((long) lastSeenSec << 32) | Integer.toUnsignedLong(occurrences)));
  }

  static long add(long hash, int bits) {
    return hash * MixedBits.GOLDEN + bits + (hash >>> 32);
  }
}
