package dev.dolmen.parameterstore.snapshot;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Numbers of the rows that have changed since the last snapshot: a bit a row. It cannot overflow,
 * so a change is never dropped, and its order is that of the numbers.
 *
 * <p>What a snapshot has taken is kept until it is durable: if it comes to nothing, those rows have
 * changed again. The thread that changes the rows.
 */
public final class ChangedRows {
  private static final int INITIAL_WORDS = 16;

  private long[] bits = new long[INITIAL_WORDS];
  private long[] taken = new long[INITIAL_WORDS];
  private int count;
  private boolean settled = true;
  private @Nullable RowsInFlight inFlight;

  /** Nothing has changed. */
  public ChangedRows() {}

  /** A row is about to change, to come or to end. Before it does. */
  public void changing(int number) {
    if (inFlight != null) {
      inFlight.changing(number);
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

  /** Whether a row has changed. */
  public boolean contains(int number) {
    return contains(bits, number);
  }

  static boolean contains(long[] bits, int number) {
    int word = number >>> 6;
    return word < bits.length && (bits[word] & 1L << number) != 0;
  }

  /** The row of this number is gone and no other has taken the number. */
  public void remove(int number) {
    if (inFlight != null) {
      inFlight.changing(number);
    }
    if (contains(number)) {
      bits[number >>> 6] &= ~(1L << number);
      count--;
    }
  }

  /** Rows that have changed. */
  public int count() {
    return count;
  }

  /** The least number of a changed row that is {@code from} or more, or -1. */
  public int next(int from) {
    int number = next(bits, from);
    return number == Integer.MAX_VALUE ? -1 : number;
  }

  /** The least number that is {@code from} or more, or the largest of all if there is none. */
  static int next(long[] bits, int from) {
    int word = from >>> 6;
    if (word >= bits.length) {
      return Integer.MAX_VALUE;
    }
    long left = bits[word] & (-1L << from);
    while (left == 0) {
      if (++word == bits.length) {
        return Integer.MAX_VALUE;
      }
      left = bits[word];
    }
    return (word << 6) + Long.numberOfTrailingZeros(left);
  }

  /**
   * Takes the rows for a snapshot, as they are now: from here on nothing has changed.
   *
   * @param delta whether to take those alone that have changed
   * @param rows that there are
   * @param source of the rows; a row that has been given to {@link #changing} is read before
   * @throws IllegalStateException if the snapshot before was not settled
   */
  public RowsInFlight freeze(
      boolean delta, int rows, RowsFormat.Shape shape, RowsInFlight.Rows source) {
    if (!settled) {
      throw new IllegalStateException("the snapshot before is still in flight");
    }
    settled = false;
    int frozen = delta ? count : rows;
    long[] emptied = taken;
    taken = bits;
    Arrays.fill(emptied, 0);
    bits = emptied;
    count = 0;
    RowsInFlight taking = new RowsInFlight(shape, rows, delta ? taken : null, frozen, source);
    inFlight = taking;
    return taking;
  }

  /**
   * Ends the snapshot.
   *
   * @param durable false if what it had taken has to be taken again
   * @param rows rows now
   */
  public void settle(boolean durable, int rows) {
    if (settled) {
      throw new IllegalStateException("no snapshot is in flight");
    }
    settled = true;
    inFlight = null;
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
  public void clear() {
    Arrays.fill(bits, 0);
    count = 0;
    settled = true;
    inFlight = null;
  }

  /** Bytes that it never passes with up to {@code rows} rows, growing included. */
  public static long bytesMax(long rows) {
    return 3 * Long.BYTES * Math.max(INITIAL_WORDS, 2 * (rows / Long.SIZE + 1));
  }

  /** Bytes of rows that are kept for the snapshot in flight. */
  public long keptBytes() {
    RowsInFlight now = inFlight;
    return now == null ? 0 : now.keptBytes();
  }

  /** Bytes of memory without those. */
  public long memoryBytes() {
    return (long) Long.BYTES * (bits.length + taken.length);
  }
}
