package dev.dolmen.server;

import static dev.dolmen.server.HttpClientCalls.failure;
import static dev.dolmen.server.HttpClientCalls.good;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dolmen.trainer.Patience;
import dev.dolmen.v1.RecommendRequest;
import dev.dolmen.v1.RecommendResponse;
import dev.dolmen.v1.ScoredItem;
import dev.dolmen.v1.SessionContext;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How often an item was shown and clicked, asked over HTTP, before and after a restart. */
class ItemHistoryServingTest {
  private static final String PATH = "/v1/items/a/history";

  @TempDir Path directory;

  private static void show(TestServer server) {
    recommend(server, 2);
  }

  private static RecommendResponse recommend(TestServer server, int k) {
    return server
        .recommendations()
        .recommend(
            RecommendRequest.newBuilder()
                .setSession(SessionContext.newBuilder().setSessionId("s"))
                .setK(k)
                .build());
  }

  /** What is logged is counted a moment later. */
  private static JsonNode await(HttpClientCalls http, int shown, int clicks) throws Exception {
    long end = System.nanoTime() + Patience.FAR.toNanos();
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

  @Test
  void itIsToldWhereAnItemWasShownAndWhatItWasVisitedTogetherWith() throws Exception {
    try (TestServer server = new TestServer(directory);
        HttpClientCalls http = new HttpClientCalls(server.running().httpPort())) {
      server.upsert(
          TestServer.item("a", "books", 1).build(),
          TestServer.item("b", "books", 2).build(),
          TestServer.item("c", "books", 3).build());
      JsonNode before = good(http.get(PATH));
      assertThat(before.has("placed_since")).isFalse();
      assertThat(before.get("places")).isEmpty();
      assertThat(before.get("sources")).isEmpty();
      assertThat(before.get("neighbors")).isEmpty();
      server.click("one", "a", "b", "c");
      server.click("two", "a", "b");
      RecommendResponse shown = recommend(server, 3);
      int place = place(shown, "a");
      server.publish(
          TestServer.event("from it", "s", "a", 5).setRequestId(shown.getRequestId()).build());
      JsonNode answer = await(http, 1, 3);
      assertThat(answer.get("places")).hasSize(13);
      JsonNode at = answer.get("places").get(place);
      assertThat(at.get("first").asInt()).isEqualTo(place + 1);
      assertThat(at.get("last").asInt()).isEqualTo(place + 1);
      assertThat(at.get("shown").asInt()).isEqualTo(1);
      assertThat(at.get("clicks").asInt()).isEqualTo(1);
      assertThat(answer.at("/places/10/last").asInt()).isEqualTo(20);
      assertThat(answer.at("/places/12/first").asInt()).isEqualTo(51);
      assertThat(answer.at("/places/12/last").asInt()).isZero();
      assertThat(answer.get("sources")).hasSize(1);
      assertThat(answer.at("/sources/0/shown").asInt()).isEqualTo(1);
      assertThat(answer.at("/sources/0/clicks").asInt()).isEqualTo(1);
      assertThat(answer.at("/sources/0/others").asBoolean()).isFalse();
      assertThat(answer.has("placed_since")).isTrue();
      assertThat(answer.get("neighbors").findValuesAsText("item_id")).containsExactly("b", "c");
      assertThat(answer.at("/neighbors/0/visits").asDouble()).isCloseTo(2, within(1e-3));
      assertThat(answer.at("/neighbors/1/visits").asDouble()).isCloseTo(0.5, within(1e-3));
      assertThat(answer.at("/neighbors/1/recent_visits").asDouble()).isCloseTo(0.5, within(1e-2));
      assertThat(good(http.get("/v1/items/gone/history")).get("neighbors")).isEmpty();
    }
  }

  private static int place(RecommendResponse shown, String item) {
    return shown.getItemsList().stream().map(ScoredItem::getItemId).toList().indexOf(item);
  }
}
