package dev.dolmen.server.budget;

import java.io.Closeable;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Threads that callers share by time. Of the callers who wait, the one that has been computed for
 * least is next, so that few light turns do not wait behind many heavy ones of somebody else. Any
 * thread.
 *
 * <p>Start-time fair queueing (Goyal, Vin and Cheng, SIGCOMM 1996), for several threads: a turn is
 * charged at its beginning with what the caller's last one took, and put right at its end. A caller
 * who comes, or comes again, begins where the others are: nobody saves up time. Callers are held
 * only while they have turns, so there are never more of them than turns.
 *
 * <p>A turn may leave a step to its thread that several turns have in common ({@link Together}).
 * The thread then takes further turns that wait, as far as {@link Sharing} lets it, before it does
 * that step for all of them; what it takes is shared among them alike. Where no turn waits, or
 * another thread is about to take it, nobody waits for it.
 */
public final class FairThreads implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(FairThreads.class);

  /** What a caller's first turn is charged with. */
  private static final long FIRST_NANOS = 1_000_000;

  /** What it is expected to take by itself, without the step that it shares. */
  private static final long FIRST_OWN_NANOS = 100_000;

  private final int threads;
  private final int maxWaiting;
  private final Sharing sharing;
  private final LongSupplier nanos;
  private final ExecutorService pool;

  /** Guards all below, and is never held while a turn is run or refused. */
  private final ReentrantLock lock = new ReentrantLock();

  private final Map<Object, Share> shares = new LinkedHashMap<>();
  private int waiting;
  private int working;

  /** Of those that work, threads that have not taken a turn yet: each takes one that waits. */
  private int starting;

  private long now;
  private boolean closed;

  /**
   * How far turns share a step.
   *
   * @param maxTurns that share one; 1 for none
   * @param maxWait for which a turn may wait for others that are to share its step
   */
  public record Sharing(int maxTurns, Duration maxWait) {
    /** No turn shares anything. */
    public static final Sharing NONE = new Sharing(1, Duration.ZERO);
  }

  /**
   * Something to compute for a caller. Unless all is closed, it is either run, and then ended, or
   * refused.
   */
  public interface Turn {
    /** Computes it, on one of the threads, but for what it leaves to {@link Together}. */
    void run();

    /** Nothing is left of it to compute, whether it failed or not; on the same thread. */
    void end();

    /** It makes room for others, on any thread. */
    void refuse();
  }

  /** What is known of a caller. */
  private static final class Share {
    final ArrayDeque<Turn> waiting = new ArrayDeque<>();
    int running;
    long usedNanos;
    long lastNanos = FIRST_NANOS;
    long lastOwnNanos = FIRST_OWN_NANOS;

    Share(long usedNanos) {
      this.usedNanos = usedNanos;
    }
  }

  /**
   * Starts no thread yet.
   *
   * @param maxWaiting turns that wait, of all callers
   * @param sharing of steps
   * @param nanos monotonic time
   * @param factory makes the threads
   */
  public FairThreads(
      int threads, int maxWaiting, Sharing sharing, LongSupplier nanos, ThreadFactory factory) {
    this.threads = threads;
    this.maxWaiting = maxWaiting;
    this.sharing = sharing;
    this.nanos = nanos;
    pool = Executors.newFixedThreadPool(threads, factory);
  }

  /**
   * Lets a turn wait.
   *
   * @param caller equal for turns of the same caller
   * @return false if as many wait as may, or this is closed
   */
  public boolean offer(Object caller, Turn turn) {
    lock.lock();
    try {
      if (closed || waiting == maxWaiting) {
        return false;
      }
      shares.computeIfAbsent(caller, c -> new Share(now)).waiting.add(turn);
      waiting++;
      if (working < threads) {
        working++;
        starting++;
        pool.execute(this::work);
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Refuses the newest turn of the caller of whose turns most wait, if that leaves it with no fewer
   * than this caller would have with one more.
   *
   * @return whether there is room now
   */
  public boolean makeRoomFor(Object caller) {
    Turn refused;
    lock.lock();
    try {
      Share most = yieldingTo(caller);
      if (most == null) {
        return false;
      }
      refused = most.waiting.removeLast();
      waiting--;
    } finally {
      lock.unlock();
    }
    refused.refuse();
    return true;
  }

  /** Whether {@link #makeRoomFor} would make room now. */
  public boolean canMakeRoomFor(Object caller) {
    lock.lock();
    try {
      return yieldingTo(caller) != null;
    } finally {
      lock.unlock();
    }
  }

  private @Nullable Share yieldingTo(Object caller) {
    Share own = shares.get(caller);
    int ownWaiting = own == null ? 0 : own.waiting.size();
    return shares.values().stream()
        .max(Comparator.comparingInt(share -> share.waiting.size()))
        .filter(most -> most.waiting.size() >= ownWaiting + 2)
        .orElse(null);
  }

  /** Turns that wait. */
  public int waiting() {
    lock.lock();
    try {
      return waiting;
    } finally {
      lock.unlock();
    }
  }

  /** Callers that are held. */
  int callers() {
    lock.lock();
    try {
      return shares.size();
    } finally {
      lock.unlock();
    }
  }

  private void work() {
    Together together = Together.ofThread();
    List<Begun> left = new ArrayList<>();
    for (Begun begun = first(); begun != null; begun = next()) {
      for (Begun turn = begun; turn != null; turn = another(left, begun.atNanos)) {
        boolean leaves = together.leaves(turn.turn::run);
        turn.ownNanos = nanos.getAsLong() - turn.atNanos;
        if (leaves) {
          left.add(turn);
        } else {
          end(turn, 0);
        }
      }
      if (!left.isEmpty()) {
        long atNanos = nanos.getAsLong();
        together.doLeft();
        long eachNanos = (nanos.getAsLong() - atNanos) / left.size();
        left.forEach(turn -> end(turn, eachNanos));
        left.clear();
      }
    }
  }

  private static final class Begun {
    final Object caller;
    final Share share;
    final Turn turn;
    final long atNanos;
    final long chargedNanos;
    long ownNanos;

    Begun(Object caller, Share share, Turn turn, long atNanos) {
      this.caller = caller;
      this.share = share;
      this.turn = turn;
      this.atNanos = atNanos;
      chargedNanos = share.lastNanos;
    }
  }

  /** The first turn of a thread that was started for it. */
  private @Nullable Begun first() {
    lock.lock();
    try {
      starting--;
      return beginOrStop();
    } finally {
      lock.unlock();
    }
  }

  /** The next turn, if there is one. */
  private @Nullable Begun next() {
    lock.lock();
    try {
      return beginOrStop();
    } finally {
      lock.unlock();
    }
  }

  private @Nullable Begun beginOrStop() {
    Begun begun = closed ? null : begin();
    if (begun == null) {
      working--;
    }
    return begun;
  }

  /**
   * A turn to share the step of those that were left, if one waits that no other thread is about to
   * take, and is expected to be in time.
   */
  private @Nullable Begun another(List<Begun> left, long sinceNanos) {
    if (left.isEmpty() || left.size() >= sharing.maxTurns) {
      return null;
    }
    lock.lock();
    try {
      Map.Entry<Object, Share> least = closed || waiting <= starting ? null : least();
      long restNanos = sharing.maxWait.toNanos() - (nanos.getAsLong() - sinceNanos);
      return least == null || least.getValue().lastOwnNanos > restNanos ? null : begin(least);
    } finally {
      lock.unlock();
    }
  }

  /** Ends a turn, and charges its caller with what it took. */
  private void end(Begun ended, long sharedNanos) {
    try {
      ended.turn.end();
    } catch (RuntimeException | Error e) {
      LOG.error("a turn failed to end", e);
    }
    lock.lock();
    try {
      Share share = ended.share;
      share.lastOwnNanos = ended.ownNanos;
      share.lastNanos = ended.ownNanos + sharedNanos;
      share.usedNanos += share.lastNanos - ended.chargedNanos;
      share.running--;
      if (share.running == 0 && share.waiting.isEmpty()) {
        shares.remove(ended.caller);
      }
    } finally {
      lock.unlock();
    }
  }

  private @Nullable Begun begin() {
    Map.Entry<Object, Share> least = least();
    return least == null ? null : begin(least);
  }

  private Map.@Nullable Entry<Object, Share> least() {
    return shares.entrySet().stream()
        .filter(entry -> !entry.getValue().waiting.isEmpty())
        .min(Comparator.comparingLong(entry -> entry.getValue().usedNanos))
        .orElse(null);
  }

  private Begun begin(Map.Entry<Object, Share> least) {
    Share share = least.getValue();
    Begun begun = new Begun(least.getKey(), share, share.waiting.remove(), nanos.getAsLong());
    waiting--;
    now = Math.max(now, share.usedNanos);
    share.running++;
    share.usedNanos += begun.chargedNanos;
    return begun;
  }

  /** Begins no turn any more; those that are running are interrupted. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
    } finally {
      lock.unlock();
    }
    pool.shutdownNow();
  }
}
