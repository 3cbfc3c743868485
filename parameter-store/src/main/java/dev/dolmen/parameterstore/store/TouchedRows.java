package dev.dolmen.parameterstore.store;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Numbers of the rows that have changed since the last snapshot: a bit a row. It cannot overflow,
 * so a change is never dropped, and its order is that of the numbers.
 *
 * <p>What a snapshot has taken is kept until it is durable: if it comes to nothing, those rows are
 * touched again. Writer only.
 */
final class TouchedRows {
  private static final int INITIAL_WORDS = 16;

  private long[] bits = new long[INITIAL_WORDS];
  private long[] taken = new long[INITIAL_WORDS];
  private int count;
  private boolean inFlight;
  private @Nullable TouchedFids tracked;

  void add(int number) {
    if (tracked != null) {
      tracked.add(number);
    }
    set(number);
  }

  private void set(int number) {
    int word = number >>> 6;
    if (word >= bits.length) {
      bits = Arrays.copyOf(bits, Math.max(word + 1, 2 * bits.length));
    }
    long before = bits[word];
    long after = before | 1L << number;
    if (after != before) {
      bits[word] = after;
      count++;
    }
  }

  boolean contains(int number) {
    int word = number >>> 6;
    return word < bits.length && (bits[word] & 1L << number) != 0;
  }

  /** Passes on what is touched, and what is removed. */
  void track(@Nullable TouchedFids fids) {
    tracked = fids;
  }

  @Nullable TouchedFids tracked() {
    return tracked;
  }

  /** A fid lost its row; what became of the numbers comes by {@link #add} and {@link #remove}. */
  void removed(long fid) {
    if (tracked != null) {
      tracked.removed(fid);
    }
  }

  /** See {@link TouchedFids#checkRoom}. */
  void checkRoom(long fids) {
    if (tracked != null) {
      tracked.checkRoom(fids);
    }
  }

  /** The row of this number is gone and no other has taken the number. */
  void remove(int number) {
    if (tracked != null) {
      tracked.remove(number);
    }
    int word = number >>> 6;
    if (word < bits.length && (bits[word] & 1L << number) != 0) {
      bits[word] &= ~(1L << number);
      count--;
    }
  }

  int count() {
    return count;
  }

  /** The least touched number that is {@code from} or more, or -1. */
  int next(int from) {
    int word = from >>> 6;
    if (word >= bits.length) {
      return -1;
    }
    long left = bits[word] & (-1L << from);
    while (left == 0) {
      if (++word == bits.length) {
        return -1;
      }
      left = bits[word];
    }
    return (word << 6) + Long.numberOfTrailingZeros(left);
  }

  /**
   * @throws IllegalStateException if a snapshot has taken rows and was not settled
   */
  void checkSettled() {
    if (inFlight) {
      throw new IllegalStateException("the snapshot before is still in flight");
    }
  }

  /** Nothing is touched any more, as a snapshot has taken it. */
  void take() {
    checkSettled();
    inFlight = true;
    long[] emptied = taken;
    taken = bits;
    Arrays.fill(emptied, 0);
    bits = emptied;
    count = 0;
  }

  /**
   * Ends the snapshot.
   *
   * @param durable false to touch again what it had taken
   * @param rows rows now
   */
  void settle(boolean durable, int rows) {
    if (!inFlight) {
      throw new IllegalStateException("no snapshot is in flight");
    }
    inFlight = false;
    for (int word = 0; !durable && word < taken.length; word++) {
      for (long left = taken[word]; left != 0; left &= left - 1) {
        int number = (word << 6) + Long.numberOfTrailingZeros(left);
        if (number < rows) {
          set(number);
        }
      }
    }
  }

  /** Forgets everything: the state is that of a snapshot. */
  void clear() {
    Arrays.fill(bits, 0);
    count = 0;
    inFlight = false;
    tracked = null;
  }

  /** Bytes that it never passes with up to {@code rows} rows, growing included. */
  static long bytesMax(long rows) {
    return 3 * Long.BYTES * Math.max(INITIAL_WORDS, 2 * (rows / Long.SIZE + 1));
  }

  long memoryBytes() {
    return 8L * (bits.length + taken.length);
  }
}
