package dev.dolmen.server.metrics;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/**
 * {@code /metrics} in Prometheus' format; {@code /livez}, 200 while the process can answer; {@code
 * /readyz}, 200 while recommendations are served, and {@code /readyz/feedback}, 200 while feedback
 * is taken, else 503 and the reason.
 */
public final class MetricsEndpoint implements Closeable {
  private static final String TEXT = "text/plain; charset=utf-8";

  private final HttpServer http;
  private final ExecutorService executor;

  /**
   * @param notReady why the process does not serve; empty while it does
   * @param notTaking why the process takes no feedback; empty while it does
   * @throws IOException if the address cannot be bound
   */
  public MetricsEndpoint(
      InetSocketAddress address,
      PrometheusMeterRegistry meters,
      Supplier<String> notReady,
      Supplier<String> notTaking)
      throws IOException {
    http = HttpServer.create(address, 16);
    executor =
        Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("dolmen-metrics").daemon().factory());
    http.setExecutor(executor);
    http.createContext("/", exchange -> answer(exchange, 404, TEXT, "no such page\n"));
    http.createContext("/livez", exchange -> answer(exchange, 200, TEXT, "ok\n"));
    http.createContext("/readyz", exchange -> ready(exchange, notReady.get()));
    http.createContext("/readyz/feedback", exchange -> ready(exchange, notTaking.get()));
    http.createContext("/metrics", exchange -> metrics(exchange, meters));
    http.start();
  }

  /** The port it listens on. */
  public int port() {
    return http.getAddress().getPort();
  }

  private static void ready(HttpExchange exchange, String notReady) throws IOException {
    if (notReady.isEmpty()) {
      answer(exchange, 200, TEXT, "ok\n");
    } else {
      answer(exchange, 503, TEXT, notReady + "\n");
    }
  }

  private static void metrics(HttpExchange exchange, PrometheusMeterRegistry meters)
      throws IOException {
    String accept = exchange.getRequestHeaders().getFirst("Accept");
    String format =
        accept != null && accept.contains("application/openmetrics-text")
            ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
            : "text/plain; version=0.0.4; charset=utf-8";
    answer(exchange, 200, format, meters.scrape(format));
  }

  private static void answer(HttpExchange exchange, int code, String type, String body)
      throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", type);
    exchange.sendResponseHeaders(code, bytes.length);
    try (OutputStream out = exchange.getResponseBody()) {
      out.write(bytes);
    }
  }

  @Override
  public void close() {
    http.stop(0);
    executor.shutdownNow();
  }
}
