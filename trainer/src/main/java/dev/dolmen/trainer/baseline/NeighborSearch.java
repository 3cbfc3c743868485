package dev.dolmen.trainer.baseline;

import dev.dolmen.trainer.signals.LargestNumbers;
import java.util.Arrays;

/**
 * Finds the sessions that are most like a prefix, and scores their items. One pass over the lists
 * of the prefix's distinct items, the latest item first, sums up each session's similarity; then
 * the sample and the neighbours are cut off at the k-th largest, so that a question costs as much
 * as there are entries in those lists. Sums are taken in the order in which sessions were found.
 */
final class NeighborSearch {
  /** Logarithms that are kept. */
  private static final int KEPT_LOGS = 65_536;

  private final SessionIndex index;
  private final NeighborFormula formula;
  private final double[] logs = new double[KEPT_LOGS];

  /** By place: similarity, 0 where not found; and where the latest item in common stands. */
  private float[] similarities = new float[0];

  private int[] matches = new int[0];

  private int[] found = new int[64];
  private long[] keys = new long[64];
  private int count;

  NeighborSearch(SessionIndex index, NeighborFormula formula) {
    this.index = index;
    this.formula = formula;
  }

  void score(SessionPrefix prefix, ItemScores scores) {
    if (similarities.length < index.places()) {
      similarities = Arrays.copyOf(similarities, index.places());
      matches = Arrays.copyOf(matches, index.places());
    }
    int distinct = find(prefix);
    cutToSample();
    if (formula.cosine()) {
      for (int i = 0; i < count; i++) {
        int place = found[i];
        similarities[place] /= (float) StrictMath.sqrt((double) distinct * index.itemCount(place));
      }
    }
    cutToNeighbors();
    for (int i = 0; i < count; i++) {
      addItems(found[i], prefix.size(), scores);
      similarities[found[i]] = 0;
    }
    count = 0;
  }

  /** Sums up similarities; returns the number of the prefix's distinct items. */
  private int find(SessionPrefix prefix) {
    int own = prefix.session() == SessionPrefix.NO_SESSION ? -1 : index.find(prefix.session());
    int distinct = 0;
    int size = prefix.size();
    for (int place = size - 1; place >= Math.max(0, size - formula.reach()); place--) {
      if (!prefix.comesAgain(place)) {
        distinct++;
        int fromEnd = size - place;
        float weight = formula.similarity().weight(fromEnd, size);
        if (weight > 0) {
          addSessions(prefix.item(place), weight, fromEnd, own);
        }
      }
    }
    return distinct;
  }

  private void addSessions(int item, float weight, int fromEnd, int own) {
    int last = index.placeCount(item) - 1;
    int first = Math.max(0, last + 1 - formula.sessionsPerItem());
    for (int i = last; i >= first; i--) {
      int place = index.place(item, i);
      if (place == own) {
        continue;
      }
      if (similarities[place] == 0) {
        if (count == found.length) {
          found = Arrays.copyOf(found, 2 * count);
          keys = Arrays.copyOf(keys, 2 * count);
        }
        found[count++] = place;
        matches[place] = fromEnd;
      }
      similarities[place] += weight;
    }
  }

  private void cutToSample() {
    if (count > formula.sample()) {
      for (int i = 0; i < count; i++) {
        keys[i] = index.lastClick(found[i]);
      }
      long least = LargestNumbers.kth(keys, count, formula.sample());
      int kept = 0;
      for (int i = 0; i < count; i++) {
        kept = keepIf(index.lastClick(found[i]) >= least, i, kept);
      }
      count = kept;
    }
  }

  private void cutToNeighbors() {
    if (count > formula.neighbors()) {
      for (int i = 0; i < count; i++) {
        keys[i] = key(found[i]);
      }
      long least = LargestNumbers.kth(keys, count, formula.neighbors());
      int kept = 0;
      for (int i = 0; i < count; i++) {
        kept = keepIf(key(found[i]) >= least, i, kept);
      }
      count = kept;
    }
  }

  /**
   * Sorts by similarity, then by recency. Similarities are positive, so their bits sort as they do;
   * clicks more than four billion clicks ago count as equally old.
   */
  private long key(int place) {
    long age = index.clicks() - index.lastClick(place);
    long recency = Math.max(0, 0xFFFFFFFFL - age);
    return ((long) Float.floatToIntBits(similarities[place]) << 32) | recency;
  }

  private int keepIf(boolean keep, int at, int kept) {
    if (keep) {
      found[kept] = found[at];
      return kept + 1;
    }
    similarities[found[at]] = 0;
    return kept;
  }

  private void addItems(int place, int length, ItemScores scores) {
    float weight = similarities[place] * formula.matching().weight(matches[place], length);
    if (weight <= 0) {
      return;
    }
    for (int i = 0; i < index.itemCount(place); i++) {
      int item = index.item(place, i);
      scores.add(item, weight * idf(item));
    }
  }

  private float idf(int item) {
    if (formula.idfWeight() == 0) {
      return (float) formula.idfBase();
    }
    double ratio = log(index.sessions()) - log(index.sessionsWith(item));
    return (float) (formula.idfBase() + formula.idfWeight() * ratio);
  }

  /** Of 1 or more. */
  private double log(int n) {
    if (n >= KEPT_LOGS) {
      return StrictMath.log(n);
    }
    if (logs[n] == 0 && n > 1) {
      logs[n] = StrictMath.log(n);
    }
    return logs[n];
  }
}
