package dev.dolmen.traffic.generator;

import dev.dolmen.v1.Acknowledgement;
import dev.dolmen.v1.RecommendRequest;
import dev.dolmen.v1.SessionContext;
import dev.dolmen.v1.SessionEvent;
import io.grpc.StatusRuntimeException;
import java.util.Objects;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Measures from outside how soon each of many clicks counts: asks for a recommendation every five
 * milliseconds, and each answer ends the wait of all clicks that its model has learned. What is
 * recorded is the time from a click's acknowledgement to the answer, late by the time between two
 * answers at most. Where {@link FreshnessProbe} follows one click at a time, this follows them all,
 * so that the slow ones under load count as often as they come.
 *
 * <p>A thread of its own asks; any threads tell of acknowledgements, in the log's order. At most
 * {@value #WAITING_MAX} clicks wait; more are counted, not followed.
 */
public final class VisibilityWatch implements AutoCloseable {
  private static final int WAITING_MAX = 1 << 17;
  private static final long PERIOD_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
  private static final long GIVE_UP_NANOS = TimeUnit.SECONDS.toNanos(60);

  private record Waiting(long logOffset, long acknowledgedNanos) {}

  private final Connection connection;
  private final RecommendRequest request;
  private final BlockingQueue<Waiting> waiting = new ArrayBlockingQueue<>(WAITING_MAX);
  private final LatencyRecorder latencies = new LatencyRecorder();
  private final AtomicLong notFollowed = new AtomicLong();
  private final Thread thread;
  private volatile boolean running = true;

  /**
   * Starts watching.
   *
   * @param itemId of the sessions that recommendations are asked for
   */
  public VisibilityWatch(Connection connection, String itemId) {
    this.connection = connection;
    request =
        RecommendRequest.newBuilder()
            .setSession(
                SessionContext.newBuilder().addEvents(SessionEvent.newBuilder().setItemId(itemId)))
            .setK(20)
            .setNoImpression(true)
            .build();
    thread = Thread.ofPlatform().daemon().name("visibility-watch").start(this::run);
  }

  /** A click was acknowledged just now; duplicates are not followed. */
  public void acknowledged(Acknowledgement acknowledgement) {
    if (acknowledgement.getStatus() == Acknowledgement.Status.STATUS_ACCEPTED
        && !waiting.offer(new Waiting(acknowledgement.getLogOffset(), System.nanoTime()))) {
      notFollowed.incrementAndGet();
    }
  }

  private void run() {
    long stopped = 0;
    while (running || !waiting.isEmpty()) {
      long asked = System.nanoTime();
      if (!running) {
        stopped = stopped == 0 ? asked : stopped;
        if (asked - stopped > GIVE_UP_NANOS) {
          notFollowed.addAndGet(waiting.size());
          return;
        }
      }
      try {
        long learned =
            connection.recommendationsBlocking().recommend(request).getLearnedLogOffset();
        visible(learned, System.nanoTime());
      } catch (StatusRuntimeException e) {
        // Refused or late: whoever waits waits on, and its time shows it.
        LockSupport.parkNanos(PERIOD_NANOS);
      }
      LockSupport.parkNanos(Math.max(0, PERIOD_NANOS - (System.nanoTime() - asked)));
    }
  }

  private void visible(long learnedLogOffset, long nanos) {
    for (Waiting head = waiting.peek();
        head != null && head.logOffset <= learnedLogOffset;
        head = waiting.peek()) {
      latencies.recordNanos(nanos - Objects.requireNonNull(waiting.poll()).acknowledgedNanos);
    }
  }

  /** Times from acknowledgement to visible; complete after {@link #close}. */
  public LatencyRecorder latencies() {
    return latencies;
  }

  /**
   * Clicks whose time is not among {@link #latencies}, as too many waited or the end was given up.
   */
  public long notFollowed() {
    return notFollowed.get();
  }

  /** Waits until every click is visible, for a minute at most. */
  @Override
  public void close() {
    running = false;
    LockSupport.unpark(thread);
    try {
      thread.join(GIVE_UP_NANOS / 1_000_000 + 35_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
