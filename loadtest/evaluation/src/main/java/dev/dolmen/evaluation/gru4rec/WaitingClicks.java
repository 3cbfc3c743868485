package dev.dolmen.evaluation.gru4rec;

import dev.dolmen.trainer.session.SessionSlots;
import java.util.Arrays;

/**
 * Clicks that wait to be learned: in the order of their session, and the sessions in the order in
 * which their first one came. Sessions are the places of {@link SessionSlots}.
 */
final class WaitingClicks {
  private static final int NONE = -1;

  private int[] items = new int[16];
  private int[] nexts = new int[16];
  private int free = NONE;
  private int used;
  private int size;

  /** By place. */
  private int[] firsts = new int[0];

  private int[] lasts = new int[0];

  /** Places that wait, a ring; its length is a power of two. */
  private int[] ring = new int[16];

  private int head;
  private int sessions;

  /** Clicks. */
  int size() {
    return size;
  }

  /** Sessions that have clicks. */
  int sessions() {
    return sessions;
  }

  /** Whether a session has clicks. */
  boolean has(int place) {
    return place < firsts.length && firsts[place] != NONE;
  }

  void add(int place, int item) {
    if (place >= firsts.length) {
      int from = firsts.length;
      firsts = Arrays.copyOf(firsts, Math.max(place + 1, 2 * from));
      lasts = Arrays.copyOf(lasts, firsts.length);
      Arrays.fill(firsts, from, firsts.length, NONE);
    }
    int node = node(item);
    if (firsts[place] == NONE) {
      firsts[place] = node;
      enqueue(place);
    } else {
      nexts[lasts[place]] = node;
    }
    lasts[place] = node;
    size++;
  }

  private int node(int item) {
    int node = free;
    if (node == NONE) {
      node = used++;
      if (node == items.length) {
        items = Arrays.copyOf(items, 2 * node);
        nexts = Arrays.copyOf(nexts, 2 * node);
      }
    } else {
      free = nexts[node];
    }
    items[node] = item;
    nexts[node] = NONE;
    return node;
  }

  private void enqueue(int place) {
    if (sessions == ring.length) {
      int[] wider = new int[2 * sessions];
      for (int i = 0; i < sessions; i++) {
        wider[i] = ring[(head + i) & (ring.length - 1)];
      }
      ring = wider;
      head = 0;
    }
    ring[(head + sessions++) & (ring.length - 1)] = place;
  }

  /**
   * Takes the first click of the sessions that have waited longest, one of each; a session that has
   * more goes behind the others.
   *
   * @param places filled
   * @param targets filled, the items
   * @return how many; fewer than {@code places.length} if fewer sessions wait
   */
  int take(int[] places, int[] targets) {
    int count = Math.min(places.length, sessions);
    for (int i = 0; i < count; i++) {
      places[i] = ring[(head + i) & (ring.length - 1)];
    }
    head = (head + count) & (ring.length - 1);
    sessions -= count;
    for (int i = 0; i < count; i++) {
      int place = places[i];
      int node = firsts[place];
      targets[i] = items[node];
      firsts[place] = nexts[node];
      nexts[node] = free;
      free = node;
      size--;
      if (firsts[place] != NONE) {
        enqueue(place);
      }
    }
    return count;
  }
}
