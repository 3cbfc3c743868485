package dev.dolmen.trainer.signals;

import java.util.Arrays;

/**
 * Indexes of items in ascending order, in chunks: one that comes or goes has the chunk copied that
 * it is in and the list of chunks, not all items, and one that comes behind all others next to
 * nothing. So what takes a large catalog out and brings it in again does not cost the square of how
 * many items are in one list.
 *
 * <p>What can be read of a list never changes, and does not depend on where its chunks end. Changes
 * are made to the newest list alone, by one writer: the next one may be written into the same
 * chunk, behind what any reader of this one looks at.
 */
final class SortedItems {
  /** Items of a chunk at most; two next to each other have more than half as many. */
  static final int CHUNK = 1_024;

  private static final int[] FIRST = {0};

  static final SortedItems NONE = new SortedItems(new int[0][], new int[0], 0);

  /** None is empty; all but the last are used to their ends. */
  final int[][] chunks;

  /** By chunk: how many items stand before it. */
  private final int[] starts;

  private final int size;

  private SortedItems(int[][] chunks, int[] starts, int size) {
    this.chunks = chunks;
    this.starts = starts;
    this.size = size;
  }

  int size() {
    return size;
  }

  /**
   * Copies items that follow each other; the first one follows the last.
   *
   * @param from place of the first, below {@link #size}
   * @param n at most as many as there are
   * @param out overwritten, [n] or longer
   */
  void copy(int from, int n, int[] out) {
    int chunk = Arrays.binarySearch(starts, from);
    chunk = chunk < 0 ? -2 - chunk : chunk;
    int at = from - starts[chunk];
    for (int copied = 0; copied < n; ) {
      int length = Math.min(n - copied, length(chunk) - at);
      System.arraycopy(chunks[chunk], at, out, copied, length);
      copied += length;
      at = 0;
      chunk = chunk + 1 == chunks.length ? 0 : chunk + 1;
    }
  }

  /** The list with an item that it may have; the newest one until then. */
  SortedItems with(int item) {
    if (size == 0) {
      return new SortedItems(new int[][] {{item}}, FIRST, 1);
    }
    int chunk = chunkOf(item);
    int[] items = chunks[chunk];
    int length = length(chunk);
    int found = Arrays.binarySearch(items, 0, length, item);
    if (found >= 0) {
      return this;
    }
    int at = -1 - found;
    boolean last = chunk == chunks.length - 1 && at == length;
    if (last && length < items.length) {
      items[at] = item;
      return new SortedItems(chunks, starts, size + 1);
    }
    if (last && length == CHUNK) {
      return replaced(chunk, 1, size + 1, items, new int[] {item});
    }
    if (length == CHUNK) {
      int[] low = Arrays.copyOf(items, CHUNK / 2);
      int[] high = Arrays.copyOfRange(items, CHUNK / 2, CHUNK);
      return replaced(chunk, 1, size, low, high).with(item);
    }
    int room = last ? Math.min(CHUNK, Math.max(length + 1, length + (length >> 1))) : length + 1;
    int[] more = Arrays.copyOf(items, room);
    System.arraycopy(items, at, more, at + 1, length - at);
    more[at] = item;
    return replaced(chunk, 1, size + 1, more);
  }

  /** The list without an item that it may lack; the newest one until then. */
  SortedItems without(int item) {
    if (size == 0) {
      return this;
    }
    int chunk = chunkOf(item);
    int length = length(chunk);
    int at = Arrays.binarySearch(chunks[chunk], 0, length, item);
    if (at < 0) {
      return this;
    }
    if (size == 1) {
      return NONE;
    }
    int[] rest = joined(chunks[chunk], at, chunks[chunk], at + 1, length);
    if (chunk > 0 && length(chunk - 1) + rest.length <= CHUNK / 2) {
      int[] before = chunks[chunk - 1];
      return replaced(chunk - 1, 2, size - 1, joined(before, before.length, rest, 0, rest.length));
    }
    if (chunk + 1 < chunks.length && rest.length + length(chunk + 1) <= CHUNK / 2) {
      int[] both = joined(rest, rest.length, chunks[chunk + 1], 0, length(chunk + 1));
      return replaced(chunk, 2, size - 1, both);
    }
    return rest.length == 0 ? replaced(chunk, 1, size - 1) : replaced(chunk, 1, size - 1, rest);
  }

  /** The one that has an item if any has. */
  private int chunkOf(int item) {
    int low = 0;
    int high = chunks.length - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (chunks[middle][0] <= item) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  private int length(int chunk) {
    return (chunk + 1 < chunks.length ? starts[chunk + 1] : size) - starts[chunk];
  }

  /** The first {@code n} of a, and b from {@code from} to {@code to}. */
  private static int[] joined(int[] a, int n, int[] b, int from, int to) {
    int[] joined = Arrays.copyOf(a, n + to - from);
    System.arraycopy(b, from, joined, n, to - from);
    return joined;
  }

  /** A list of so many items with others in the place of {@code n} chunks from one on. */
  private SortedItems replaced(int from, int n, int sizeAfter, int[]... by) {
    int length = chunks.length - n + by.length;
    int[][] after = new int[length][];
    int[] startsAfter = Arrays.copyOf(starts, length);
    System.arraycopy(chunks, 0, after, 0, from);
    System.arraycopy(by, 0, after, from, by.length);
    int rest = from + by.length;
    System.arraycopy(chunks, from + n, after, rest, length - rest);
    for (int i = 0; i < by.length; i++) {
      startsAfter[from + i] = i == 0 ? starts[from] : startsAfter[from + i - 1] + by[i - 1].length;
    }
    for (int i = rest; i < length; i++) {
      startsAfter[i] = starts[i - by.length + n] + sizeAfter - size;
    }
    return new SortedItems(after, startsAfter, sizeAfter);
  }
}
