package dev.dolmen.parameterstore.table;

import dev.dolmen.parameterstore.memory.NativeMemory;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Finds the address of a fid's row: open addressing with linear probing over longs, 16 bits of hash
 * above 48 bits of address.
 *
 * <p>It is split into 256 stripes by other bits of the hash. A stripe that is 3/4 full is copied
 * into one with room, which then takes its place, so that growing costs the writer a 256th of the
 * rows at a time and readers nothing. Removed entries become tombstones, which the copy leaves out.
 * Between 10.7 and 21.3 bytes a row in steady growth.
 *
 * <p>One writer, any readers. A reader may get an address that the writer retires at the same
 * moment, so it must check the row's fid and sequence after it has copied it.
 */
final class AddressIndex {
  /** Generations and tags use the bits above those of an address. */
  static final long ADDRESS_MASK = (1L << 48) - 1;

  private static final int STRIPES = 256;
  private static final int INITIAL_SLOTS = 8;
  private static final long TOMBSTONE = 1;
  private static final VarHandle ENTRY = MethodHandles.arrayElementVarHandle(long[].class);
  private static final VarHandle STRIPE = MethodHandles.arrayElementVarHandle(long[][].class);

  private final long[][] stripes = new long[STRIPES][INITIAL_SLOTS];
  private final int[] used = new int[STRIPES];
  private final int[] live = new int[STRIPES];
  private long slots = (long) STRIPES * INITIAL_SLOTS;

  /**
   * Address of what is probably the fid's row, or 0: reads the index only, not the row, and so may
   * be fooled by another fid with the same 16 bits of hash.
   */
  long candidate(long fid) {
    long hash = SeededBits.mix(fid);
    long[] stripe = (long[]) STRIPE.getAcquire(stripes, stripe(hash));
    long tag = tag(hash);
    int mask = stripe.length - 1;
    for (int i = (int) hash & mask; ; i = (i + 1) & mask) {
      long entry = (long) ENTRY.getAcquire(stripe, i);
      if (entry == 0) {
        return 0;
      }
      if ((entry & ~ADDRESS_MASK) == tag && entry != TOMBSTONE) {
        return entry & ADDRESS_MASK;
      }
    }
  }

  /** Address of the fid's row, or 0. */
  long find(long fid) {
    long hash = SeededBits.mix(fid);
    long[] stripe = (long[]) STRIPE.getAcquire(stripes, stripe(hash));
    long tag = tag(hash);
    int mask = stripe.length - 1;
    for (int i = (int) hash & mask; ; i = (i + 1) & mask) {
      // Read once: the writer may retire the entry at any moment.
      long entry = (long) ENTRY.getAcquire(stripe, i);
      if (entry == 0) {
        return 0;
      }
      if (isFid(entry, tag, fid)) {
        return entry & ADDRESS_MASK;
      }
    }
  }

  private static boolean isFid(long entry, long tag, long fid) {
    return (entry & ~ADDRESS_MASK) == tag
        && entry != TOMBSTONE
        && fidAt(entry & ADDRESS_MASK) == fid;
  }

  /** Where the fid's entry stands, or -1. Writer. */
  private static int position(long[] stripe, long hash, long fid) {
    long tag = tag(hash);
    int mask = stripe.length - 1;
    for (int i = (int) hash & mask; stripe[i] != 0; i = (i + 1) & mask) {
      if (isFid(stripe[i], tag, fid)) {
        return i;
      }
    }
    return -1;
  }

  /** Adds a fid that is not there. The row must be whole. Writer. */
  void add(long fid, long address) {
    long hash = SeededBits.mix(fid);
    int number = stripe(hash);
    if (used[number] + 1 > stripes[number].length / 4 * 3) {
      rebuild(number);
    }
    long[] stripe = stripes[number];
    int mask = stripe.length - 1;
    int i = (int) hash & mask;
    while (stripe[i] > TOMBSTONE || stripe[i] < 0) {
      i = (i + 1) & mask;
    }
    used[number] += stripe[i] == 0 ? 1 : 0;
    live[number]++;
    ENTRY.setRelease(stripe, i, tag(hash) | address);
  }

  /** Retires the fid's address; its row must still be as it was. Writer. */
  void remove(long fid) {
    long hash = SeededBits.mix(fid);
    int number = stripe(hash);
    int at = position(stripes[number], hash, fid);
    if (at < 0) {
      throw new IllegalStateException("fid " + fid + " is not in the index");
    }
    live[number]--;
    ENTRY.setRelease(stripes[number], at, TOMBSTONE);
  }

  /** Copies a stripe without its tombstones into one that is at most 3/8 full. */
  private void rebuild(int number) {
    long[] old = stripes[number];
    int size = INITIAL_SLOTS;
    while (size / 8 * 3 < live[number] + 1) {
      size *= 2;
    }
    long[] next = new long[size];
    int mask = size - 1;
    for (long entry : old) {
      if (entry != 0 && entry != TOMBSTONE) {
        int i = (int) SeededBits.mix(fidAt(entry & ADDRESS_MASK)) & mask;
        while (next[i] != 0) {
          i = (i + 1) & mask;
        }
        next[i] = entry;
      }
    }
    used[number] = live[number];
    slots += size - old.length;
    STRIPE.setRelease(stripes, number, next);
  }

  /** Bytes of all stripes. Writer. */
  long memoryBytes() {
    return 8 * slots + STRIPES * (16L + 4 + 8);
  }

  private static long fidAt(long address) {
    return NativeMemory.getLong(address + RowDescriptor.FID_OFFSET);
  }

  private static int stripe(long hash) {
    return (int) (hash >>> 56);
  }

  private static long tag(long hash) {
    return (hash << 16) & ~ADDRESS_MASK;
  }
}
