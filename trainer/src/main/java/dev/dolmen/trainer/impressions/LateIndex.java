package dev.dolmen.trainer.impressions;

import dev.dolmen.trainer.state.StateCopy;
import dev.dolmen.trainer.state.StateRows;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Where in the log the impressions stand that no longer wait: a ring in the order in which they
 * left, the oldest making room, and an open-addressing table by the 64-bit hash of the request id
 * (a reader compares the id itself; among a million the chance that any two hashes are alike is 3 ·
 * 10⁻⁸). Takes 40 bytes an impression in the ring and 8 to 16 in the table, where a map of Agrona
 * would take 25 to 50, as the hashes would stand in it once more.
 */
final class LateIndex {
  /** Positions that are told apart; the last bit but one stands for all beyond. */
  private static final int POSITIONS = 62;

  /** Set if nothing was learned from the impression, so that a late click must not be, either. */
  static final long NOT_LEARNED = Long.MIN_VALUE;

  private static final int ROW_BYTES = 5 * Long.BYTES;

  private final int max;
  private long[] hashes = new long[1024];
  private long[] befores = new long[1024];
  private long[] timesMs = new long[1024];
  private long[] atBytes = new long[1024];
  private long[] marks = new long[1024];

  /** Slot of the ring + 1 per place, 0 for none. */
  private int[] table = new int[2048];

  private int first;
  private int size;
  private final StateRows rows =
      new StateRows("trainer/late-impressions", ROW_BYTES, this::writeRow, this::readRow);

  /**
   * @param max impressions at most
   */
  LateIndex(int max) {
    this.max = max;
  }

  int size() {
    return size;
  }

  /** Bytes of the heap that it takes. Any thread, about. */
  long bytes() {
    return ROW_BYTES * (long) hashes.length + Integer.BYTES * (long) table.length;
  }

  /** Bytes of the heap that so many take: the ring is as long as a power of two. */
  static long bytesMax(long max) {
    return Math.max(1_024, 2 * Long.highestOneBit(max - 1)) * (ROW_BYTES + 2 * Integer.BYTES);
  }

  /** The ring's slot of a request, or -1. */
  int find(long hash) {
    return table[place(hash)] - 1;
  }

  long before(int slot) {
    return befores[slot];
  }

  long timeMs(int slot) {
    return timesMs[slot];
  }

  /** Whether nothing was learned from the impression. */
  boolean isUnlearned(int slot) {
    return (marks[slot] & NOT_LEARNED) != 0;
  }

  /** Marks an item as clicked; false if it was before. */
  boolean click(int slot, int position) {
    long bit = bit(position);
    boolean isFirst = (marks[slot] & bit) == 0;
    rows.changing(slot);
    marks[slot] |= bit;
    return isFirst;
  }

  /** Whether any item is marked as clicked. */
  boolean isClicked(int slot) {
    return (marks[slot] & ~NOT_LEARNED) != 0;
  }

  static long bit(int position) {
    return 1L << Math.min(position, POSITIONS);
  }

  /** Offset before the oldest impression's record; {@link Long#MAX_VALUE} without any. */
  long lowest() {
    return size == 0 ? Long.MAX_VALUE : befores[first];
  }

  /**
   * Adds an impression that {@link #find} does not find.
   *
   * @param at bytes of the log up to it
   * @param mark what is clicked, by {@link #bit}, and {@link #NOT_LEARNED}
   * @return whether another had to make room
   */
  boolean add(long hash, long before, long timeMs, long at, long mark) {
    boolean full = size == max;
    if (full) {
      removeFirst();
    } else if (size == hashes.length) {
      grow();
    }
    int slot = (first + size++) & (hashes.length - 1);
    rows.changing(slot);
    hashes[slot] = hash;
    befores[slot] = before;
    timesMs[slot] = timeMs;
    atBytes[slot] = at;
    marks[slot] = mark;
    table[place(hash)] = slot + 1;
    return full;
  }

  /** Forgets up to {@code atMost} impressions of a time before {@code timeMs}, the oldest first. */
  void expire(long timeMs, int atMost) {
    for (int i = 0; i < atMost && size > 0 && timesMs[first] < timeMs; i++) {
      removeFirst();
    }
  }

  /** Forgets the impressions in the log's bytes before {@code from}; returns how many. */
  int forget(long from) {
    int forgotten = 0;
    while (size > 0 && atBytes[first] < from) {
      removeFirst();
      forgotten++;
    }
    return forgotten;
  }

  /** The place of a hash in the table, or the empty one where it belongs. */
  private int place(long hash) {
    int mask = table.length - 1;
    int at = (int) (hash >>> 16) & mask;
    while (table[at] != 0 && hashes[table[at] - 1] != hash) {
      at = (at + 1) & mask;
    }
    return at;
  }

  /** Removes the oldest, and moves up what its place in the table kept from where it belongs. */
  private void removeFirst() {
    int mask = table.length - 1;
    int hole = place(hashes[first]);
    table[hole] = 0;
    for (int at = (hole + 1) & mask; table[at] != 0; at = (at + 1) & mask) {
      int home = (int) (hashes[table[at] - 1] >>> 16) & mask;
      if (((at - home) & mask) >= ((at - hole) & mask)) {
        table[hole] = table[at];
        table[at] = 0;
        hole = at;
      }
    }
    first = (first + 1) & (hashes.length - 1);
    size--;
  }

  private void grow() {
    rows.changingAll();
    int room = 2 * hashes.length;
    hashes = unrolled(hashes, room);
    befores = unrolled(befores, room);
    timesMs = unrolled(timesMs, room);
    atBytes = unrolled(atBytes, room);
    marks = unrolled(marks, room);
    first = 0;
    table = new int[2 * room];
    for (int slot = 0; slot < size; slot++) {
      table[place(hashes[slot])] = slot + 1;
    }
  }

  /** The ring's numbers in their order, in an array of {@code room}. */
  private long[] unrolled(long[] ring, int room) {
    long[] out = new long[room];
    int head = Math.min(size, ring.length - first);
    System.arraycopy(ring, first, out, 0, head);
    System.arraycopy(ring, 0, out, head, size - head);
    return out;
  }

  StateRows rows() {
    return rows;
  }

  /** What is not in the rows. */
  StateCopy copyRest() {
    int[] now = {hashes.length, first, size};
    return out -> {
      for (int number : now) {
        out.writeInt(number);
      }
    };
  }

  void readRest(DataInput in) throws IOException {
    allocate(in.readInt());
    first = in.readInt();
    size = in.readInt();
    if (Integer.bitCount(hashes.length) != 1 || size > hashes.length) {
      throw new IOException(size + " late impressions in a ring of " + hashes.length);
    }
  }

  private void allocate(int room) {
    hashes = new long[room];
    befores = new long[room];
    timesMs = new long[room];
    atBytes = new long[room];
    marks = new long[room];
    table = new int[2 * room];
  }

  /** Finds the impressions again; of more than fit the newest are kept. */
  void rowsRead() {
    while (size > max) {
      first = (first + 1) & (hashes.length - 1);
      size--;
    }
    for (int i = 0; i < size; i++) {
      int slot = (first + i) & (hashes.length - 1);
      table[place(hashes[slot])] = slot + 1;
    }
  }

  private void writeRow(int slot, DataOutput out) throws IOException {
    out.writeLong(hashes[slot]);
    out.writeLong(befores[slot]);
    out.writeLong(timesMs[slot]);
    out.writeLong(atBytes[slot]);
    out.writeLong(marks[slot]);
  }

  private void readRow(int slot, DataInput in) throws IOException {
    hashes[slot] = in.readLong();
    befores[slot] = in.readLong();
    timesMs[slot] = in.readLong();
    atBytes[slot] = in.readLong();
    marks[slot] = in.readLong();
  }

  /** The whole state as of now. */
  StateCopy copy() {
    int n = size;
    long[][] columns = {
      unrolled(hashes, n),
      unrolled(befores, n),
      unrolled(timesMs, n),
      unrolled(atBytes, n),
      unrolled(marks, n)
    };
    return out -> {
      out.writeInt(n);
      for (long[] column : columns) {
        for (long number : column) {
          out.writeLong(number);
        }
      }
    };
  }

  /** Reads what a copy wrote into this empty index; of more than fit the newest are kept. */
  void readFrom(DataInput in) throws IOException {
    int n = in.readInt();
    long[][] columns = new long[5][n];
    for (long[] column : columns) {
      for (int i = 0; i < n; i++) {
        column[i] = in.readLong();
      }
    }
    for (int i = Math.max(0, n - max); i < n; i++) {
      add(columns[0][i], columns[1][i], columns[2][i], columns[3][i], columns[4][i]);
    }
  }
}
