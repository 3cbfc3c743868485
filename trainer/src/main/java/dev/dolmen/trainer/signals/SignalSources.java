package dev.dolmen.trainer.signals;

import dev.dolmen.trainer.signals.SignalParts.Signal;
import java.util.Arrays;

/**
 * Which event of a session each signal of some items comes from most. What the session's items are
 * neighbors of is gone through once for all of the items together. Reused by one thread.
 */
final class SignalSources {
  private static final int SIGNALS = Signal.values().length;

  /** Distances at which past sessions can have an item in common. */
  private static final int COMMON = SimilarSessions.REACH;

  private final ItemPlaces asked = new ItemPlaces();

  /** Events from the session's end, 1 for its last, 0 for none, by place of the item and signal. */
  private int[] distances = new int[SIGNALS];

  private float[] strengths = new float[SIGNALS];

  /** The last past session that visited the item of a place. */
  private int[] visitedBy = new int[1];

  private int[] commonSize = new int[1];
  private int[] commonDistances = new int[COMMON];
  private float[] commonWeights = new float[COMMON];

  /**
   * Looks for them.
   *
   * @param signals that have read the session
   * @param items of the session, as they were read, the oldest first
   * @param to end of the session, exclusive
   * @param wanted the items asked about: indexes in the catalogue, or negative
   * @param count how many there are
   */
  void of(SessionSignals signals, int[] items, int to, int[] wanted, int count) {
    asked.clear();
    reserve(count);
    for (int i = 0; i < count; i++) {
      if (wanted[i] >= 0) {
        int place = asked.place(wanted[i]);
        int known = signals.placeOf(wanted[i]);
        distances[at(place, Signal.SEEN)] = known < 0 ? 0 : signals.distance(known);
      }
    }
    int distinct = 0;
    for (int t = to - 1; t >= 0 && distinct < SessionSignals.LIKE_REACH; t--) {
      int distance = to - t;
      if (items[t] < 0 || signals.distance(signals.placeOf(items[t])) != distance) {
        continue; // Inline, or it comes again behind.
      }
      if (distinct++ < CoVisits.REACH) {
        addNeighbors(signals, items[t], distance);
      }
      LikeItems.Found like = signals.likes(items[t]);
      for (int i = 0; i < like.size(); i++) {
        add(like.items()[i], Signal.LIKENESS, distance, like.likeness()[i]);
      }
    }
    addPastSessions(signals);
  }

  private void reserve(int count) {
    if (visitedBy.length < count) {
      distances = new int[count * SIGNALS];
      strengths = new float[count * SIGNALS];
      visitedBy = new int[count];
      commonSize = new int[count];
      commonDistances = new int[count * COMMON];
      commonWeights = new float[count * COMMON];
    }
    Arrays.fill(distances, 0, count * SIGNALS, 0);
    Arrays.fill(strengths, 0, count * SIGNALS, 0);
    Arrays.fill(visitedBy, 0, count, -1);
    Arrays.fill(commonSize, 0, count, 0);
  }

  private static int at(int place, Signal signal) {
    return place * SIGNALS + signal.number();
  }

  private void addNeighbors(SessionSignals signals, int item, int distance) {
    Neighbors neighbors = signals.neighbors(item);
    float byLong = signals.byLong(neighbors, 1f / distance);
    float byRecent = signals.byRecent(neighbors, 1f / distance);
    for (int i = 0; i < neighbors.size(); i++) {
      int other = neighbors.item(i);
      if (asked.contains(other) && signals.lives(other, neighbors.birth(i))) {
        add(other, Signal.TOGETHER, distance, neighbors.longTerm(i) * byLong);
        add(other, Signal.TOGETHER_RECENTLY, distance, neighbors.recent(i) * byRecent);
      }
    }
  }

  /** Of events that say as much, the last one of the session is it, which comes first here. */
  private void add(int item, Signal signal, int distance, float strength) {
    if (!asked.contains(item)) {
      return;
    }
    int at = at(asked.place(item), signal);
    if (strength > strengths[at]) {
      strengths[at] = strength;
      distances[at] = distance;
    }
  }

  /**
   * Of the past sessions that visited an item, where the last item in common stands; of several
   * such places the one with the most weight.
   */
  private void addPastSessions(SessionSignals signals) {
    SimilarSessions past = signals.past();
    for (int n = 0; n < past.size(); n++) {
      for (long each : past.items(n)) {
        int item = (int) each;
        if (asked.contains(item) && signals.lives(item, (int) (each >>> 32))) {
          int place = asked.place(item);
          if (visitedBy[place] != n) {
            visitedBy[place] = n;
            addCommon(place, past.nearest(n), past.weight(n));
          }
        }
      }
    }
    for (int place = 0; place < asked.size(); place++) {
      distances[at(place, Signal.SIMILAR_VISITS)] = nearestInCommon(place);
    }
  }

  private void addCommon(int place, int distance, float weight) {
    int first = place * COMMON;
    int at = 0;
    while (at < commonSize[place] && commonDistances[first + at] != distance) {
      at++;
    }
    if (at == commonSize[place]) {
      commonSize[place]++;
      commonDistances[first + at] = distance;
      commonWeights[first + at] = 0;
    }
    commonWeights[first + at] += weight;
  }

  private int nearestInCommon(int place) {
    int first = place * COMMON;
    int best = first;
    for (int at = first + 1; at < first + commonSize[place]; at++) {
      best = commonWeights[at] > commonWeights[best] ? at : best;
    }
    return commonSize[place] == 0 ? 0 : commonDistances[best];
  }

  /**
   * The event that a signal of an item that was asked about comes from most, counted from the
   * session's end, 1 for its last; 0 if there is none.
   */
  int distance(int item, Signal signal) {
    return distances[at(asked.place(item), signal)];
  }
}
