package dev.dolmen.server;

import static dev.dolmen.server.HttpClientCalls.failure;
import static dev.dolmen.server.HttpClientCalls.good;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dolmen.server.access.KeyFile;
import dev.dolmen.server.access.KeyText;
import dev.dolmen.server.access.Role;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Why events were rejected, asked over HTTP by those who may know. */
class RejectedEventsServingTest {
  private static final String PATH = "/v1/events:rejected";

  @TempDir Path directory;

  private KeyText key(String name, Role role) throws Exception {
    return new KeyFile("keys", directory.resolve("keys"))
        .create(name, Set.of(role), TestServer.NOW, null, new SecureRandom());
  }

  private static HttpRequest.Builder as(HttpClientCalls http, String path, KeyText key) {
    return http.request(path).header("authorization", "Bearer " + key.text());
  }

  private static void publish(
      HttpClientCalls http, KeyText key, String path, String body, String type) throws Exception {
    var sent =
        as(http, path, key)
            .header("content-type", type)
            .POST(HttpRequest.BodyPublishers.ofString(body));
    assertThat(http.send(sent).statusCode()).isEqualTo(200);
  }

  @Test
  void rejectedEventsAreThereByReasonWithExamples() throws Exception {
    KeyText shop = key("shop", Role.PUBLISH);
    KeyText operator = key("operator", Role.ADMIN);
    try (TestServer server = new TestServer(directory);
        HttpClientCalls http = new HttpClientCalls(server.running().httpPort())) {
      JsonNode before = good(http.send(as(http, PATH, operator)));
      assertThat(before.get("reasons")).isEmpty();
      String event =
          "{\"event_id\": \"%s\", \"session_id\": \"secret-visit\", \"item_id\": \"%s\","
              + " \"type\": \"EVENT_TYPE_CLICK\", \"time\": \"2026-03-01T11:59:00Z\"}";
      String gone = event.formatted("e1", "gone");
      String longer = event.formatted("e2", "x".repeat(300));
      String typeless = "{\"event_id\": \"e3\", \"session_id\": \"s\", \"item_id\": \"a\"}";
      publish(
          http,
          shop,
          "/v1/events",
          "{\"events\": [" + gone + ", " + longer + ", " + typeless + "]}",
          "application/json");
      publish(http, shop, "/v1/events:stream", gone + "\n", "application/x-ndjson");

      JsonNode answer = good(http.send(as(http, PATH, operator)));
      assertThat(answer.get("reasons")).hasSize(2);
      JsonNode first = answer.at("/reasons/0");
      assertThat(first.get("field").asText()).isEqualTo("item_id");
      assertThat(first.get("expected").asText()).isEqualTo("an item that was upserted before");
      assertThat(first.get("events").asLong()).isEqualTo(3);
      assertThat(first.get("examples")).hasSize(3);
      JsonNode newest = first.at("/examples/0");
      assertThat(newest.get("event_id").asText()).isEqualTo("e1");
      assertThat(newest.get("principal").asText()).isEqualTo("shop");
      assertThat(newest.get("message").asText()).startsWith("\"gone\" is not in the catalogue");
      assertThat(first.at("/examples/1/message").asText())
          .contains("x".repeat(100) + "… (300 characters)")
          .doesNotContain("x".repeat(101));
      assertThat(answer.at("/reasons/1/field").asText()).isEqualTo("type");
      assertThat(answer.toString()).doesNotContain("secret-visit").doesNotContain(shop.secret());

      failure(http.send(as(http, PATH, shop)), 403);
      failure(http.get(PATH), 401);
    }
  }
}
