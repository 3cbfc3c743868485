package dev.dolmen.trainer.learn;

import dev.dolmen.parameterstore.random.MixedBits;
import java.util.Arrays;

/**
 * Numbers the distinct fids of one slot in one batch, in order of first appearance: an
 * open-addressing map from fid to row that is reused from batch to batch without being swept, as
 * every entry carries the batch's stamp; a map of Agrona is swept whole, as large as the largest
 * batch has made it.
 */
final class SlotRows {
  private long[] keys = new long[256];
  private int[] stamps = new int[256];
  private int[] rowOfKey = new int[256];
  private int stamp = 1;

  /** Fids by row. */
  long[] fids = new long[128];

  /** Occurrences by row; 0 for a fid that only serves as context of the batch. */
  int[] occurrences = new int[128];

  /** Rows in use. */
  int size;

  void clear() {
    size = 0;
    if (++stamp == Integer.MAX_VALUE) {
      Arrays.fill(stamps, 0);
      stamp = 1;
    }
  }

  /** Row of a fid, a new one at first sight; counts {@code n} occurrences of it. */
  int add(long fid, int n) {
    int mask = keys.length - 1;
    int slot = mix(fid) & mask;
    while (stamps[slot] == stamp) {
      if (keys[slot] == fid) {
        int row = rowOfKey[slot];
        occurrences[row] += n;
        return row;
      }
      slot = (slot + 1) & mask;
    }
    if (size == fids.length) {
      grow();
      return add(fid, n);
    }
    keys[slot] = fid;
    stamps[slot] = stamp;
    rowOfKey[slot] = size;
    fids[size] = fid;
    occurrences[size] = n;
    return size++;
  }

  private void grow() {
    fids = Arrays.copyOf(fids, 2 * size);
    occurrences = Arrays.copyOf(occurrences, 2 * size);
    keys = new long[4 * size];
    stamps = new int[4 * size];
    rowOfKey = new int[4 * size];
    stamp = 1;
    int mask = keys.length - 1;
    for (int row = 0; row < size; row++) {
      int slot = mix(fids[row]) & mask;
      while (stamps[slot] == stamp) {
        slot = (slot + 1) & mask;
      }
      keys[slot] = fids[row];
      stamps[slot] = stamp;
      rowOfKey[slot] = row;
    }
  }

  private static int mix(long fid) {
    long h = fid * MixedBits.GOLDEN;
    return (int) (h ^ (h >>> 32));
  }
}
