package dev.dolmen.server.index;

import java.util.Arrays;

/**
 * The k best (score, index) pairs seen: higher scores first, lower indexes first among equals, so
 * that the result does not depend on the order of offers. A binary heap with the worst pair at the
 * root. Reused from request to request by one thread.
 */
public final class TopK {
  private float[] scores = new float[0];
  private int[] indexes = new int[0];
  private int k;
  private int size;

  /** Empties it and makes it keep {@code k} pairs, at least 1. */
  public void reset(int k) {
    if (scores.length < k) {
      scores = new float[k];
      indexes = new int[k];
    }
    this.k = k;
    size = 0;
  }

  /** Whether a pair would be kept. False for scores that are not a number or negative infinity. */
  public boolean wouldKeep(float score, int index) {
    if (!(score > Float.NEGATIVE_INFINITY)) {
      return false;
    }
    return size < k || better(score, index, scores[0], indexes[0]);
  }

  /** Keeps a pair that {@link #wouldKeep}; each index at most once. */
  public void keep(float score, int index) {
    if (size < k) {
      up(size++, score, index);
    } else {
      down(score, index, size);
    }
  }

  /** Pairs kept. */
  public int size() {
    return size;
  }

  /** Sorts best first; after this {@link #reset} is the only method that may change it. */
  public void sort() {
    for (int end = size - 1; end > 0; end--) {
      float worstScore = scores[0];
      int worstIndex = indexes[0];
      down(scores[end], indexes[end], end);
      scores[end] = worstScore;
      indexes[end] = worstIndex;
    }
  }

  /** Score at a rank, from 0, after {@link #sort}. */
  public float score(int rank) {
    return scores[rank];
  }

  /** Index at a rank, from 0, after {@link #sort}. */
  public int index(int rank) {
    return indexes[rank];
  }

  /** Indexes of the pairs kept, in the order of their ranks after {@link #sort}. */
  int[] indexes() {
    return Arrays.copyOf(indexes, size);
  }

  /** The score that must be beaten or equalled to be kept. */
  public float threshold() {
    return size < k ? Float.NEGATIVE_INFINITY : scores[0];
  }

  private static boolean better(float score, int index, float otherScore, int otherIndex) {
    return score > otherScore || (score == otherScore && index < otherIndex);
  }

  private void up(int at, float score, int index) {
    int i = at;
    while (i > 0) {
      int parent = (i - 1) >>> 1;
      if (!better(scores[parent], indexes[parent], score, index)) {
        break;
      }
      scores[i] = scores[parent];
      indexes[i] = indexes[parent];
      i = parent;
    }
    scores[i] = score;
    indexes[i] = index;
  }

  /** Puts a pair in the root's place among the first {@code n} and lets it sink. */
  private void down(float score, int index, int n) {
    int i = 0;
    while (true) {
      int child = 2 * i + 1;
      if (child >= n) {
        break;
      }
      if (child + 1 < n
          && better(scores[child], indexes[child], scores[child + 1], indexes[child + 1])) {
        child++;
      }
      if (!better(score, index, scores[child], indexes[child])) {
        break;
      }
      scores[i] = scores[child];
      indexes[i] = indexes[child];
      i = child;
    }
    scores[i] = score;
    indexes[i] = index;
  }
}
