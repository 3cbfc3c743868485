package dev.dolmen.trainer.alternatives;

import dev.dolmen.trainer.baseline.ItemScorer;
import dev.dolmen.trainer.baseline.ItemScores;
import dev.dolmen.trainer.baseline.ServedRecommender;
import dev.dolmen.trainer.baseline.SessionPrefix;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.concurrent.locks.Lock;

/**
 * One thread's way to ask baselines: {@link #begin} a session, {@link #add} its events, {@link
 * #rank}. Keeps memory for the work, some bytes for each session and item that a baseline knows.
 */
public final class RankerReader {
  /** Events that count, the last ones: as many as the baselines look at. */
  public static final int REACH = 50;

  private final Map<RankerKind, ItemScorer> scorers = new EnumMap<>(RankerKind.class);
  private final Map<RankerKind, ServedRecommender> rankers;
  private final Map<RankerKind, SequencedMap<String, ItemScorer>> parts =
      new EnumMap<>(RankerKind.class);
  private final ItemNumbers numbers;
  private final Lock lock;
  private final SessionPrefix prefix = new SessionPrefix(REACH);
  private final ItemScores scored = new ItemScores();
  private long session;
  private int[] events = new int[64];
  private long[] timesSec = new long[64];
  private int length;
  private int[] items = new int[256];
  private float[] scores = new float[256];
  private int size;

  RankerReader(Map<RankerKind, ServedRecommender> rankers, ItemNumbers numbers, Lock lock) {
    this.rankers = rankers;
    rankers.forEach((kind, ranker) -> scorers.put(kind, ranker.scorer()));
    this.numbers = numbers;
    this.lock = lock;
  }

  /**
   * Begins another session.
   *
   * @param sessionId of feedback, so that what it taught is not taken for another's; or empty
   */
  public void begin(String sessionId) {
    session = sessionId.isEmpty() ? SessionPrefix.NO_SESSION : OnlineRankers.session(sessionId);
    length = 0;
    size = 0;
  }

  /** Appends an event, oldest first. */
  public void add(int item, long timeMs) {
    if (length == events.length) {
      events = Arrays.copyOf(events, 2 * length);
      timesSec = Arrays.copyOf(timesSec, 2 * length);
    }
    events[length] = item;
    timesSec[length++] = Math.floorDiv(timeMs, 1_000);
  }

  /**
   * Scores what the baseline has evidence for, in no order.
   *
   * @param nowSec event time
   * @return how many items, see {@link #item}
   * @throws IllegalArgumentException if the baseline is not kept up
   */
  public int rank(RankerKind kind, long nowSec) {
    ItemScorer scorer = scorers.get(kind);
    if (scorer == null) {
      throw isNotKept(kind);
    }
    return score(scorer, nowSec);
  }

  /**
   * Names of what the baseline's scores are sums of, in the order in which they are added.
   *
   * @throws IllegalArgumentException if the baseline is not kept up
   */
  public List<String> parts(RankerKind kind) {
    return List.copyOf(partsOf(kind).keySet());
  }

  /**
   * As {@link #rank}, but each score is one part of it alone.
   *
   * @param part one of {@link #parts}
   */
  public int rankBy(RankerKind kind, String part, long nowSec) {
    ItemScorer scorer = partsOf(kind).get(part);
    if (scorer == null) {
      throw new IllegalArgumentException(part + " is no part of " + kind.label());
    }
    return score(scorer, nowSec);
  }

  /** Made when they are first asked for: they keep memory of their own. */
  private SequencedMap<String, ItemScorer> partsOf(RankerKind kind) {
    ServedRecommender ranker = rankers.get(kind);
    if (ranker == null) {
      throw isNotKept(kind);
    }
    return parts.computeIfAbsent(kind, any -> ranker.parts());
  }

  private IllegalArgumentException isNotKept(RankerKind kind) {
    return new IllegalArgumentException(
        kind.label() + " is not kept up, expected one of " + scorers.keySet());
  }

  private int score(ItemScorer scorer, long nowSec) {
    lock.lock();
    try {
      prefix.start(session);
      for (int i = Math.max(0, length - REACH); i < length; i++) {
        prefix.add(numbers.of(events[i]), timesSec[i]);
      }
      scored.reset(0);
      scorer.score(prefix, nowSec, scored);
      collect();
    } finally {
      lock.unlock();
    }
    return size;
  }

  /** From numbers, which may change once the lock is given back, to indexes. */
  private void collect() {
    if (items.length < scored.size()) {
      items = new int[2 * scored.size()];
      scores = new float[2 * scored.size()];
    }
    size = 0;
    for (int i = 0; i < scored.size(); i++) {
      int number = scored.item(i);
      int index = numbers.index(number);
      if (index >= 0) {
        items[size] = index;
        scores[size++] = scored.score(number);
      }
    }
  }

  /** Catalogue index of a scored item. */
  public int item(int i) {
    return items[i];
  }

  /** Its score, 0 or more. */
  public float score(int i) {
    return scores[i];
  }
}
