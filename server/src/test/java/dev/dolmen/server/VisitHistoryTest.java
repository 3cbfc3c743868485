package dev.dolmen.server;

import static dev.dolmen.server.HttpClientCalls.failure;
import static dev.dolmen.server.HttpClientCalls.good;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dolmen.trainer.Patience;
import dev.dolmen.v1.EventType;
import dev.dolmen.v1.RecommendRequest;
import dev.dolmen.v1.RecommendResponse;
import dev.dolmen.v1.SessionContext;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a visit was shown, asked over HTTP of a server that showed it. */
class VisitHistoryTest {
  private static final String VISIT = "a visit/of somebody?";
  private static final String PATH = "/v1/visits/a%20visit%2Fof%20somebody%3F/impressions";

  @TempDir Path directory;

  private static RecommendResponse show(TestServer server, boolean preview) {
    return server
        .recommendations()
        .recommend(
            RecommendRequest.newBuilder()
                .setSession(SessionContext.newBuilder().setSessionId(VISIT))
                .setK(3)
                .setNoImpression(preview)
                .build());
  }

  /** Impressions come into the log, and from there, a moment later. */
  private static JsonNode await(HttpClientCalls http, String path, int impressions)
      throws Exception {
    long end = System.nanoTime() + Patience.FAR.toNanos();
    JsonNode answer = good(http.get(path));
    while (answer.get("impressions").size() < impressions) {
      assertThat(System.nanoTime()).as(answer.toString()).isLessThan(end);
      Thread.sleep(20);
      answer = good(http.get(path));
    }
    return answer;
  }

  @Test
  void aVisitIsLookedUpWithWhatItWasShownAndWhatItClicked() throws Exception {
    try (TestServer server = new TestServer(directory);
        HttpClientCalls http = new HttpClientCalls(server.running().httpPort())) {
      server.upsert(
          TestServer.item("a", "books", 1).build(),
          TestServer.item("b", "books", 2).build(),
          TestServer.item("c", "toys", 3).build(),
          TestServer.item("d", "toys", 4).build());
      server.click("somebody else", "a", "b");
      assertThat(good(http.get(PATH)).get("impressions")).isEmpty();
      RecommendResponse first = show(server, false);
      show(server, true);
      await(http, PATH, 1);
      RecommendResponse second = show(server, false);
      JsonNode answer = await(http, PATH, 2);
      assertThat(answer.get("impressions")).hasSize(2);
      isShown(answer.at("/impressions/0"), second);
      isShown(answer.at("/impressions/1"), first);
      assertThat(Instant.parse(answer.get("since").asText()))
          .isBetween(TestServer.NOW, Instant.parse(answer.at("/impressions/1/time").asText()));
      assertThat(good(http.get(PATH + "?page_size=1")).get("impressions")).hasSize(1);

      String clicked = first.getItems(1).getItemId();
      server.publish(
          TestServer.event("e1", VISIT, clicked, 0).setRequestId(first.getRequestId()).build(),
          TestServer.event("e2", VISIT, clicked, 1)
              .setType(EventType.EVENT_TYPE_PURCHASE)
              .setRequestId(first.getRequestId())
              .build());
      long end = System.nanoTime() + Patience.FAR.toNanos();
      String events = "";
      while (!events.equals("[\"EVENT_TYPE_CLICK\",\"EVENT_TYPE_PURCHASE\"]")) {
        assertThat(System.nanoTime()).as(events).isLessThan(end);
        events = good(http.get(PATH)).at("/impressions/1/items/1/events").toString();
      }
      assertThat(good(http.get(PATH)).at("/impressions/1/items/0/events")).isEmpty();
      assertThat(good(http.get(PATH)).at("/impressions/0/items/1/events")).isEmpty();
      long held =
          server
              .running()
              .engine()
              .status()
              .memory()
              .bytes()
              .getOrDefault("recent_impressions", 0L);
      assertThat(held).isBetween(500L, 2_000L);
    }
  }

  private static void isShown(JsonNode impression, RecommendResponse answer) {
    assertThat(impression.get("request_id").asText()).isEqualTo(answer.getRequestId());
    assertThat(impression.get("ranker").asText()).as("there is no choice").isEmpty();
    assertThat(impression.get("model_version").asLong()).isEqualTo(answer.getModelVersion());
    List<String> ids = impression.get("items").findValuesAsText("item_id");
    assertThat(ids).isEqualTo(answer.getItemsList().stream().map(i -> i.getItemId()).toList());
    assertThat((float) impression.at("/items/0/score").asDouble())
        .isEqualTo(answer.getItems(0).getScore());
  }

  /** A start begins with nothing but what it learns again, and says so. */
  @Test
  void aStartSaysSinceWhenItRemembers() throws Exception {
    try (TestServer server = new TestServer(directory);
        HttpClientCalls http = new HttpClientCalls(server.running().httpPort())) {
      server.upsert(TestServer.item("a", "books", 1).build());
      show(server, false);
      await(http, PATH, 1);
    }
    try (TestServer server = new TestServer(directory);
        HttpClientCalls http = new HttpClientCalls(server.running().httpPort())) {
      JsonNode answer = good(http.get(PATH));
      assertThat(answer.get("impressions")).isEmpty();
      assertThat(Instant.parse(answer.get("since").asText())).isAfterOrEqualTo(TestServer.NOW);
    }
  }

  @Test
  void whatIsWrongIsNamed() throws Exception {
    try (TestServer server = new TestServer(directory);
        HttpClientCalls http = new HttpClientCalls(server.running().httpPort())) {
      assertThat(failure(http.get(PATH + "?page_size=101"), 400).get("message").asText())
          .contains("page_size: 101, expected 0 to 100");
      assertThat(
              failure(http.get("/v1/visits/" + "x".repeat(257) + "/impressions"), 400)
                  .get("message")
                  .asText())
          .contains("session_id: ")
          .contains("expected at most 256");
    }
  }
}
