package dev.dolmen.trainer.session;

import dev.dolmen.parameterstore.random.MixedBits;
import java.util.Arrays;

/**
 * Which place each known session has, of a bounded number of places. When all are taken, the
 * session that began first makes room: the order of beginnings is that of the places, so nothing
 * has to be kept in order.
 */
public final class SessionSlots {
  private static final int FREE = -1;
  private static final int FIRST_LENGTH = 1_024;

  private final int capacity;
  private long[] sessions = new long[Math.min(FIRST_LENGTH, 16)];
  private int size;
  private int next;

  /**
   * Open addressing, linear probing: places by session. Its length is a power of two. It takes 8 to
   * 16 bytes a session, a map of Agrona 25 to 50: sessions would stand in it once more.
   */
  private int[] table = new int[FIRST_LENGTH];

  public SessionSlots(int capacity) {
    this.capacity = capacity;
    Arrays.fill(table, FREE);
  }

  /** Sessions that have a place. */
  public int size() {
    return size;
  }

  /** The session at a place. */
  public long session(int place) {
    return sessions[place];
  }

  /** Sessions by place, a copy. */
  public long[] sessions() {
    return Arrays.copyOf(sessions, size);
  }

  /**
   * Becomes what another was; for one without sessions.
   *
   * @param known its {@link #sessions}
   * @param nextPlace its {@link #nextPlace}
   */
  public void restore(long[] known, int nextPlace) {
    for (long session : known) {
      open(session);
    }
    next = nextPlace;
  }

  /** The session's place, or -1. */
  public int find(long session) {
    return table[entry(session)];
  }

  /** The place that {@link #open} gives next: where a session lives, it is forgotten then. */
  public int nextPlace() {
    return next;
  }

  /** Whether {@link #open} will forget the session that is at {@link #nextPlace}. */
  public boolean full() {
    return size == capacity;
  }

  /** Gives a session that has none a place. */
  public int open(long session) {
    int place = next;
    if (full()) {
      remove(sessions[place]);
    } else {
      size++;
      if (place == sessions.length) {
        sessions = Arrays.copyOf(sessions, Math.min(capacity, 2 * place));
      }
    }
    sessions[place] = session;
    if (2 * size > table.length) {
      grow();
    } else {
      table[entry(session)] = place;
    }
    next = place + 1 == capacity ? 0 : place + 1;
    return place;
  }

  private int entry(long session) {
    int mask = table.length - 1;
    int at = home(session, mask);
    while (table[at] != FREE && sessions[table[at]] != session) {
      at = (at + 1) & mask;
    }
    return at;
  }

  private static int home(long session, int mask) {
    long mixed = (session ^ (session >>> 32)) * MixedBits.GOLDEN;
    return (int) (mixed >>> 32) & mask;
  }

  /** Closes the gap, so that no search ends before what it looks for. */
  private void remove(long session) {
    int mask = table.length - 1;
    int gap = entry(session);
    for (int at = (gap + 1) & mask; table[at] != FREE; at = (at + 1) & mask) {
      int home = home(sessions[table[at]], mask);
      if (((at - home) & mask) >= ((at - gap) & mask)) {
        table[gap] = table[at];
        gap = at;
      }
    }
    table[gap] = FREE;
  }

  private void grow() {
    table = new int[2 * table.length];
    Arrays.fill(table, FREE);
    for (int place = 0; place < size; place++) {
      table[entry(sessions[place])] = place;
    }
  }
}
