package dev.dolmen.server.charts;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Answers as a Prometheus could, or as none would. Real sockets; any thread. */
public final class StandInPrometheus implements Closeable {
  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final List<Request> requests = new CopyOnWriteArrayList<>();
  private volatile HttpHandler answer;

  /** What came: the form, and who it says to be. */
  public record Request(String path, Map<String, String> form, String authorization) {}

  /** Answers with a status and a text. */
  public StandInPrometheus(int status, String text) throws IOException {
    answer = exchange -> write(exchange, status, text);
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext(
        "/",
        exchange -> {
          String authorization = exchange.getRequestHeaders().getFirst("authorization");
          requests.add(
              new Request(
                  exchange.getRequestURI().getPath(),
                  form(
                      new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8)),
                  authorization == null ? "" : authorization));
          answer.handle(exchange);
        });
    server.start();
  }

  private static Map<String, String> form(String body) {
    Map<String, String> form = new TreeMap<>();
    for (String pair : body.split("&", -1)) {
      int equals = pair.indexOf('=');
      if (equals > 0) {
        form.put(
            pair.substring(0, equals),
            URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8));
      }
    }
    return form;
  }

  private static void write(HttpExchange exchange, int status, String text) throws IOException {
    byte[] body = text.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("content-type", "application/json");
    exchange.getResponseHeaders().set("location", "/elsewhere");
    exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  /** An answer to a range query. */
  public static String matrix(String... series) {
    return """
    {"status": "success", "data": {"resultType": "matrix", "result": [%s]}}\
    """
        .formatted(String.join(", ", series));
  }

  /** A line of it; points as JSON. */
  public static String line(String figure, String... points) {
    return """
    {"metric": {"figure": "%s"}, "values": [%s]}\
    """
        .formatted(figure, String.join(", ", points));
  }

  /** From now on this is said. */
  void says(int status, String text) {
    answer = exchange -> write(exchange, status, text);
  }

  /** From now on this is done. */
  void does(HttpHandler handler) {
    answer = handler;
  }

  /** Its address. */
  public String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** What has come. */
  public List<Request> requests() {
    return List.copyOf(requests);
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
