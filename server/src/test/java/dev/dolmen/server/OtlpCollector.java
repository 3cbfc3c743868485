package dev.dolmen.server;

import com.google.protobuf.InvalidProtocolBufferException;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/** A collector of OpenTelemetry on a real socket: takes OTLP over HTTP, refuses it, or hangs. */
final class OtlpCollector implements Closeable {
  /** What it does with what comes. */
  enum Mood {
    TAKES,
    REFUSES,
    HANGS
  }

  /**
   * What came at once.
   *
   * @param headers by their names in lower case, the first of each
   */
  record Sent(Map<String, String> headers, ExportTraceServiceRequest traces) {
    List<Span> spans() {
      return traces.getResourceSpansList().stream()
          .flatMap(resource -> resource.getScopeSpansList().stream())
          .flatMap(scope -> scope.getSpansList().stream())
          .toList();
    }
  }

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final CountDownLatch closing = new CountDownLatch(1);
  private final BlockingQueue<Sent> sent = new LinkedBlockingQueue<>();
  private final BlockingQueue<ExportMetricsServiceRequest> metrics = new LinkedBlockingQueue<>();
  private final List<Span> seen = new ArrayList<>();
  private volatile Mood mood = Mood.TAKES;

  OtlpCollector() throws IOException {
    this(0);
  }

  /**
   * @param port to listen on; 0 takes a free one
   */
  OtlpCollector(int port) throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 16);
    server.setExecutor(threads);
    server.createContext("/v1/traces", exchange -> take(exchange, this::takeTraces));
    server.createContext("/v1/metrics", exchange -> take(exchange, this::takeMetrics));
    server.start();
  }

  String endpoint() {
    return "http://127.0.0.1:" + port();
  }

  int port() {
    return server.getAddress().getPort();
  }

  void become(Mood next) {
    mood = next;
  }

  /** Parses what came. */
  private interface Taking {
    void take(Map<String, String> headers, byte[] body) throws InvalidProtocolBufferException;
  }

  private void takeTraces(Map<String, String> headers, byte[] body)
      throws InvalidProtocolBufferException {
    sent.add(new Sent(headers, ExportTraceServiceRequest.parseFrom(body)));
  }

  private void takeMetrics(Map<String, String> headers, byte[] body)
      throws InvalidProtocolBufferException {
    metrics.add(ExportMetricsServiceRequest.parseFrom(body));
  }

  private void take(HttpExchange exchange, Taking taking) throws IOException {
    byte[] body = body(exchange);
    switch (mood) {
      case TAKES -> {
        taking.take(headers(exchange), body);
        exchange.getResponseHeaders().set("content-type", "application/x-protobuf");
        exchange.sendResponseHeaders(200, -1);
      }
      case REFUSES -> exchange.sendResponseHeaders(400, -1);
      case HANGS -> hang();
    }
    exchange.close();
  }

  private void hang() {
    try {
      closing.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static Map<String, String> headers(HttpExchange exchange) {
    return exchange.getRequestHeaders().entrySet().stream()
        .collect(
            Collectors.toMap(
                e -> e.getKey().toLowerCase(Locale.ROOT), e -> e.getValue().getFirst()));
  }

  private static byte[] body(HttpExchange exchange) throws IOException {
    boolean gzip = "gzip".equals(exchange.getRequestHeaders().getFirst("content-encoding"));
    try (InputStream in =
        gzip ? new GZIPInputStream(exchange.getRequestBody()) : exchange.getRequestBody()) {
      return in.readAllBytes();
    }
  }

  /** The next metrics that come, or came and were not taken yet. */
  ExportMetricsServiceRequest nextMetrics() throws InterruptedException {
    ExportMetricsServiceRequest next = metrics.poll(30, TimeUnit.SECONDS);
    if (next == null) {
      throw new AssertionError("no metrics were sent within 30 s");
    }
    return next;
  }

  /** The next that comes, or came and was not taken yet. */
  Sent next() throws InterruptedException {
    Sent next = sent.poll(30, TimeUnit.SECONDS);
    if (next == null) {
      throw new AssertionError("nothing was sent within 30 s");
    }
    seen.addAll(next.spans());
    return next;
  }

  /** The first span that is so; all that came before it are kept. */
  Span await(Predicate<Span> wanted) throws InterruptedException {
    while (true) {
      Span found = seen.stream().filter(wanted).findFirst().orElse(null);
      if (found != null) {
        return found;
      }
      next();
    }
  }

  /** All spans that have come so far. */
  List<Span> seen() {
    for (Sent next = sent.poll(); next != null; next = sent.poll()) {
      seen.addAll(next.spans());
    }
    return List.copyOf(seen);
  }

  /** Attributes by their names, as text. */
  static Map<String, String> attributes(List<KeyValue> attributes) {
    return attributes.stream()
        .collect(Collectors.toMap(KeyValue::getKey, a -> String.valueOf(text(a.getValue()))));
  }

  private static @Nullable Object text(AnyValue value) {
    return switch (value.getValueCase()) {
      case STRING_VALUE -> value.getStringValue();
      case INT_VALUE -> value.getIntValue();
      case BOOL_VALUE -> value.getBoolValue();
      default -> value;
    };
  }

  @Override
  public void close() {
    closing.countDown();
    server.stop(0);
    threads.shutdownNow();
  }
}
