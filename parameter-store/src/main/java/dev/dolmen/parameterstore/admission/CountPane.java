package dev.dolmen.parameterstore.admission;

import dev.dolmen.parameterstore.random.MixedBits;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/**
 * One pane of the filter: an open-addressing table of longs, 44 bits of fingerprint above 20 bits
 * of count; 0 is empty. A fingerprint's home is its upper bits, so the table can grow without
 * knowing the values. Not a map of Agrona, which takes 16 bytes for what fits into 8 here; and the
 * array is what a snapshot holds, so that its layout is this class's own.
 */
final class CountPane {
  static final int MAX_COUNT = 1_000_000;

  private static final int COUNT_BITS = 20;
  private static final long COUNT_MASK = (1L << COUNT_BITS) - 1;
  private static final int FINGERPRINT_BITS = Long.SIZE - COUNT_BITS;
  private static final int INITIAL_LOG2 = 6;

  private long[] entries;
  private int log2 = INITIAL_LOG2;
  private int values;

  CountPane() {
    this(new long[1 << INITIAL_LOG2]);
  }

  private CountPane(long[] entries) {
    this.entries = entries;
  }

  /** 44 well-mixed bits. */
  static long fingerprint(long fid) {
    return MixedBits.mix(fid + MixedBits.GOLDEN) >>> COUNT_BITS;
  }

  int values() {
    return values;
  }

  int count(long fingerprint) {
    return (int) (entries[find(fingerprint)] & COUNT_MASK);
  }

  /**
   * The same for other threads than that which puts: of the entries of one moment, which may be
   * ones that are just being moved. An entry is read whole, and an array ends the search where it
   * ends.
   */
  int countNow(long fingerprint) {
    long[] now = entries;
    int mask = now.length - 1;
    int at = (int) (fingerprint >>> (FINGERPRINT_BITS - Integer.bitCount(mask)));
    for (int probes = 0; probes <= mask; probes++) {
      long entry = now[at];
      if (entry == 0 || (entry >>> COUNT_BITS) == fingerprint) {
        return (int) (entry & COUNT_MASK);
      }
      at = (at + 1) & mask;
    }
    return 0;
  }

  void put(long fingerprint, int count) {
    int at = find(fingerprint);
    if (entries[at] == 0) {
      if (values + 1 > entries.length / 4 * 3) {
        grow();
        at = find(fingerprint);
      }
      values++;
    }
    entries[at] = (fingerprint << COUNT_BITS) | count;
  }

  /** Takes what is counted. */
  @FunctionalInterface
  interface Counted {
    /** Takes one value's count. */
    void take(long fingerprint, int count);
  }

  /** Goes through all values, in the order of their places. */
  void forEach(Counted counted) {
    for (long entry : entries) {
      if (entry != 0) {
        counted.take(entry >>> COUNT_BITS, (int) (entry & COUNT_MASK));
      }
    }
  }

  /** One that does not change with this one. */
  CountPane copy() {
    CountPane copy = share();
    copy.entries = entries.clone();
    return copy;
  }

  /** One with the same entries, for as long as nothing is put here; clearing is fine. */
  CountPane share() {
    CountPane other = new CountPane(entries);
    other.log2 = log2;
    other.values = values;
    return other;
  }

  /** Forgets everything and gives the memory back. */
  void clear() {
    log2 = INITIAL_LOG2;
    entries = new long[1 << log2];
    values = 0;
  }

  private int find(long fingerprint) {
    int mask = entries.length - 1;
    int at = (int) (fingerprint >>> (FINGERPRINT_BITS - log2));
    while (entries[at] != 0 && (entries[at] >>> COUNT_BITS) != fingerprint) {
      at = (at + 1) & mask;
    }
    return at;
  }

  private void grow() {
    long[] old = entries;
    log2++;
    entries = new long[1 << log2];
    for (long entry : old) {
      if (entry != 0) {
        entries[find(entry >>> COUNT_BITS)] = entry;
      }
    }
  }

  static long memoryBytesMax(int values) {
    long entries = 1L << INITIAL_LOG2;
    while (entries / 4 * 3 < values) {
      entries *= 2;
    }
    return 8 * entries;
  }

  long memoryBytes() {
    return 8L * entries.length;
  }

  long stateHash() {
    return Arrays.hashCode(entries) * 31L + values;
  }

  void writeTo(DataOutput out) throws IOException {
    out.writeInt(log2);
    out.writeInt(values);
    for (long entry : entries) {
      out.writeLong(entry);
    }
  }

  void readFrom(DataInput in, int maxValues) throws IOException {
    log2 = in.readInt();
    values = in.readInt();
    if (log2 < INITIAL_LOG2 || log2 > 30 || values < 0 || values > maxValues) {
      throw new IOException("filter: a pane of 2^" + log2 + " entries with " + values + " values");
    }
    entries = new long[1 << log2];
    for (int i = 0; i < entries.length; i++) {
      entries[i] = in.readLong();
    }
  }
}
