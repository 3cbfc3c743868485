package dev.dolmen.server.otlp;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Spans that have ended and wait to be sent, by one thread that has one batch under way at a time.
 * Ending a span never waits; one that finds no room is dropped and counted.
 */
final class SpanQueue implements SpanProcessor {
  /** Spans that are sent at once. */
  static final int BATCH = 512;

  /** What became of spans, by outcome. */
  static final String METER = "dolmen.telemetry.spans";

  private static final Duration EVERY = Duration.ofMillis(500);

  private final ArrayBlockingQueue<SpanData> queue;
  private final int wakeAt;
  private final SpanExporter exporter;
  private final Delivery delivery;
  private final Counter dropped;
  private final Duration flushWithin;
  private final Thread thread;
  private volatile boolean closed;

  /**
   * Starts the thread.
   *
   * @param capacity spans that may wait, at least {@link #BATCH}
   * @param flushWithin the longest that {@link #shutdown} takes
   */
  SpanQueue(
      int capacity,
      SpanExporter exporter,
      Delivery delivery,
      Duration flushWithin,
      MeterRegistry meters) {
    queue = new ArrayBlockingQueue<>(capacity);
    wakeAt = Math.max(BATCH, capacity / 2);
    this.exporter = exporter;
    this.delivery = delivery;
    this.flushWithin = flushWithin;
    dropped = delivery.counter(METER, "dropped", meters);
    Gauge.builder("dolmen.telemetry.spans.waiting", queue, ArrayBlockingQueue::size)
        .description("Spans that wait to be sent to the collector of OpenTelemetry")
        .register(meters);
    thread = Thread.ofPlatform().name("dolmen-otlp-spans").daemon().start(this::sendAll);
  }

  @Override
  public void onStart(Context parent, ReadWriteSpan span) {
    // Only ends are of interest.
  }

  @Override
  public boolean isStartRequired() {
    return false;
  }

  @Override
  public void onEnd(ReadableSpan span) {
    if (closed || !queue.offer(span.toSpanData())) {
      dropped.increment();
    } else if (queue.size() == wakeAt) {
      LockSupport.unpark(thread); // Otherwise it comes by itself, and ending a span is cheaper.
    }
  }

  @Override
  public boolean isEndRequired() {
    return true;
  }

  private void sendAll() {
    List<SpanData> batch = new ArrayList<>(BATCH);
    while (!closed || !queue.isEmpty()) {
      if (!closed && queue.size() < BATCH) {
        LockSupport.parkNanos(this, EVERY.toNanos());
      }
      queue.drainTo(batch, BATCH);
      if (!batch.isEmpty()) {
        delivery.await(exporter.export(List.copyOf(batch)), batch.size());
        batch.clear();
      }
      if (Thread.interrupted()) {
        return; // Time is up.
      }
    }
  }

  /** Sends what waits, and gives up when the time for it has passed; the rest is dropped. */
  @Override
  public CompletableResultCode shutdown() {
    if (closed) {
      return CompletableResultCode.ofSuccess();
    }
    closed = true;
    LockSupport.unpark(thread);
    try {
      thread.join(flushWithin);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    thread.interrupt();
    List<SpanData> left = new ArrayList<>();
    queue.drainTo(left);
    dropped.increment(left.size());
    exporter.shutdown().join(flushWithin.toMillis(), TimeUnit.MILLISECONDS);
    return CompletableResultCode.ofSuccess();
  }
}
