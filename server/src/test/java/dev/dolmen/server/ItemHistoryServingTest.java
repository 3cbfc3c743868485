package dev.dolmen.server;

import static dev.dolmen.server.HttpClientCalls.failure;
import static dev.dolmen.server.HttpClientCalls.good;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dolmen.v1.RecommendRequest;
import dev.dolmen.v1.SessionContext;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How often an item was shown and clicked, asked over HTTP, before and after a restart. */
class ItemHistoryServingTest {
  private static final String PATH = "/v1/items/a/history";

  @TempDir Path directory;

  private static void show(TestServer server) {
    server
        .recommendations()
        .recommend(
            RecommendRequest.newBuilder()
                .setSession(SessionContext.newBuilder().setSessionId("s"))
                .setK(2)
                .build());
  }

  /** What is logged is counted a moment later. */
  private static JsonNode await(HttpClientCalls http, int shown, int clicks) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    JsonNode answer = good(http.get(PATH));
    while (answer.at("/hours/23/shown").asInt() != shown
        || answer.at("/hours/23/clicks").asInt() != clicks) {
      assertThat(System.nanoTime()).as(answer.toString()).isLessThan(end);
      Thread.sleep(20);
      answer = good(http.get(PATH));
    }
    return answer;
  }

  @Test
  void anItemIsCountedByHourAndDayAndAStartGoesOn() throws Exception {
    try (TestServer server = new TestServer(directory);
        HttpClientCalls http = new HttpClientCalls(server.running().httpPort())) {
      server.upsert(
          TestServer.item("a", "books", 1).build(), TestServer.item("b", "books", 2).build());
      JsonNode before = good(http.get(PATH));
      assertThat(before.has("since")).isFalse();
      assertThat(before.get("hours")).hasSize(24);
      assertThat(before.get("days")).hasSize(30);
      show(server);
      show(server);
      server.click("visitor", "a");
      JsonNode answer = await(http, 2, 1);
      assertThat(answer.at("/days/29/shown").asInt()).isEqualTo(2);
      assertThat(answer.at("/days/29/clicks").asInt()).isEqualTo(1);
      assertThat(answer.at("/hours/22/shown").asInt()).isZero();
      assertThat(answer.at("/hours/23/start").asText()).isEqualTo("2026-03-01T12:00:00Z");
      assertThat(answer.at("/hours/0/start").asText()).isEqualTo("2026-02-28T13:00:00Z");
      assertThat(answer.at("/days/29/start").asText()).isEqualTo("2026-03-01T00:00:00Z");
      assertThat(answer.at("/days/0/start").asText()).isEqualTo("2026-01-31T00:00:00Z");
      assertThat(Instant.parse(answer.get("since").asText()))
          .isBetween(TestServer.NOW, TestServer.NOW.plusSeconds(3_600));
      assertThat(failure(http.get("/v1/items/" + "x".repeat(513) + "/history"), 400).toString())
          .contains("item_id");
    }
    try (TestServer server = new TestServer(directory);
        HttpClientCalls http = new HttpClientCalls(server.running().httpPort())) {
      await(http, 2, 1);
      show(server);
      await(http, 3, 1);
    }
  }
}
