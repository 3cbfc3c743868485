package dev.dolmen.trainer.log;

import java.util.Arrays;
import net.openhft.hashing.LongTupleHashFunction;

/**
 * The ids of the last events, to recognise one that is published again.
 *
 * <p>Ids are kept as 128-bit hashes (XXH3): among two million the chance that any two are alike is
 * below 10⁻²⁶. A ring holds them in order of arrival, an open-addressing table finds them, the
 * oldest makes room. The table is no library's map because the ids stand in the ring already, and
 * keys of 128 bits would stand in a map once more, as objects. Takes 32 bytes an id. Not
 * thread-safe: guarded by the ingest lock.
 */
public final class EventIdWindow {
  private static final LongTupleHashFunction HASH = LongTupleHashFunction.xx128();

  private final int maxIds;
  private long[] ring = new long[2 * 1024];
  private int[] table = new int[4 * 1024];
  private int size;
  private int next;

  /**
   * @param maxIds ids remembered, 1 to 100,000,000
   */
  public EventIdWindow(int maxIds) {
    this.maxIds = maxIds;
  }

  /** Hash of an event id's UTF-8 bytes, [2]. */
  public static long[] hash(byte[] eventId) {
    return HASH.hashBytes(eventId);
  }

  /** Ids remembered. */
  public int size() {
    return size;
  }

  /** Whether an id is among the last ones. */
  public boolean contains(long[] hash) {
    return table[find(hash[0], hash[1])] != 0;
  }

  /** Remembers an id that {@link #contains} did not find. */
  public void add(long[] hash) {
    if (size == ring.length / 2 && size < maxIds) {
      grow();
    }
    int capacity = Math.min(ring.length / 2, maxIds);
    if (next == capacity) {
      next = 0;
    }
    if (size == capacity) {
      remove(next);
    } else {
      size++;
    }
    ring[2 * next] = hash[0];
    ring[2 * next + 1] = hash[1];
    table[find(hash[0], hash[1])] = next + 1;
    next++;
  }

  /** Slot of an id in the table, or the free slot where it would go. */
  private int find(long high, long low) {
    int mask = table.length - 1;
    int slot = (int) low & mask;
    while (table[slot] != 0) {
      int at = 2 * (table[slot] - 1);
      if (ring[at] == high && ring[at + 1] == low) {
        return slot;
      }
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  /** Takes an id out of the table and closes the gap (Knuth, volume 3, 6.4, algorithm R). */
  private void remove(int place) {
    int mask = table.length - 1;
    int gap = find(ring[2 * place], ring[2 * place + 1]);
    int slot = gap;
    while (true) {
      slot = (slot + 1) & mask;
      if (table[slot] == 0) {
        break;
      }
      int home = (int) ring[2 * table[slot] - 1] & mask;
      if (((slot - home) & mask) >= ((slot - gap) & mask)) {
        table[gap] = table[slot];
        gap = slot;
      }
    }
    table[gap] = 0;
  }

  private void grow() {
    // Before it is full for the first time the ring starts at its place 0.
    ring = Arrays.copyOf(ring, 2 * ring.length);
    table = new int[2 * table.length];
    for (int i = 0; i < size; i++) {
      table[find(ring[2 * i], ring[2 * i + 1])] = i + 1;
    }
  }
}
