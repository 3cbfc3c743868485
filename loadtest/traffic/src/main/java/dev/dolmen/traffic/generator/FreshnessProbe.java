package dev.dolmen.traffic.generator;

import com.google.protobuf.util.Timestamps;
import dev.dolmen.v1.Acknowledgement;
import dev.dolmen.v1.EventType;
import dev.dolmen.v1.FeedbackEvent;
import dev.dolmen.v1.PublishRequest;
import dev.dolmen.v1.RecommendRequest;
import dev.dolmen.v1.RecommendResponse;
import dev.dolmen.v1.SessionContext;
import dev.dolmen.v1.SessionEvent;
import io.grpc.StatusRuntimeException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Measures from outside how soon a click counts: publishes one click of a new session, then asks
 * for recommendations until one was computed with a model that has learned it, and records the time
 * from the acknowledgement to that answer. Each probe is a session of a single click, which makes
 * no training example of its own.
 *
 * <p>A thread of its own; probes are one at a time.
 */
public final class FreshnessProbe implements AutoCloseable {
  /**
   * What to click.
   *
   * @param timeMs when, as the events around it, milliseconds since 1970
   */
  public record Click(String itemId, long timeMs) {}

  private static final long GIVE_UP_NANOS = TimeUnit.SECONDS.toNanos(60);
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private final Connection connection;
  private final String name;
  private final long intervalNanos;
  private final Supplier<@Nullable Click> clicks;
  private final LatencyRecorder latencies = new LatencyRecorder();
  private final Thread thread;
  private volatile boolean running = true;
  private final AtomicLong failures = new AtomicLong();

  /**
   * Starts probing.
   *
   * @param name prefix of sessions and event ids, unique among runs against one server
   * @param intervalMs pause between two probes
   * @param clicks what to click next; null to wait
   */
  public FreshnessProbe(
      Connection connection, String name, long intervalMs, Supplier<@Nullable Click> clicks) {
    this.connection = connection;
    this.name = name;
    this.clicks = clicks;
    intervalNanos = TimeUnit.MILLISECONDS.toNanos(intervalMs);
    thread = Thread.ofPlatform().daemon().name("freshness-probe").start(this::run);
  }

  private void run() {
    for (long n = 0; running; n++) {
      Click click = clicks.get();
      if (click != null) {
        try {
          probe(n, click);
        } catch (StatusRuntimeException e) {
          failures.incrementAndGet();
        }
      }
      LockSupport.parkNanos(intervalNanos);
    }
  }

  private void probe(long n, Click click) {
    String session = name + "-probe-" + n;
    FeedbackEvent event =
        FeedbackEvent.newBuilder()
            .setEventId(session)
            .setSessionId(session)
            .setItemId(click.itemId())
            .setType(EventType.EVENT_TYPE_CLICK)
            .setTime(Timestamps.fromMillis(click.timeMs()))
            .build();
    Acknowledgement ack =
        connection
            .feedbackBlocking()
            .publishBatch(PublishRequest.newBuilder().addEvents(event).build())
            .getAcknowledgements(0);
    long acknowledged = System.nanoTime();
    if (ack.getStatus() != Acknowledgement.Status.STATUS_ACCEPTED) {
      failures.incrementAndGet();
      return;
    }
    RecommendRequest request =
        RecommendRequest.newBuilder()
            .setSession(
                SessionContext.newBuilder()
                    .addEvents(SessionEvent.newBuilder().setItemId(click.itemId())))
            .setK(20)
            .setNoImpression(true)
            .build();
    while (running) {
      RecommendResponse response = connection.recommendationsBlocking().recommend(request);
      long answered = System.nanoTime();
      if (response.getLearnedLogOffset() >= ack.getLogOffset()) {
        latencies.recordNanos(answered - acknowledged);
        return;
      }
      if (answered - acknowledged > GIVE_UP_NANOS) {
        failures.incrementAndGet();
        return;
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  /** Times from acknowledgement to the first recommendation computed with the click. */
  public LatencyRecorder latencies() {
    return latencies;
  }

  /** Probes that failed or were given up after a minute. */
  public long failures() {
    return failures.get();
  }

  @Override
  public void close() {
    running = false;
    LockSupport.unpark(thread);
    try {
      thread.join(TimeUnit.SECONDS.toMillis(35));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
