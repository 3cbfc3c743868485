package dev.dolmen.trainer.signals;

/**
 * The past sessions that are most like a session, as VMIS-kNN finds them (Kersbergen, Sprangers and
 * Schelter, SIGMOD 2022, section 3): of each of the session's last {@link #REACH} distinct items
 * the sessions that visited it last; each is as similar as the sum, over the items in common, of 1
 * divided by how far from the end the item stands. The {@link #NEIGHBORS} most similar remain, and
 * of those alike the ones found first, from the last item on, the newest first. Each weighs its
 * similarity, divided by how far from the end the last item in common stands.
 *
 * <p>Diginetica, 150,000 clicks, each predicted before it was learned: Recall@20 and MRR@20 48.2%
 * and 18.2% without neighbours, 48.3% and 18.3% with 50 sessions of each of 4 items, of which 50
 * remain, and as much with 200 of 8, of which 100 remain. Reused by one thread.
 */
final class SimilarSessions {
  /** Sessions that remain at most. */
  static final int NEIGHBORS = 50;

  /** Distinct items of the session that are looked at. */
  static final int REACH = 4;

  private static final int FOUND_MAX = REACH * PastSessions.SESSIONS_OF_ITEM;

  private final PastSessions past;

  /** Where each session found stands below. */
  private final ItemPlaces found = new ItemPlaces();

  private final int[] places = new int[FOUND_MAX];
  private final float[] similarities = new float[FOUND_MAX];
  private final int[] nearest = new int[FOUND_MAX];
  private final long[] keys = new long[FOUND_MAX];
  private int size;

  SimilarSessions(PastSessions past) {
    this.past = past;
  }

  /** Begins with a session. */
  void clear() {
    found.clear();
    size = 0;
  }

  /**
   * Adds one of its items, the last one first, at most {@link #REACH}, each once.
   *
   * @param distance from the session's end, 1 for its last event
   */
  void add(int item, int distance) {
    int[] visited = past.sessions(item);
    float weight = 1f / distance;
    for (int i = visited.length - 1; i >= 0; i--) {
      int at = found.place(visited[i]);
      if (at == size) {
        places[size] = visited[i];
        nearest[size] = distance;
        similarities[size++] = weight;
      } else {
        similarities[at] += weight;
      }
    }
  }

  /** Keeps the most similar, after the last {@link #add}. */
  void cut() {
    if (size <= NEIGHBORS) {
      return;
    }
    for (int i = 0; i < size; i++) {
      keys[i] = key(i);
    }
    long least = LargestNumbers.kth(keys, size, NEIGHBORS);
    int kept = 0;
    for (int i = 0; i < size; i++) {
      // Places at and after i are still as they were.
      if (key(i) >= least) {
        places[kept] = places[i];
        nearest[kept] = nearest[i];
        similarities[kept++] = similarities[i];
      }
    }
    size = kept;
  }

  /** Similarities are positive, so their bits sort as they do. No two keys are alike. */
  private long key(int i) {
    return (long) Float.floatToRawIntBits(similarities[i]) << 32 | (FOUND_MAX - i);
  }

  /** Sessions found. */
  int size() {
    return size;
  }

  /** Items of the n-th, the oldest first: the lower half, the upper is the item's birth. */
  long[] items(int n) {
    return past.items(places[n]);
  }

  /** How much it has in common, above 0. */
  float similarity(int n) {
    return similarities[n];
  }

  /** How far from the session's end the last item in common stands, 1 for its last event. */
  int nearest(int n) {
    return nearest[n];
  }

  /** What it weighs, above 0. */
  float weight(int n) {
    return similarities[n] / nearest[n];
  }
}
