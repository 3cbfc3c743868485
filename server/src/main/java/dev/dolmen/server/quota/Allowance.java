package dev.dolmen.server.quota;

import dev.dolmen.server.config.QuotaConfig.Quota;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** What one principal has left of its quota. Any thread; times are monotonic nanoseconds. */
final class Allowance {
  /** Nobody knows when a call will end: as long as a ranking call is told to wait. */
  private static final long CALL_ENDS_NANOS = Duration.ofMillis(100).toNanos();

  private final String label;
  private final String path;
  private final Quota quota;
  private final Rate requests;
  private final Rate events;
  private final Rate bytes;
  private final AtomicInteger calls = new AtomicInteger();
  private final AtomicInteger streams = new AtomicInteger();

  /**
   * A quota that is used up.
   *
   * @param waitNanos until there is something left again
   */
  record Exhausted(QuotaKind kind, long waitNanos) {}

  /**
   * Begins with all of it.
   *
   * @param label of the principal in metrics
   * @param path of the quota in the configuration
   */
  Allowance(String label, String path, Quota quota, long now) {
    this.label = label;
    this.path = path;
    this.quota = quota;
    requests = new Rate(quota.requestsPerSecond(), quota.burst(), now);
    events = new Rate(quota.eventsPerSecond(), quota.burst(), now);
    bytes = new Rate(quota.bytesPerSecond(), quota.burst(), now);
  }

  String label() {
    return label;
  }

  String path() {
    return path;
  }

  long limit(QuotaKind kind) {
    return kind.limit(quota);
  }

  boolean isOff() {
    return quota.isOff();
  }

  /**
   * Lets a call of one request in, or a stream, which counts until {@link #end}.
   *
   * @param publishes whether it will bring events
   * @return null if it is let in
   */
  @Nullable Exhausted begin(boolean stream, boolean publishes, long now) {
    if (isBeyond(calls, quota.concurrentCalls())) {
      calls.decrementAndGet();
      return new Exhausted(QuotaKind.CALLS, CALL_ENDS_NANOS);
    }
    if (stream && isBeyond(streams, quota.concurrentStreams())) {
      end(true);
      return new Exhausted(QuotaKind.STREAMS, CALL_ENDS_NANOS);
    }
    Exhausted exhausted = stream ? null : beforeMessage(publishes, now);
    if (exhausted == null) {
      exhausted = exhausted(QuotaKind.REQUESTS, requests.take(1, now));
    }
    if (exhausted != null) {
      end(stream);
    }
    return exhausted;
  }

  /** Increments the count, whatever it says. */
  private static boolean isBeyond(AtomicInteger count, int max) {
    return count.incrementAndGet() > max && max > 0;
  }

  /** A message that would be refused need not be read. */
  private @Nullable Exhausted beforeMessage(boolean publishes, long now) {
    Exhausted noEvents = exhausted(QuotaKind.EVENTS, publishes ? events.waitNanos(now) : 0);
    return noEvents == null ? exhausted(QuotaKind.BYTES, bytes.waitNanos(now)) : noEvents;
  }

  /** What {@link #begin} let in has ended. */
  void end(boolean stream) {
    calls.decrementAndGet();
    if (stream) {
      streams.decrementAndGet();
    }
  }

  /**
   * Lets the message of a call of one request in. Its bytes were read, so they are charged even if
   * its events are too many.
   *
   * @return null if it is let in
   */
  @Nullable Exhausted take(long eventCount, long byteCount, long now) {
    Exhausted exhausted = exhausted(QuotaKind.BYTES, bytes.take(byteCount, now));
    if (exhausted != null || eventCount == 0) {
      return exhausted;
    }
    return exhausted(QuotaKind.EVENTS, events.take(eventCount, now));
  }

  /**
   * A stream's message, which is taken; the next one may have to wait.
   *
   * @param requestCount 0 for the first, which was charged when the stream began
   */
  void charge(long requestCount, long eventCount, long byteCount, long now) {
    requests.charge(requestCount, now);
    events.charge(eventCount, now);
    bytes.charge(byteCount, now);
  }

  /**
   * How long a stream's next message has to wait, and for what.
   *
   * @return null if it has not
   */
  @Nullable Exhausted streamWait(boolean first, boolean publishes, long now) {
    Exhausted longest = exhausted(QuotaKind.REQUESTS, first ? 0 : requests.waitNanos(now));
    longest = longer(longest, QuotaKind.EVENTS, publishes ? events.waitNanos(now) : 0);
    return longer(longest, QuotaKind.BYTES, bytes.waitNanos(now));
  }

  private static @Nullable Exhausted longer(
      @Nullable Exhausted other, QuotaKind kind, long waitNanos) {
    return other != null && other.waitNanos >= waitNanos ? other : exhausted(kind, waitNanos);
  }

  private static @Nullable Exhausted exhausted(QuotaKind kind, long waitNanos) {
    return waitNanos == 0 ? null : new Exhausted(kind, waitNanos);
  }

  /** Whether a new one would be the same. */
  boolean isIdle(long now) {
    return calls.get() == 0 && requests.isFull(now) && events.isFull(now) && bytes.isFull(now);
  }
}
