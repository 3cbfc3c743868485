package dev.dolmen.server.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolmen.server.StandaloneServer;
import dev.dolmen.server.access.KeyFile;
import dev.dolmen.server.access.Role;
import dev.dolmen.server.config.DolmenConfig;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The metrics port of a server with keys, and what might get around them. */
@SuppressWarnings("NullAway.Init")
class MetricsAccessTest {
  private static final String PLAIN = "GET /metrics HTTP/1.1\r\nHost: a\r\n";

  @TempDir static Path directory;
  private static StandaloneServer server;
  private static String reader;
  private static String publisher;

  @BeforeAll
  static void start() throws Exception {
    reader = key(directory, Role.READ);
    publisher = key(directory, Role.PUBLISH);
    server = start(directory, "");
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static String key(Path data, Role role) throws Exception {
    return new KeyFile("keys", data.resolve("keys"))
        .create(role.spelled() + "er", Set.of(role), Instant.EPOCH, null, new SecureRandom())
        .text();
  }

  private static StandaloneServer start(Path data, String access) throws Exception {
    return StandaloneServer.start(
        DolmenConfig.parse(
            "test",
            """
            data_directory: %s
            server:
              {port: 0, metrics_port: 0, host: 127.0.0.1, metrics_host: 127.0.0.1, warm_up: 0s%s}
            schema: {slots: [{name: item_id, kind: id}]}
            """
                .formatted(data, access),
            Map.of()));
  }

  private static String ask(String request) throws Exception {
    return HttpCaller.ask(server.metricsPort(), request);
  }

  private static String bearer(String key) {
    return "Authorization: Bearer " + key + "\r\n";
  }

  @Test
  void aKeyOpensTheMetrics() throws Exception {
    assertThat(ask(PLAIN + bearer(reader) + "\r\n"))
        .startsWith("HTTP/1.1 200 ")
        .contains("dolmen_access_refused_total");
    assertThat(ask(PLAIN + "Accept: application/openmetrics-text\r\n" + bearer(reader) + "\r\n"))
        .startsWith("HTTP/1.1 200 ")
        .endsWith("# EOF\n");
    assertThat(ask(PLAIN + bearer(publisher) + "\r\n"))
        .startsWith("HTTP/1.1 403 ")
        .contains("/metrics needs the role read; publisher has publish");
    assertThat(ask(PLAIN + "\r\n"))
        .startsWith("HTTP/1.1 401 ")
        .containsIgnoringCase("www-authenticate: Bearer")
        .contains("the call has no key: expected the metadata authorization: Bearer KEY");
  }

  @Test
  void probesAreOpen() throws Exception {
    for (String probe : List.of("/livez", "/readyz", "/readyz/feedback")) {
      assertThat(ask("GET " + probe + " HTTP/1.1\r\nHost: a\r\n\r\n")).startsWith("HTTP/1.1 200 ");
    }
  }

  @Test
  void tricksWithHeadersGetNothing() throws Exception {
    List<String> tricks =
        List.of(
            PLAIN + "X-Forwarded-For: 127.0.0.1\r\nX-Real-IP: 127.0.0.1\r\n\r\n",
            "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n",
            "GET /metrics HTTP/1.1\r\nHost: a\r\nHost: b\r\n" + bearer(reader) + "\r\n",
            PLAIN + bearer(reader) + bearer(reader) + "\r\n",
            PLAIN + bearer(publisher) + bearer(reader) + "\r\n",
            PLAIN + "Authorization: Bearer " + publisher + ", Bearer " + reader + "\r\n\r\n",
            PLAIN + "X-A: b\r\n\tAuthorization: Bearer " + reader + "\r\n\r\n",
            PLAIN + "X-A: b\rAuthorization: Bearer " + reader + "\r\n\r\n",
            PLAIN + "Authorization : Bearer " + reader + "\r\n\r\n",
            PLAIN + "Proxy-Authorization: Bearer " + reader + "\r\n\r\n",
            PLAIN + "Cookie: authorization=" + reader + "\r\n\r\n",
            PLAIN + "Authorization: Basic " + reader + "\r\n\r\n",
            PLAIN + "X-A: " + "x".repeat(9_000) + "\r\n" + bearer(reader) + "\r\n",
            "GET /metrics?access_token=" + reader + " HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET /metrics?key=" + reader + " HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET /livez/../metrics HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET http://" + reader + "@a/metrics HTTP/1.1\r\nHost: a\r\n\r\n");
    for (String trick : tricks) {
      String answer = ask(trick);
      assertThat(answer).as(trick).doesNotStartWith("HTTP/1.1 200 ");
      assertThat(answer).as(trick).doesNotContain("dolmen_access", reader, publisher);
    }
  }

  @Test
  void metricsMayBeOpen() throws Exception {
    Path other = directory.resolve("other");
    assertThat(key(other, Role.READ)).isNotEmpty();
    try (StandaloneServer open = start(other, ", access: {metrics: open}")) {
      assertThat(HttpCaller.get(open.metricsPort(), "/metrics")).startsWith("HTTP/1.1 200 ");
    }
    try (StandaloneServer unasked = start(directory.resolve("unasked"), "")) {
      assertThat(HttpCaller.get(unasked.metricsPort(), "/metrics")).startsWith("HTTP/1.1 200 ");
    }
  }
}
