package dev.dolmen.server;

import static dev.dolmen.server.HttpClientCalls.failure;
import static dev.dolmen.server.HttpClientCalls.good;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dolmen.server.access.KeyFile;
import dev.dolmen.server.access.Role;
import dev.dolmen.server.config.DolmenConfig;
import dev.dolmen.server.config.HttpConfig;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who gets in over HTTP, which is who gets in over gRPC, and what pages from elsewhere reach. */
class HttpAccessTest {
  private static final String EVENTS = "{\"events\": []}";
  private static final String ELSEWHERE = "https://elsewhere.example";

  @TempDir Path directory;

  @Test
  void aKeyOpensWhatItsRolesDoAndNothingElse() throws Exception {
    Path data = directory.resolve("data");
    KeyFile keys = new KeyFile("keys", data.resolve("keys"));
    var config = TestServer.config(data);
    String reads =
        keys.create("reads", Set.of(Role.READ), TestServer.NOW, null, new SecureRandom()).text();
    try (TestServer server = new TestServer(config);
        HttpClientCalls http = new HttpClientCalls(server.running().httpPort())) {
      HttpResponse<String> none = http.get("/v1/items");
      assertThat(failure(none, 401).get("code").asInt()).isEqualTo(16);
      assertThat(none.headers().firstValue("www-authenticate")).hasValue("Bearer");
      assertThat(failure(http.send(with(http, "/v1/items", reads + "x")), 401)).isNotNull();
      assertThat(good(http.send(with(http, "/v1/items", reads)))).isNotNull();
      HttpRequest.Builder publish =
          with(http, "/v1/events", reads)
              .header("content-type", "application/json")
              .POST(BodyPublishers.ofString(EVENTS));
      assertThat(failure(http.send(publish), 403).get("message").asText()).contains("publish");
      assertThat(failure(http.get("/v1/events"), 405)).isNotNull();
    }
  }

  @Test
  void aPageFromElsewhereReachesNothing() throws Exception {
    try (TestServer server = new TestServer(directory.resolve("data"));
        HttpClientCalls http = new HttpClientCalls(server.running().httpPort())) {
      HttpRequest.Builder page =
          http.request("/v1/items").header("origin", "https://elsewhere.example");
      HttpResponse<String> refused = http.send(page);
      assertThat(failure(refused, 403).get("message").asText())
          .startsWith("origin: https://elsewhere.example, expected one of");
      assertThat(refused.headers().firstValue("access-control-allow-origin")).isEmpty();
      String byName = "GET /v1/items HTTP/1.1\r\nconnection: close\r\nhost: ";
      assertThat(http.raw(byName + "elsewhere.example\r\n\r\n"))
          .startsWith("HTTP/1.1 403 ")
          .contains("host: elsewhere.example, expected localhost");
      assertThat(http.raw(byName + "localhost.elsewhere.example\r\n\r\n"))
          .startsWith("HTTP/1.1 403 ");
      assertThat(http.raw(byName + "localhost\r\n\r\n")).startsWith("HTTP/1.1 200 ");
    }
  }

  /** All that the document of the API names, but for questions that only read. */
  @Test
  void noCallOfAPageFromElsewhereChangesAnything() throws Exception {
    try (TestServer server = new TestServer(directory.resolve("data"));
        HttpClientCalls http = new HttpClientCalls(server.running().httpPort())) {
      int tried = 0;
      JsonNode paths = good(http.get("/openapi.json")).get("paths");
      for (Map.Entry<String, JsonNode> path : paths.properties()) {
        String at = path.getKey().replaceAll("\\{[^}]*}", "x");
        for (Map.Entry<String, JsonNode> operation : path.getValue().properties()) {
          String verb = operation.getKey().toUpperCase(Locale.ROOT);
          if (!Set.of("POST", "PATCH", "PUT", "DELETE").contains(verb)) {
            continue;
          }
          tried++;
          for (String type : List.of("application/json", "text/plain", "application/x-ndjson")) {
            HttpRequest.Builder call =
                http.request(at).header("content-type", type).method(verb, body("{}"));
            HttpRequest.Builder unnamed = call.copy().header("sec-fetch-site", "cross-site");
            HttpRequest.Builder named = call.header("origin", ELSEWHERE);
            assertThat(failure(http.send(named), 403).get("message").asText())
                .as("%s %s", verb, at)
                .startsWith("origin: ");
            assertThat(failure(http.send(unnamed), 403).get("message").asText())
                .as("%s %s", verb, at)
                .startsWith("sec-fetch-site: ");
          }
        }
      }
      assertThat(tried).isGreaterThan(10);
    }
  }

  /** What {@code server.http.cors_origins} is for. */
  @Test
  void aConfiguredOriginMayCall() throws Exception {
    String shop = "https://shop.example";
    DolmenConfig config = TestServer.config(directory.resolve("data"));
    HttpConfig http = config.server().http();
    HttpConfig lets =
        new HttpConfig(
            http.enabled(),
            http.host(),
            http.port(),
            http.console(),
            List.of(shop),
            http.idleTimeout(),
            http.answerTimeout(),
            http.prometheus());
    try (TestServer server =
            new TestServer(config.withServer(config.server().with(s -> s.http(lets))));
        HttpClientCalls calls = new HttpClientCalls(server.running().httpPort())) {
      HttpResponse<String> allowed = calls.send(preflight(calls, shop));
      assertThat(allowed.statusCode()).isEqualTo(204);
      assertThat(allowed.headers().firstValue("access-control-allow-methods"))
          .hasValue("GET, POST, PATCH");
      assertThat(allowed.headers().firstValue("access-control-allow-headers").orElse(""))
          .contains("authorization", "content-type", "x-grpc-web", "grpc-timeout");
      assertThat(allowed.headers().firstValue("access-control-max-age")).isPresent();
      HttpRequest.Builder publish =
          calls
              .request("/v1/events")
              .header("origin", shop)
              .header("content-type", "application/json")
              .POST(body(EVENTS));
      HttpResponse<String> wrong = calls.send(calls.request("/v1/events").header("origin", shop));
      assertThat(failure(wrong, 405)).isNotNull();
      HttpResponse<String> reached = calls.send(publish);
      assertThat(failure(reached, 400).get("message").asText()).startsWith("events: 0 events");
      HttpResponse<String> taken = calls.send(calls.request("/v1/items").header("origin", shop));
      assertThat(good(taken)).isNotNull();
      for (HttpResponse<String> each : List.of(allowed, taken, reached, wrong)) {
        assertThat(each.headers().firstValue("access-control-allow-origin")).hasValue(shop);
        assertThat(each.headers().firstValue("vary").orElse("")).contains("origin");
        // No cookie is ever taken, so none is asked for.
        assertThat(each.headers().firstValue("access-control-allow-credentials")).isEmpty();
      }
      for (String other :
          List.of(ELSEWHERE, shop + ".elsewhere.example", "http://shop.example", "null")) {
        HttpResponse<String> refused = calls.send(preflight(calls, other));
        assertThat(failure(refused, 403)).isNotNull();
        assertThat(refused.headers().firstValue("access-control-allow-origin")).isEmpty();
      }
    }
  }

  private static HttpRequest.Builder preflight(HttpClientCalls http, String origin) {
    return http.request("/v1/events")
        .header("origin", origin)
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "content-type")
        .method("OPTIONS", BodyPublishers.noBody());
  }

  private static HttpRequest.BodyPublisher body(String text) {
    return BodyPublishers.ofString(text);
  }

  private static HttpRequest.Builder with(HttpClientCalls http, String path, String key) {
    return http.request(path).header("authorization", "Bearer " + key);
  }
}
