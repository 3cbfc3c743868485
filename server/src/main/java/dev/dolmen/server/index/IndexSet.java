package dev.dolmen.server.index;

import java.util.Arrays;

/**
 * A small set of item indexes: open addressing with linear probing, at most half full. Reused from
 * request to request by one thread.
 */
public final class IndexSet {
  private int[] slots = new int[64];
  private int size;

  public IndexSet() {
    Arrays.fill(slots, -1);
  }

  /** Empties the set. */
  public void clear() {
    if (size > 0) {
      Arrays.fill(slots, -1);
      size = 0;
    }
  }

  /** Number of indexes. */
  public int size() {
    return size;
  }

  /** Adds an index of 0 or more; false if it was there. */
  public boolean add(int index) {
    int at = find(index);
    if (slots[at] == index) {
      return false;
    }
    slots[at] = index;
    if (2 * ++size > slots.length) {
      grow();
    }
    return true;
  }

  /** Whether an index is in the set. */
  public boolean contains(int index) {
    return size > 0 && slots[find(index)] == index;
  }

  private int find(int index) {
    int mask = slots.length - 1;
    int at = ((index * 0x9E3779B9) >>> 7) & mask;
    while (slots[at] != -1 && slots[at] != index) {
      at = (at + 1) & mask;
    }
    return at;
  }

  private void grow() {
    int[] old = slots;
    slots = new int[2 * old.length];
    Arrays.fill(slots, -1);
    for (int index : old) {
      if (index != -1) {
        slots[find(index)] = index;
      }
    }
  }
}
