package dev.dolmen.server;

import static dev.dolmen.server.HttpClientCalls.failure;
import static dev.dolmen.server.HttpClientCalls.good;
import static org.assertj.core.api.Assertions.assertThat;

import dev.dolmen.server.access.KeyFile;
import dev.dolmen.server.access.Role;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who gets in over HTTP, which is who gets in over gRPC, and what pages from elsewhere reach. */
class HttpAccessTest {
  private static final String EVENTS = "{\"events\": []}";

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

  private static HttpRequest.Builder with(HttpClientCalls http, String path, String key) {
    return http.request(path).header("authorization", "Bearer " + key);
  }
}
