package dev.dolmen.server.otlp;

import dev.dolmen.server.config.OtlpConfig;
import dev.dolmen.server.reload.FileReload;
import dev.dolmen.server.reload.UnusableFileException;
import dev.dolmen.server.trace.CallTraces;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.MeterProvider;
import io.opentelemetry.exporter.otlp.http.metrics.OtlpHttpMetricExporter;
import io.opentelemetry.exporter.otlp.http.metrics.OtlpHttpMetricExporterBuilder;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporterBuilder;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SpanLimits;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.io.Closeable;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * All that is sent to a collector, from the start of a process to its end. A collector that is
 * away, slow or refuses is nobody's concern but that of the threads in here.
 */
public final class OtlpTelemetry implements Closeable {
  /** What its libraries say of failures for each attempt is said once by {@link Delivery}. */
  private static final Logger LIBRARY = Logger.getLogger("io.opentelemetry");

  private static final Duration FLUSH_WITHIN = Duration.ofSeconds(5);
  private static final Duration RELOAD_EVERY = Duration.ofSeconds(5);
  private static final int MAX_ATTRIBUTES = 32;
  private static final int MAX_VALUE_CHARS = 256;

  private final OtlpConfig config;
  private final Resource resource;
  private final byte @Nullable [] authorities;
  private final @Nullable FileReload<Map<String, String>> reload;
  private volatile Map<String, String> headers = Map.of();
  private @Nullable SdkTracerProvider tracers;
  private @Nullable MetricsPush push;
  private CallTraces traces = CallTraces.OFF;

  /**
   * Begins; nothing is connected to before there is something to send.
   *
   * @param config with an endpoint
   * @param version of the program
   * @param methods full names of the methods of gRPC that there are
   * @param meters sent, and told what becomes of what is sent
   * @param clock of the metrics' times
   * @throws UnusableFileException if a file that the configuration names cannot be used
   */
  public OtlpTelemetry(
      OtlpConfig config,
      String version,
      Set<String> methods,
      PrometheusMeterRegistry meters,
      InstantSource clock)
      throws UnusableFileException {
    this.config = config;
    LIBRARY.setLevel(Level.OFF);
    resource =
        Resource.create(
            Attributes.builder()
                .put("service.name", config.service())
                .put("service.version", version)
                .put("service.instance.id", UUID.randomUUID().toString())
                .build());
    authorities = OtlpFiles.authorities(config);
    reload = headers();
    if (config.tracing()) {
      traces = tracing(methods, meters);
    }
    if (config.pushing()) {
      MetricsPush pushing = pushing(meters, clock);
      pushing.start(config.metricsInterval());
      push = pushing;
    }
  }

  private @Nullable FileReload<Map<String, String>> headers() throws UnusableFileException {
    if (config.headersFile().isEmpty()) {
      return null;
    }
    headers = OtlpFiles.headers(config);
    FileReload.Source<Map<String, String>> source =
        new FileReload.Source<>() {
          @Override
          public Map<String, String> read() throws UnusableFileException {
            return OtlpFiles.headers(config);
          }

          @Override
          public void use(Map<String, String> contents) {
            headers = contents;
          }
        };
    FileReload<Map<String, String>> reading =
        new FileReload<>("headers for the collector", "dolmen-otlp-headers", source, headers);
    reading.start(RELOAD_EVERY);
    return reading;
  }

  private CallTraces tracing(Set<String> methods, MeterRegistry meters) {
    String endpoint = endpoint("/v1/traces");
    Delivery delivery = new Delivery("Spans", endpoint, config.timeout(), SpanQueue.METER, meters);
    SpanQueue queue =
        new SpanQueue(
            config.traces().queue(), spanExporter(endpoint), delivery, FLUSH_WITHIN, meters);
    SdkTracerProvider provider =
        SdkTracerProvider.builder()
            .setResource(resource)
            .setSampler(Sampler.parentBased(Sampler.traceIdRatioBased(config.traces().ratio())))
            .setSpanLimits(
                SpanLimits.builder()
                    .setMaxNumberOfAttributes(MAX_ATTRIBUTES)
                    .setMaxAttributeValueLength(MAX_VALUE_CHARS)
                    .build())
            .addSpanProcessor(queue)
            .build();
    tracers = provider;
    return new SpanCallTraces(
        provider.get("dev.dolmen.server"), methods, config.traces().sessionIds());
  }

  private SpanExporter spanExporter(String endpoint) {
    OtlpHttpSpanExporterBuilder exporter =
        OtlpHttpSpanExporter.builder()
            .setEndpoint(endpoint)
            .setCompression("gzip")
            .setTimeout(config.timeout())
            .setConnectTimeout(config.timeout())
            .setHeaders(() -> headers)
            .setMeterProvider(MeterProvider.noop());
    if (authorities != null) {
      exporter.setTrustedCertificates(authorities);
    }
    return exporter.build();
  }

  private MetricsPush pushing(PrometheusMeterRegistry meters, InstantSource clock) {
    String endpoint = endpoint("/v1/metrics");
    OtlpHttpMetricExporterBuilder exporter =
        OtlpHttpMetricExporter.builder()
            .setEndpoint(endpoint)
            .setCompression("gzip")
            .setTimeout(config.timeout())
            .setConnectTimeout(config.timeout())
            .setHeaders(() -> headers)
            .setMeterProvider(MeterProvider.noop());
    if (authorities != null) {
      exporter.setTrustedCertificates(authorities);
    }
    return new MetricsPush(
        new ScrapedMetrics(meters.getPrometheusRegistry(), resource, clock.instant()),
        clock,
        exporter.build(),
        new Delivery("Metrics", endpoint, config.timeout(), "dolmen.telemetry.metrics", meters),
        FLUSH_WITHIN);
  }

  private String endpoint(String path) {
    return config.endpoint().replaceFirst("/+$", "") + path;
  }

  /** Those of calls. */
  public CallTraces traces() {
    return traces;
  }

  /** Sends what waits, and metrics once more, each for five seconds at most. */
  @Override
  public void close() {
    if (push != null) {
      push.close();
    }
    if (tracers != null) {
      tracers.shutdown();
    }
    if (reload != null) {
      reload.close();
    }
  }
}
