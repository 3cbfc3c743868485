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
  /** Pairs of a fid, and of a stamp in the upper half and a row in the lower. */
  private long[] entries = new long[2 * 256];

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
      Arrays.fill(entries, 0);
      stamp = 1;
    }
  }

  /** Row of a fid, a new one at first sight; counts {@code n} occurrences of it. */
  int add(long fid, int n) {
    int mask = entries.length - 1;
    int at = 2 * mix(fid) & mask;
    while ((int) (entries[at + 1] >>> Integer.SIZE) == stamp) {
      if (entries[at] == fid) {
        int row = (int) entries[at + 1];
        if (n > 0) {
          occurrences[row] += n;
        }
        return row;
      }
      at = (at + 2) & mask;
    }
    if (size == fids.length) {
      grow();
      return add(fid, n);
    }
    put(at, fid, size);
    fids[size] = fid;
    occurrences[size] = n;
    return size++;
  }

  private void put(int at, long fid, int row) {
    entries[at] = fid;
    entries[at + 1] = (long) stamp << Integer.SIZE | row;
  }

  private void grow() {
    fids = Arrays.copyOf(fids, 2 * size);
    occurrences = Arrays.copyOf(occurrences, 2 * size);
    entries = new long[2 * 4 * size];
    int mask = entries.length - 1;
    for (int row = 0; row < size; row++) {
      int at = 2 * mix(fids[row]) & mask;
      while (entries[at + 1] != 0) {
        at = (at + 2) & mask;
      }
      put(at, fids[row], row);
    }
  }

  private static int mix(long fid) {
    long h = fid * MixedBits.GOLDEN;
    return (int) (h ^ (h >>> 32));
  }
}
