package dev.dolmen.server.otlp;

import dev.dolmen.server.config.OtlpConfig;
import dev.dolmen.server.reload.FileReload;
import dev.dolmen.server.reload.NamedFile;
import dev.dolmen.server.reload.UnusableFileException;
import dev.dolmen.server.trace.CallTraces;
import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.MeterProvider;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporterBuilder;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SpanLimits;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.io.Closeable;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
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
  private final @Nullable FileReload<Map<String, String>> reload;
  private volatile Map<String, String> headers = Map.of();
  private @Nullable SdkTracerProvider tracers;
  private CallTraces traces = CallTraces.OFF;

  /**
   * Begins; nothing is connected to before there is something to send.
   *
   * @param config with an endpoint
   * @param version of the program
   * @param methods full names of the methods of gRPC that there are
   * @param meters told what becomes of what is sent
   * @throws UnusableFileException if a file that the configuration names cannot be used
   */
  public OtlpTelemetry(OtlpConfig config, String version, Set<String> methods, MeterRegistry meters)
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
    reload = headers();
    if (config.tracing()) {
      traces = tracing(methods, meters);
    }
  }

  private @Nullable FileReload<Map<String, String>> headers() throws UnusableFileException {
    if (config.headersFile().isEmpty()) {
      return null;
    }
    NamedFile file = new NamedFile("telemetry.otlp.headers_file", config.headersFile());
    headers = HeadersFile.read(file);
    FileReload.Source<Map<String, String>> source =
        new FileReload.Source<>() {
          @Override
          public Map<String, String> read() throws UnusableFileException {
            return HeadersFile.read(file);
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

  private CallTraces tracing(Set<String> methods, MeterRegistry meters)
      throws UnusableFileException {
    String endpoint = endpoint("/v1/traces");
    Delivery delivery =
        new Delivery("Spans", endpoint, config.timeout(), "dolmen.telemetry.spans", meters);
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

  private SpanExporter spanExporter(String endpoint) throws UnusableFileException {
    OtlpHttpSpanExporterBuilder exporter =
        OtlpHttpSpanExporter.builder()
            .setEndpoint(endpoint)
            .setCompression("gzip")
            .setTimeout(config.timeout())
            .setConnectTimeout(config.timeout())
            .setHeaders(() -> headers)
            .setMeterProvider(MeterProvider.noop());
    if (!config.authoritiesFile().isEmpty()) {
      exporter.setTrustedCertificates(authorities());
    }
    return exporter.build();
  }

  private byte[] authorities() throws UnusableFileException {
    NamedFile file = new NamedFile("telemetry.otlp.authorities_file", config.authoritiesFile());
    String expected = "certificates as PEM";
    String text = file.read(expected);
    if (!text.contains("-----BEGIN CERTIFICATE-----")) {
      throw file.unusable("no certificate, expected " + expected);
    }
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private String endpoint(String path) {
    return config.endpoint().replaceFirst("/+$", "") + path;
  }

  /** Those of calls. */
  public CallTraces traces() {
    return traces;
  }

  /** Sends what waits, for five seconds at most. */
  @Override
  public void close() {
    if (tracers != null) {
      tracers.shutdown();
    }
    if (reload != null) {
      reload.close();
    }
  }
}
