package dev.dolmen.trainer.alternatives;

import dev.dolmen.trainer.baseline.Click;
import dev.dolmen.trainer.baseline.ServedRecommender;
import dev.dolmen.trainer.session.SessionHistory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import net.openhft.hashing.LongHashFunction;
import org.jspecify.annotations.Nullable;

/**
 * The baselines that are kept up, all on the same clicks in the order of the log.
 *
 * <p>Clicks gather until {@link #learn}, which the training thread calls with each batch before it
 * publishes the model: so both have learned the same when a request reads them. It takes the lock
 * for {@value #CLICKS_PER_LOCK} clicks at a time; a question takes it shared, for as long as it
 * scores. Methods marked <em>writer</em> are the training thread's; the others anybody's.
 */
public final class OnlineRankers {
  /** Clicks that are learned while nobody can ask: some tenths of a millisecond. */
  private static final int CLICKS_PER_LOCK = 64;

  private static final LongHashFunction HASH = LongHashFunction.xx3();

  private final Map<RankerKind, ServedRecommender> rankers = new EnumMap<>(RankerKind.class);
  private final ItemNumbers numbers = new ItemNumbers();

  // Not fair, and yet a writer that waits lets no more readers in before it.
  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
  private final RankerValidation validation;

  /** Clicks that wait; as many as a batch has. */
  private long[] sessions = new long[256];

  private int[] items = new int[256];
  private long[] timesSec = new long[256];
  private int size;
  private volatile long clicks;

  /**
   * @param kinds those to keep up; what is not taught is left out
   */
  public OnlineRankers(Set<RankerKind> kinds, RankerOptions options) {
    for (RankerKind kind : kinds) {
      if (kind.isTaught()) {
        rankers.put(kind, kind.create(options));
      }
    }
    validation = new RankerValidation(rankers, numbers, options.validationShare());
  }

  /** None at all: costs nothing. */
  public static OnlineRankers none() {
    return new OnlineRankers(Set.of(), new RankerOptions(1, 1, 0, 0));
  }

  /** Which are kept up. */
  public Set<RankerKind> kinds() {
    return Set.copyOf(rankers.keySet());
  }

  /** Whether there is none. */
  public boolean isEmpty() {
    return rankers.isEmpty();
  }

  /** A session as the baselines know it. */
  static long session(String id) {
    return HASH.hashBytes(id.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Takes the next click. Writer.
   *
   * @param before what is known of the session, null if this is its first click
   * @param item catalogue index
   */
  public void clicked(String sessionId, @Nullable SessionHistory before, int item, long timeMs) {
    if (rankers.isEmpty()) {
      return;
    }
    long timeSec = Math.floorDiv(timeMs, 1_000);
    long session = session(sessionId);
    if (before != null) {
      validation.offer(clicks + size, session, before, item, timeSec);
    }
    take(session, item, timeSec);
  }

  /** Takes a click of before this process; it is not predicted. Writer. */
  public void remember(String sessionId, int item, long timeMs) {
    remember(session(sessionId), item, Math.floorDiv(timeMs, 1_000));
  }

  /** The same of a session by its number. Writer. */
  void remember(long session, int item, long timeSec) {
    if (!rankers.isEmpty()) {
      take(session, item, timeSec);
    }
  }

  private void take(long session, int item, long timeSec) {
    if (size == items.length) {
      sessions = Arrays.copyOf(sessions, 2 * size);
      items = Arrays.copyOf(items, 2 * size);
      timesSec = Arrays.copyOf(timesSec, 2 * size);
    }
    sessions[size] = session;
    items[size] = item;
    timesSec[size++] = timeSec;
  }

  /** Clicks that wait for {@link #learn}. Writer. */
  public int waiting() {
    return size;
  }

  /** Forgets an item whose index may be another's from now on. Writer. */
  public void deleted(int item) {
    if (rankers.isEmpty()) {
      return;
    }
    learn();
    lock.writeLock().lock();
    try {
      numbers.retire(item);
      if (numbers.crowded()) {
        int[] anew = numbers.renumber();
        rankers.values().forEach(ranker -> ranker.renumber(anew));
      }
    } finally {
      lock.writeLock().unlock();
    }
  }

  /** Predicts some of the clicks that wait, then learns them all. Writer. */
  public void learn() {
    if (size == 0) {
      return;
    }
    validation.predict(); // Only this thread writes, so nothing changes meanwhile.
    for (int from = 0; from < size; from += CLICKS_PER_LOCK) {
      lock.writeLock().lock();
      try {
        learn(from, Math.min(size, from + CLICKS_PER_LOCK));
      } finally {
        lock.writeLock().unlock();
      }
    }
    count(size);
    size = 0;
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // One writer.
  private void count(int learned) {
    clicks += learned;
  }

  private void learn(int from, int to) {
    for (int i = from; i < to; i++) {
      Click click = new Click(sessions[i], numbers.claim(items[i]), timesSec[i]);
      for (ServedRecommender ranker : rankers.values()) {
        ranker.learn(click);
      }
    }
  }

  /** For one thread, to ask with. */
  public RankerReader reader() {
    return new RankerReader(rankers, numbers, lock.readLock());
  }

  /** How each does. */
  public List<RankerFigures> figures() {
    List<RankerFigures> figures = new ArrayList<>();
    lock.readLock().lock();
    try {
      rankers.forEach(
          (kind, ranker) -> figures.add(validation.figures(kind, clicks, ranker.memoryBytes())));
    } finally {
      lock.readLock().unlock();
    }
    return figures;
  }
}
