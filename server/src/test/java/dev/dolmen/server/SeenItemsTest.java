package dev.dolmen.server;

import static dev.dolmen.server.TestServer.event;
import static dev.dolmen.server.TestServer.item;
import static org.assertj.core.api.Assertions.assertThat;

import dev.dolmen.server.config.DolmenConfig;
import dev.dolmen.trainer.Patience;
import dev.dolmen.trainer.alternatives.Arm;
import dev.dolmen.trainer.alternatives.ExperimentOptions;
import dev.dolmen.trainer.alternatives.FallbackOptions;
import dev.dolmen.trainer.alternatives.RankerKind;
import dev.dolmen.trainer.alternatives.RankerOptions;
import dev.dolmen.trainer.alternatives.RankingOptions;
import dev.dolmen.v1.EventType;
import dev.dolmen.v1.FeedbackEvent;
import dev.dolmen.v1.Item;
import dev.dolmen.v1.PublishResponse;
import dev.dolmen.v1.RecommendRequest;
import dev.dolmen.v1.RecommendResponse;
import dev.dolmen.v1.ScoredItem;
import dev.dolmen.v1.SessionContext;
import dev.dolmen.v1.SessionEvent;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a visit has seen, or does not want, does not come back in it. */
class SeenItemsTest {
  private static final int ITEMS = 100;

  @TempDir Path directory;

  private static void fill(TestServer server) throws Exception {
    List<Item> items = new ArrayList<>();
    for (int i = 0; i < ITEMS; i++) {
      items.add(item("i" + i, i % 2 == 0 ? "books" : "shoes", i).build());
    }
    server.upsert(items.toArray(new Item[0]));
    for (int s = 0; s < 20; s++) {
      server.click("train" + s, "i" + s, "i" + (s + 2), "i" + (s + 4));
    }
  }

  private DolmenConfig config(RankerKind ranker) {
    ExperimentOptions all =
        new ExperimentOptions(
            "all", List.of(new Arm("none", 0, RankerKind.DOLMEN), new Arm("all", 1, ranker)));
    RankerOptions bounds = new RankerOptions(10_000, 64, 100_000, 1);
    return TestServer.config(directory)
        .withEngine(
            e -> e.ranking(new RankingOptions(all, FallbackOptions.NONE, bounds, Set.of())));
  }

  /** Publishes an event and waits until it has been applied. */
  private static void publish(TestServer server, FeedbackEvent event) throws Exception {
    PublishResponse response = server.publish(event);
    long offset = response.getAcknowledgements(0).getLogOffset();
    assertThat(server.running().engine().ingest().awaitApplied(offset, Patience.FAR)).isTrue();
  }

  private static void dismiss(TestServer server, String session, String item) throws Exception {
    FeedbackEvent.Builder event = event(session + "-" + item, session, item, 990);
    publish(server, event.setType(EventType.EVENT_TYPE_DISMISS).build());
  }

  private static List<String> ids(TestServer server, RecommendRequest.Builder request) {
    RecommendResponse answer = server.recommendations().recommend(request.build());
    return answer.getItemsList().stream().map(ScoredItem::getItemId).toList();
  }

  private static RecommendRequest.Builder request(String session) {
    return RecommendRequest.newBuilder()
        .setSession(SessionContext.newBuilder().setSessionId(session))
        .setK(1_000);
  }

  @Test
  void whatAVisitDismissedDoesNotComeBackByTheModel() throws Exception {
    dismissedDoesNotComeBack(RankerKind.DOLMEN);
  }

  @Test
  void whatAVisitDismissedDoesNotComeBackByABaseline() throws Exception {
    dismissedDoesNotComeBack(RankerKind.BLEND);
  }

  private void dismissedDoesNotComeBack(RankerKind ranker) throws Exception {
    try (TestServer server = new TestServer(config(ranker))) {
      fill(server);
      server.click("v", "i4");
      List<String> first = ids(server, request("v")).subList(0, 3);
      for (String item : first) {
        dismiss(server, "v", item);
      }
      assertThat(ids(server, request("v"))).doesNotContainAnyElementsOf(first).hasSize(ITEMS - 4);
      // Who wants to meet again what was seen does not want what was dismissed.
      assertThat(ids(server, request("v").setIncludeSeen(true)))
          .doesNotContainAnyElementsOf(first)
          .contains("i4")
          .hasSize(ITEMS - 3);
      // The visitor comes round.
      publish(server, event("again", "v", first.getFirst(), 995).build());
      assertThat(ids(server, request("v").setIncludeSeen(true)))
          .contains(first.getFirst())
          .hasSize(ITEMS - 2);
      assertThat(ids(server, request("other"))).containsAll(first);
    }
  }

  @Test
  void aVisitThatBeginsWithADismissalIsRemembered() throws Exception {
    try (TestServer server = new TestServer(TestServer.config(directory))) {
      fill(server);
      dismiss(server, "v", "i7");
      assertThat(ids(server, request("v"))).doesNotContain("i7").hasSize(ITEMS - 1);
      server.click("v", "i4");
      assertThat(ids(server, request("v"))).doesNotContain("i7", "i4").hasSize(ITEMS - 2);
    }
    try (TestServer server = new TestServer(TestServer.config(directory))) {
      assertThat(ids(server, request("v"))).doesNotContain("i7", "i4").hasSize(ITEMS - 2);
    }
  }

  @Test
  void aDismissalInTheRequestCounts() throws Exception {
    try (TestServer server = new TestServer(TestServer.config(directory))) {
      fill(server);
      RecommendRequest.Builder request = request("v").setIncludeSeen(true);
      request
          .getSessionBuilder()
          .addEvents(SessionEvent.newBuilder().setItemId("i4"))
          .addEvents(dismissal("i6"))
          .addEvents(dismissal("i8"))
          .addEvents(SessionEvent.newBuilder().setItemId("i8"));
      assertThat(ids(server, request)).doesNotContain("i6").contains("i4", "i8").hasSize(ITEMS - 1);
    }
  }

  private static SessionEvent.Builder dismissal(String item) {
    return SessionEvent.newBuilder().setItemId(item).setType(EventType.EVENT_TYPE_DISMISS);
  }

  @Test
  void sixtyItemsClickedInOneVisitDoNotComeBack() throws Exception {
    String[] clicked = IntStream.range(0, 60).mapToObj(i -> "i" + i).toArray(String[]::new);
    try (TestServer server = new TestServer(TestServer.config(directory))) {
      fill(server);
      server.click("long", clicked);
      assertThat(ids(server, request("long"))).doesNotContain(clicked).hasSize(ITEMS - 60);
    }
    try (TestServer server = new TestServer(TestServer.config(directory))) {
      assertThat(ids(server, request("long"))).doesNotContain(clicked).hasSize(ITEMS - 60);
    }
  }
}
