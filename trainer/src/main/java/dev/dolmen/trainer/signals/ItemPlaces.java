package dev.dolmen.trainer.signals;

import java.util.Arrays;

/**
 * Gives distinct numbers, items' or sessions', places from 0 in order of first appearance, and
 * forgets them all in no time: an open-addressing map whose entries say in which round they were
 * written, so that nothing is swept between one session and the next. One thread.
 */
final class ItemPlaces {
  /** Of {@link #first}: then it begins again. */
  static final int FIRST_MAX = 1 << 30;

  private static final int FACTOR = 0x9E3779B9;

  /** A number in the upper half, in the lower {@link #first} of its round and its place. */
  private long[] entries = new long[512];

  private int shift = Integer.SIZE - 9;

  /** Added to places of this round: what is below is of an earlier one. */
  private int first;

  private int size;

  ItemPlaces() {
    this(1);
  }

  /**
   * @param first 1 or more
   */
  ItemPlaces(int first) {
    this.first = first;
  }

  /** Numbers that have a place. */
  int size() {
    return size;
  }

  /** Forgets all places. */
  void clear() {
    first += size;
    size = 0;
    if (first > FIRST_MAX) {
      Arrays.fill(entries, 0);
      first = 1;
    }
  }

  /** The number's place; {@link #size} as it was if it had none. */
  int place(int number) {
    long[] all = entries;
    int mask = all.length - 1;
    int at = home(number);
    while (true) {
      long entry = all[at];
      int place = (int) entry - first;
      if (place < 0) {
        break;
      }
      if ((int) (entry >>> Integer.SIZE) == number) {
        return place;
      }
      at = (at + 1) & mask;
    }
    all[at] = (long) number << Integer.SIZE | (first + size);
    if (2 * size >= all.length) {
      grow();
    }
    return size++;
  }

  /** Whether the number has a place. */
  boolean contains(int number) {
    long[] all = entries;
    int mask = all.length - 1;
    for (int at = home(number); (int) all[at] >= first; at = (at + 1) & mask) {
      if ((int) (all[at] >>> Integer.SIZE) == number) {
        return true;
      }
    }
    return false;
  }

  private int home(int number) {
    return (number * FACTOR) >>> shift;
  }

  private void grow() {
    long[] before = entries;
    entries = new long[2 * before.length];
    shift--;
    int mask = entries.length - 1;
    for (long entry : before) {
      if ((int) entry >= first) {
        int at = home((int) (entry >>> Integer.SIZE));
        while (entries[at] != 0) {
          at = (at + 1) & mask;
        }
        entries[at] = entry;
      }
    }
  }
}
