package dev.dolmen.trainer.baseline;

import java.util.Arrays;
import java.util.BitSet;

/**
 * Scores of items for one question: a dense array, and the list of the items that have one, so that
 * the next question costs what this one touched and not the catalogue. Grows with the largest item.
 */
public final class ItemScores {
  /** An item without a score. */
  private static final float NONE = Float.NaN;

  private float[] scores = new float[0];
  private int[] touched = new int[16];
  private int size;
  private int candidates;

  public ItemScores() {}

  /**
   * Forgets all scores.
   *
   * @param candidates items that could be ranked: the rank of one without a score
   */
  public void reset(int candidates) {
    if (candidates < 0) {
      throw new IllegalArgumentException("candidates: " + candidates + ", expected 0 or more");
    }
    for (int i = 0; i < size; i++) {
      scores[touched[i]] = NONE;
    }
    size = 0;
    this.candidates = candidates;
  }

  /**
   * Adds to an item's score, which is 0 before.
   *
   * @throws IllegalArgumentException if {@code by} is not a number
   */
  public void add(int item, float by) {
    if (Float.isNaN(by)) {
      throw new IllegalArgumentException("score of item " + item + ": NaN, expected a number");
    }
    if (item >= scores.length) {
      grow(item);
    }
    float before = scores[item];
    if (Float.isNaN(before)) {
      if (size == touched.length) {
        touched = Arrays.copyOf(touched, 2 * size);
      }
      touched[size++] = item;
      scores[item] = by;
    } else {
      scores[item] = before + by;
    }
  }

  private void grow(int item) {
    int from = scores.length;
    scores = Arrays.copyOf(scores, Math.max(item + 1, from + (from >> 1)));
    Arrays.fill(scores, from, scores.length, NONE);
  }

  /** Forgets the scores of all other items. */
  public void retain(BitSet items) {
    int kept = 0;
    for (int i = 0; i < size; i++) {
      if (items.get(touched[i])) {
        touched[kept++] = touched[i];
      } else {
        scores[touched[i]] = NONE;
      }
    }
    size = kept;
  }

  /** Number of items that have a score. */
  public int size() {
    return size;
  }

  /** The item at a place below {@link #size}, in the order in which they were first touched. */
  public int item(int place) {
    return touched[place];
  }

  /** Whether the item has a score. */
  public boolean contains(int item) {
    return item < scores.length && !Float.isNaN(scores[item]);
  }

  /** The item's score; 0 if it has none. */
  public float score(int item) {
    return contains(item) ? scores[item] : 0;
  }

  /** The largest score; 0 if there is none. */
  public float max() {
    float max = 0;
    for (int i = 0; i < size; i++) {
      float score = scores[touched[i]];
      max = i == 0 || score > max ? score : max;
    }
    return max;
  }

  /**
   * Rank of an item from 1, ties against it: one more than there are other items with a score as
   * high or higher. Without a score it is the number of candidates.
   */
  public int rankOf(int item) {
    if (!contains(item)) {
      return candidates;
    }
    float own = scores[item];
    int rank = 0;
    for (int i = 0; i < size; i++) {
      rank += scores[touched[i]] >= own ? 1 : 0;
    }
    return rank;
  }

  /** The k best items at most, the best first; of equal ones the smaller number first. */
  public int[] top(int k) {
    int[] best = new int[Math.min(k, size)];
    int filled = 0;
    for (int i = 0; i < size && best.length > 0; i++) {
      int item = touched[i];
      if (filled == best.length && !before(item, best[filled - 1])) {
        continue;
      }
      int at = filled < best.length ? filled++ : filled - 1;
      for (; at > 0 && before(item, best[at - 1]); at--) {
        best[at] = best[at - 1];
      }
      best[at] = item;
    }
    return best;
  }

  private boolean before(int item, int other) {
    return scores[item] > scores[other] || (scores[item] == scores[other] && item < other);
  }
}
