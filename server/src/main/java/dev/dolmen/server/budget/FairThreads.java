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
 *
 * <p>Turns wait as long as {@link WaitBound} lets them. Where that is too long, or as many are here
 * as may be, the caller with the most of them gives way: its newest turn is refused for that of a
 * caller who would still have fewer, and its next ones before they wait. Turns that nobody waits
 * for any more are let go when they would be next, at the cost of nothing and of nobody. What waits
 * on its way here waits for those who send the most, so the way counts for them alone: not for who
 * calls far less than callers do on the mean ({@link RecentCalls}).
 */
public final class FairThreads implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(FairThreads.class);

  /** What a caller's first turn is charged with. */
  private static final long FIRST_NANOS = 1_000_000;

  /** What it is expected to take by itself, without the step that it shares. */
  private static final long FIRST_OWN_NANOS = 100_000;

  private final int threads;
  private final int maxTurns;
  private final Sharing sharing;
  private final LongSupplier nanos;
  private final ExecutorService pool;

  /** Guards all below, and is never held while a turn is run or refused. */
  private final ReentrantLock lock = new ReentrantLock();

  private final Map<Object, Share> shares = new LinkedHashMap<>();
  private final WaitBound bound;
  private final RecentCalls recent;
  private int waiting;
  private int running;
  private int working;

  /** Of those that work, threads that have not taken a turn yet: each takes one that waits. */
  private int starting;

  private long now;
  private boolean closed;

  /**
   * How much may be here.
   *
   * @param maxTurns that wait or are computed, of all callers
   * @param standingWait what a turn may wait while more come than are computed
   */
  public record Bounds(int maxTurns, Duration standingWait) {}

  /** Why a turn is refused. */
  public enum Refusal {
    /** Its caller has more turns here than another, who has come. */
    YIELDS,
    /** It has waited too long. */
    LATE,
    /** Nobody waits for it any more. */
    GONE
  }

  /** What becomes of a turn that is offered. */
  public enum Offer {
    /** It waits. */
    TAKEN,
    /** It would wait too long, as many are here as may be, or this is closed. */
    FULL,
    /** It would wait for longer than it can. */
    HURRIED
  }

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

    /** It is not computed, on any thread. */
    void refuse(Refusal why);

    /** Whether nobody waits for it any more; asked while others wait, so this must be quick. */
    boolean isGone();
  }

  private record Waiting(Turn turn, long sinceNanos) {}

  /** What is known of a caller. */
  private static final class Share {
    final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
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
   * @param bounds of turns
   * @param sharing of steps
   * @param nanos monotonic time
   * @param factory makes the threads
   */
  public FairThreads(
      int threads, Bounds bounds, Sharing sharing, LongSupplier nanos, ThreadFactory factory) {
    this.threads = threads;
    maxTurns = bounds.maxTurns;
    bound = new WaitBound(threads, bounds.standingWait, nanos.getAsLong());
    recent = new RecentCalls(nanos.getAsLong());
    this.sharing = sharing;
    this.nanos = nanos;
    pool = Executors.newFixedThreadPool(threads, factory);
  }

  /**
   * Lets a turn wait, in the place of another's if there is no other room.
   *
   * @param caller equal for turns of the same caller
   * @param sinceNanos monotonic time since which it has waited, on its way here
   * @param patienceNanos what it waits at most from now on
   */
  public Offer offer(Object caller, Turn turn, long sinceNanos, long patienceNanos) {
    Waiting yields = null;
    lock.lock();
    try {
      long atNanos = nanos.getAsLong();
      if (expectedNanos(caller) > patienceNanos) {
        return Offer.HURRIED;
      }
      boolean light = recent.isLight(caller, atNanos);
      if (closed || (!light && isLateHere(sinceNanos, atNanos))) {
        return Offer.FULL;
      }
      if (isFull(caller, atNanos)) {
        bound.refused(atNanos);
        Share most = yieldingTo(caller);
        if (most == null) {
          return Offer.FULL;
        }
        yields = most.waiting.removeLast();
        waiting--;
      }
      shares
          .computeIfAbsent(caller, c -> new Share(now))
          .waiting
          .add(new Waiting(turn, light ? atNanos : sinceNanos));
      waiting++;
      if (working < threads) {
        working++;
        starting++;
        pool.execute(this::work);
      }
    } finally {
      lock.unlock();
    }
    if (yields != null) {
      yields.turn.refuse(Refusal.YIELDS);
    }
    return Offer.TAKEN;
  }

  /**
   * Whether {@link #offer} would let a turn of this caller wait now, if it has patience. Asked once
   * a call, which counts it.
   *
   * @param sinceNanos monotonic time since which it has waited
   */
  public boolean isOpenTo(Object caller, long sinceNanos) {
    lock.lock();
    try {
      long atNanos = nanos.getAsLong();
      recent.called(caller, atNanos);
      if (!recent.isLight(caller, atNanos) && isLateHere(sinceNanos, atNanos)) {
        return false;
      }
      boolean open = !isFull(caller, atNanos) || yieldingTo(caller) != null;
      if (!open) {
        bound.refused(atNanos);
      }
      return open;
    } finally {
      lock.unlock();
    }
  }

  /** Whether the way here took too long; if it did, threads on it have a standing queue, too. */
  private boolean isLateHere(long sinceNanos, long atNanos) {
    long tookNanos = atNanos - sinceNanos;
    if (waiting == 0 || !bound.isShort(tookNanos)) {
      bound.waited(tookNanos, atNanos);
    }
    return isLate(sinceNanos, atNanos);
  }

  /** What is late shows that more come than are computed. */
  private boolean isLate(long sinceNanos, long atNanos) {
    boolean late = bound.isLate(atNanos - sinceNanos, atNanos);
    if (late) {
      bound.late(atNanos);
    }
    return late;
  }

  private boolean isFull(Object caller, long atNanos) {
    return waiting + running >= maxTurns || expectedNanos(caller) > bound.boundNanos(atNanos);
  }

  /** Callers take turns, so that one who has few here does not wait for all that others have. */
  private long expectedNanos(Object caller) {
    Share own = shares.get(caller);
    long inTurns = own == null ? shares.size() : (own.waiting.size() + 1L) * shares.size();
    return bound.expectedNanos((int) Math.min(waiting, inTurns));
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

  /** Turns that wait or are computed. */
  public int inFlight() {
    lock.lock();
    try {
      return waiting + running;
    } finally {
      lock.unlock();
    }
  }

  /** How many may wait at most while more come than are computed. */
  public int standingTurns() {
    lock.lock();
    try {
      return Math.min(maxTurns, bound.standingTurns());
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
    for (Begun begun = next(true); begun != null; begun = next(false)) {
      for (Begun turn = begun; turn != null; turn = another(left, begun.atNanos)) {
        boolean leaves = together.leaves(turn.turn::run);
        turn.ownNanos = nanos.getAsLong() - turn.atNanos;
        if (leaves) {
          left.add(turn);
        } else {
          end(turn, 0, turn.ownNanos);
        }
      }
      if (!left.isEmpty()) {
        long atNanos = nanos.getAsLong();
        together.doLeft();
        long endNanos = nanos.getAsLong();
        long eachNanos = (endNanos - atNanos) / left.size();
        long passNanos = endNanos - begun.atNanos;
        left.forEach(turn -> end(turn, eachNanos, passNanos));
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

  /**
   * The next turn, if there is one; without one the thread stops.
   *
   * @param first whether the thread was started for it
   */
  private @Nullable Begun next(boolean first) {
    List<Runnable> refusals = new ArrayList<>();
    lock.lock();
    try {
      starting -= first ? 1 : 0;
      drop(refusals);
      Map.Entry<Object, Share> least = closed ? null : least();
      if (least == null) {
        working--;
        return null;
      }
      return begin(least);
    } finally {
      lock.unlock();
      refusals.forEach(Runnable::run);
    }
  }

  /**
   * Takes what nobody waits for, and what has waited in vain, away from the callers whose turn it
   * would be.
   */
  private void drop(List<Runnable> refusals) {
    long atNanos = nanos.getAsLong();
    for (Map.Entry<Object, Share> least = least(); least != null; least = least()) {
      Share share = least.getValue();
      Waiting head = share.waiting.getFirst();
      boolean gone = head.turn.isGone();
      if (!gone && !isLate(head.sinceNanos, atNanos)) {
        return;
      }
      refusals.add(() -> head.turn.refuse(gone ? Refusal.GONE : Refusal.LATE));
      share.waiting.remove();
      waiting--;
      forgetIdle(least.getKey(), share);
    }
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

  /**
   * Ends a turn, and charges its caller with what it took.
   *
   * @param passNanos from the beginning of the first turn that it shared a step with
   */
  private void end(Begun ended, long sharedNanos, long passNanos) {
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
      running--;
      bound.took(share.lastNanos);
      bound.passed(passNanos);
      forgetIdle(ended.caller, share);
    } finally {
      lock.unlock();
    }
  }

  private void forgetIdle(Object caller, Share share) {
    if (share.running == 0 && share.waiting.isEmpty()) {
      shares.remove(caller);
    }
  }

  private Map.@Nullable Entry<Object, Share> least() {
    Map.Entry<Object, Share> least = null;
    for (Map.Entry<Object, Share> entry : shares.entrySet()) {
      Share share = entry.getValue();
      if (!share.waiting.isEmpty()
          && (least == null || share.usedNanos < least.getValue().usedNanos)) {
        least = entry;
      }
    }
    return least;
  }

  private Begun begin(Map.Entry<Object, Share> least) {
    Share share = least.getValue();
    Waiting head = share.waiting.remove();
    Begun begun = new Begun(least.getKey(), share, head.turn, nanos.getAsLong());
    bound.waited(begun.atNanos - head.sinceNanos, begun.atNanos);
    waiting--;
    running++;
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
