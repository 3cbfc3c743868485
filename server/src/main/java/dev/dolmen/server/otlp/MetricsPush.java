package dev.dolmen.server.otlp;

import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.MetricExporter;
import java.io.Closeable;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the metrics again and again, on a thread of its own, and once more at the end. Those that
 * are not taken are not kept: the next ones say all that they said, and more.
 */
final class MetricsPush implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(MetricsPush.class);

  private final ScrapedMetrics metrics;
  private final InstantSource clock;
  private final MetricExporter exporter;
  private final Delivery delivery;
  private final Duration closeWithin;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("dolmen-otlp-metrics").daemon().factory());

  /**
   * Starts nothing yet.
   *
   * @param closeWithin the longest that the last time may take
   */
  MetricsPush(
      ScrapedMetrics metrics,
      InstantSource clock,
      MetricExporter exporter,
      Delivery delivery,
      Duration closeWithin) {
    this.metrics = metrics;
    this.clock = clock;
    this.exporter = exporter;
    this.delivery = delivery;
    this.closeWithin = closeWithin;
  }

  /** Sends from now on, for the first time after one interval. */
  void start(Duration interval) {
    long millis = interval.toMillis();
    // It ends with the thread.
    var _ = thread.scheduleAtFixedRate(this::push, millis, millis, TimeUnit.MILLISECONDS);
  }

  private void push() {
    try {
      Collection<MetricData> now = metrics.at(clock.instant());
      delivery.await(exporter.export(now), now.size());
    } catch (RuntimeException e) {
      LOG.warn("Metrics cannot be read", e); // An exception that comes out would end it.
    }
  }

  @Override
  public void close() {
    var _ = thread.submit(this::push);
    thread.shutdown(); // What is under way and the last one go on.
    try {
      if (!thread.awaitTermination(closeWithin.toMillis(), TimeUnit.MILLISECONDS)) {
        thread.shutdownNow();
      }
    } catch (InterruptedException e) {
      thread.shutdownNow();
      Thread.currentThread().interrupt();
    }
    exporter.shutdown().join(closeWithin.toMillis(), TimeUnit.MILLISECONDS);
  }
}
