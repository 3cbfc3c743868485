package dev.dolmen.server.budget;

import java.io.Closeable;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.LinkedHashMap;
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
 */
public final class FairThreads implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(FairThreads.class);

  /** What a caller's first turn is charged with. */
  private static final long FIRST_NANOS = 1_000_000;

  private final int threads;
  private final int maxWaiting;
  private final LongSupplier nanos;
  private final ExecutorService pool;

  /** Guards all below, and is never held while a turn is run or refused. */
  private final ReentrantLock lock = new ReentrantLock();

  private final Map<Object, Share> shares = new LinkedHashMap<>();
  private int waiting;
  private int working;
  private long now;
  private boolean closed;

  /** Something to compute for a caller. Either method is called, once, unless all is closed. */
  public interface Turn {
    /** Computes it, on one of the threads. */
    void run();

    /** It makes room for others, on any thread. */
    void refuse();
  }

  /** What is known of a caller. */
  private static final class Share {
    final ArrayDeque<Turn> waiting = new ArrayDeque<>();
    int running;
    long usedNanos;
    long lastNanos = FIRST_NANOS;

    Share(long usedNanos) {
      this.usedNanos = usedNanos;
    }
  }

  /**
   * Starts no thread yet.
   *
   * @param maxWaiting turns that wait, of all callers
   * @param nanos monotonic time
   * @param factory makes the threads
   */
  public FairThreads(int threads, int maxWaiting, LongSupplier nanos, ThreadFactory factory) {
    this.threads = threads;
    this.maxWaiting = maxWaiting;
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
    for (Begun begun = next(null); begun != null; begun = next(begun)) {
      run(begun.turn);
    }
  }

  /** A turn that fails ends neither the thread nor what is known of its caller. */
  private static void run(Turn turn) {
    try {
      turn.run();
    } catch (RuntimeException | Error e) {
      LOG.error("a turn failed", e);
    }
  }

  private record Begun(Object caller, Share share, Turn turn, long atNanos, long chargedNanos) {}

  /** Ends a turn, if there was one, and begins the next, if there is one. */
  private @Nullable Begun next(@Nullable Begun ended) {
    lock.lock();
    try {
      if (ended != null) {
        end(ended);
      }
      Begun begun = closed ? null : begin();
      if (begun == null) {
        working--;
      }
      return begun;
    } finally {
      lock.unlock();
    }
  }

  private void end(Begun ended) {
    Share share = ended.share;
    share.lastNanos = nanos.getAsLong() - ended.atNanos;
    share.usedNanos += share.lastNanos - ended.chargedNanos;
    share.running--;
    if (share.running == 0 && share.waiting.isEmpty()) {
      shares.remove(ended.caller);
    }
  }

  private @Nullable Begun begin() {
    Map.Entry<Object, Share> least =
        shares.entrySet().stream()
            .filter(entry -> !entry.getValue().waiting.isEmpty())
            .min(Comparator.comparingLong(entry -> entry.getValue().usedNanos))
            .orElse(null);
    if (least == null) {
      return null;
    }
    Share share = least.getValue();
    Turn turn = share.waiting.remove();
    waiting--;
    now = Math.max(now, share.usedNanos);
    share.running++;
    share.usedNanos += share.lastNanos;
    return new Begun(least.getKey(), share, turn, nanos.getAsLong(), share.lastNanos);
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
