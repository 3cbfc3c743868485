package dev.dolmen.parameterstore.store;

import dev.dolmen.parameterstore.memory.NativeMemory;
import dev.dolmen.parameterstore.random.MixedBits;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Finds the number of a fid's row: open addressing with linear probing over longs, 32 bits of hash
 * above the number plus 1.
 *
 * <p>It is split into stripes by other bits of the hash. A stripe that is 3/4 full is copied into
 * one that is at most 3/5 full, which then takes its place, so that growing costs the writer one
 * stripe at a time and readers nothing; the copy looks at no row. Removed entries become
 * tombstones, which the copy leaves out, and a stripe that is less than half full is copied into a
 * smaller one. Between 10.7 and 13.4 bytes a row while it grows, {@link #BYTES_PER_ROW_MAX} at
 * most.
 *
 * <p>It is no library's map because none of those at hand is read without a lock while it is
 * written to, and because a fid would stand in it once more: here it stands in its row alone.
 *
 * <p>One writer, any readers. A row that takes another's number, or a number that another row
 * takes, may change under a reader, so it must check the row's fid and sequence after it has copied
 * it.
 */
final class RowIndex {
  /** A row's share of the largest a stripe can be, if the stripe has more than its first slots. */
  static final int BYTES_PER_ROW_MAX = 16;

  private static final int INITIAL_SLOTS = 8;
  private static final int MAX_STRIPES_LOG2 = 10;
  private static final int ROWS_PER_STRIPE_LOG2 = 13;
  private static final int ARRAY_HEADER_BYTES = 16;

  /** No number, and not empty either. */
  private static final long TOMBSTONE = 1L << 32;

  /** The search met a row that was being written, or an entry that changed. */
  private static final int AGAIN = -2;

  private static final VarHandle ENTRY = MethodHandles.arrayElementVarHandle(long[].class);
  private static final VarHandle STRIPE = MethodHandles.arrayElementVarHandle(long[][].class);

  private final long[][] stripes;
  private final int stripeShift;
  private final int[] used;
  private final int[] live;
  private long slots;

  /**
   * @param maxRows rows at most, which decide the number of stripes
   */
  RowIndex(long maxRows) {
    int log2 = stripesLog2(maxRows);
    stripes = new long[1 << log2][INITIAL_SLOTS];
    stripeShift = Integer.SIZE - log2;
    used = new int[stripes.length];
    live = new int[stripes.length];
    slots = (long) stripes.length * INITIAL_SLOTS;
  }

  private static int stripesLog2(long maxRows) {
    int log2 = Long.SIZE - Long.numberOfLeadingZeros(Math.max(1, maxRows) - 1);
    return Math.clamp(log2 - ROWS_PER_STRIPE_LOG2, 0, MAX_STRIPES_LOG2);
  }

  /** Bytes that it never passes with up to {@code rows} rows, copying a stripe included. */
  static long bytesMax(long rows, long maxRows) {
    long stripes = 1L << stripesLog2(maxRows);
    long own = stripes * (2 * Long.BYTES * INITIAL_SLOTS + ARRAY_HEADER_BYTES + 16);
    return own + rows * BYTES_PER_ROW_MAX + 2 * (rows / stripes + 1) * BYTES_PER_ROW_MAX;
  }

  /**
   * Hashes fids and loads the entry at which the search for each begins, so that the cache misses
   * of a batch overlap.
   *
   * @param hashes overwritten, [n]
   * @return a sum of what was loaded, for the caller to keep
   */
  int hash(long[] fids, int from, int n, long[] hashes) {
    int touched = 0;
    for (int i = 0; i < n; i++) {
      long hash = MixedBits.mix(fids[from + i]);
      hashes[i] = hash;
      long[] stripe = (long[]) STRIPE.getAcquire(stripes, stripe(hash));
      touched += (int) stripe[home(hash >>> 32, stripe.length)];
    }
    return touched;
  }

  /**
   * Numbers of what are probably the rows of fids with these hashes, -1 for those without: reads
   * the index only, not the rows, and so may be fooled by another fid with the same 32 bits of
   * hash.
   *
   * @param numbers overwritten, [n]
   */
  void candidates(long[] hashes, int n, int[] numbers) {
    for (int i = 0; i < n; i++) {
      numbers[i] = candidate(hashes[i]);
    }
  }

  private int candidate(long hash) {
    long[] stripe = (long[]) STRIPE.getAcquire(stripes, stripe(hash));
    long tag = hash >>> 32;
    int length = stripe.length;
    for (int i = home(tag, length); ; i = i + 1 == length ? 0 : i + 1) {
      long entry = (long) ENTRY.getAcquire(stripe, i);
      if (entry == 0 || (entry >>> 32 == tag && (int) entry != 0)) {
        return (int) entry - 1;
      }
    }
  }

  /**
   * Number of the fid's row, or -1 if it had none at some moment of this call.
   *
   * <p>A row in question that is another fid's is passed over only if the entry still stood in the
   * stripe in use while the row was not written: else the fid's row may have got another number
   * meanwhile, and the search starts anew.
   */
  int find(long fid, ChronicleRows rows) {
    int number = search(fid, rows);
    for (int spins = 0; number == AGAIN; spins++) {
      SlotMemory.pause(spins);
      number = search(fid, rows);
    }
    return number;
  }

  @SuppressWarnings("ReferenceEquality") // The same stripe, not an equal one.
  private int search(long fid, ChronicleRows rows) {
    long hash = MixedBits.mix(fid);
    long tag = hash >>> 32;
    long[] stripe = (long[]) STRIPE.getAcquire(stripes, stripe(hash));
    for (int i = home(tag, stripe.length); ; i = i + 1 == stripe.length ? 0 : i + 1) {
      long entry = (long) ENTRY.getAcquire(stripe, i);
      if (entry == 0) {
        return -1;
      }
      if (entry >>> 32 == tag && (int) entry != 0) {
        long address = rows.address((int) entry - 1);
        int sequence = NativeMemory.getIntAcquire(address + RowDescriptor.SEQUENCE_OFFSET);
        if (NativeMemory.getLong(address + RowDescriptor.FID_OFFSET) == fid) {
          return (int) entry - 1;
        }
        VarHandle.acquireFence();
        boolean stands =
            stripe == (long[]) STRIPE.getAcquire(stripes, stripe(hash))
                && entry == (long) ENTRY.getAcquire(stripe, i);
        if (!stands
            || (sequence & 1) != 0
            || NativeMemory.getIntAcquire(address + RowDescriptor.SEQUENCE_OFFSET) != sequence) {
          return AGAIN;
        }
      }
    }
  }

  /** Adds a fid that is not there. The row must be whole. Writer. */
  void add(long fid, int number) {
    long hash = MixedBits.mix(fid);
    int in = stripe(hash);
    if ((used[in] + 1) * 4L > stripes[in].length * 3L) {
      rebuild(in);
    }
    long[] stripe = stripes[in];
    int i = home(hash >>> 32, stripe.length);
    while ((int) stripe[i] != 0) {
      i = i + 1 == stripe.length ? 0 : i + 1;
    }
    used[in] += stripe[i] == 0 ? 1 : 0;
    live[in]++;
    ENTRY.setRelease(stripe, i, entry(hash, number));
  }

  /** Retires the fid's entry. Writer. */
  void remove(long fid, int number) {
    long hash = MixedBits.mix(fid);
    int in = stripe(hash);
    ENTRY.setRelease(stripes[in], position(hash, fid, number), TOMBSTONE);
    live[in]--;
    if (stripes[in].length > INITIAL_SLOTS && live[in] * 2L < stripes[in].length) {
      rebuild(in);
    }
  }

  /** The fid's row has another number from now on. Writer. */
  void move(long fid, int from, int to) {
    long hash = MixedBits.mix(fid);
    ENTRY.setRelease(stripes[stripe(hash)], position(hash, fid, from), entry(hash, to));
  }

  private int position(long hash, long fid, int number) {
    long[] stripe = stripes[stripe(hash)];
    long sought = entry(hash, number);
    int i = home(hash >>> 32, stripe.length);
    while (stripe[i] != sought) {
      if (stripe[i] == 0) {
        throw new IllegalStateException("fid " + fid + " is not in the index");
      }
      i = i + 1 == stripe.length ? 0 : i + 1;
    }
    return i;
  }

  /** Copies a stripe without its tombstones into one that is at most 3/5 full. */
  private void rebuild(int in) {
    long[] old = stripes[in];
    int length = Math.toIntExact(Math.max(INITIAL_SLOTS, (live[in] + 1L) * 5 / 3 + 1));
    long[] next = new long[length];
    for (long entry : old) {
      if ((int) entry != 0) {
        int i = home(entry >>> 32, length);
        while (next[i] != 0) {
          i = i + 1 == length ? 0 : i + 1;
        }
        next[i] = entry;
      }
    }
    used[in] = live[in];
    slots += length - old.length;
    STRIPE.setRelease(stripes, in, next);
  }

  /** Bytes of all stripes. Writer. */
  long memoryBytes() {
    return Long.BYTES * slots + stripes.length * (ARRAY_HEADER_BYTES + 16L);
  }

  private int stripe(long hash) {
    // The lower half: the upper one places an entry within its stripe. A shift by 32 is none.
    return stripeShift == Integer.SIZE ? 0 : (int) hash >>> stripeShift;
  }

  private static int home(long tag, int length) {
    return (int) ((tag * length) >>> 32);
  }

  private static long entry(long hash, int number) {
    return (hash & 0xFFFF_FFFF_0000_0000L) | (number + 1L);
  }
}
