package dev.dolmen.server;

import static dev.dolmen.server.TestServer.item;
import static org.assertj.core.api.Assertions.assertThat;

import dev.dolmen.v1.DeleteItemsRequest;
import dev.dolmen.v1.Item;
import dev.dolmen.v1.RecommendRequest;
import dev.dolmen.v1.RecommendResponse;
import dev.dolmen.v1.ScoredItem;
import dev.dolmen.v1.SessionContext;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A nightly feed that deletes all items and upserts the same ones. */
class ReturnedItemsTest {
  private static final int ITEMS = 40;

  @TempDir Path directory;

  private static Item[] items() {
    return IntStream.range(0, ITEMS)
        .mapToObj(i -> item("i" + i, i % 2 == 0 ? "books" : "shoes", i).build())
        .toArray(Item[]::new);
  }

  private static void deleteAll(TestServer server) {
    List<String> ids = IntStream.range(0, ITEMS).mapToObj(i -> "i" + i).toList();
    var _ =
        server.catalog().deleteItems(DeleteItemsRequest.newBuilder().addAllItemIds(ids).build());
  }

  private static RecommendResponse ask(TestServer server, String session) {
    return server
        .recommendations()
        .recommend(
            RecommendRequest.newBuilder()
                .setSession(SessionContext.newBuilder().setSessionId(session))
                .setK(1_000)
                .build());
  }

  private static List<String> ids(RecommendResponse answer) {
    return answer.getItemsList().stream().map(ScoredItem::getItemId).toList();
  }

  private static void awaitPopular(TestServer server) throws Exception {
    for (int i = 0; i < 10_000 && server.running().engine().live().popular().length == 0; i++) {
      server.click("popular" + i, "i8");
    }
  }

  @Test
  void whatWasLearnedComesBackWithThemAndVisitsGoOn() throws Exception {
    try (TestServer server = new TestServer(directory)) {
      server.upsert(items());
      for (int s = 0; s < 20; s++) {
        server.click("train" + s, "i1", "i8", "i5", "i8");
      }
      awaitPopular(server);
      server.click("running", "i1", "i3");
      assertThat(ids(ask(server, "nobody")).getFirst()).isEqualTo("i8");
      deleteAll(server);
      assertThat(ask(server, "running").getItemsList()).isEmpty();
      assertThat(ask(server, "nobody").getItemsList()).isEmpty();
      // In another order: places do not tell the items apart.
      server.upsert(List.of(items()).reversed().toArray(new Item[0]));
      assertThat(ids(ask(server, "nobody"))).startsWith("i8").hasSize(ITEMS);
      RecommendResponse answer = ask(server, "running");
      assertThat(answer.getSessionEventsUsed()).isEqualTo(2);
      assertThat(ids(answer)).doesNotContain("i1", "i3").hasSize(ITEMS - 2);
    }
    // And so they do after a restart in between.
    try (TestServer server = new TestServer(directory)) {
      deleteAll(server);
    }
    try (TestServer server = new TestServer(directory)) {
      assertThat(ask(server, "nobody").getItemsList()).isEmpty();
      server.upsert(items());
      assertThat(ids(ask(server, "nobody"))).startsWith("i8").hasSize(ITEMS);
      assertThat(ask(server, "running").getSessionEventsUsed()).isEqualTo(2);
      server.click("running", "i5");
      assertThat(ids(ask(server, "running"))).doesNotContain("i1", "i3", "i5");
    }
  }
}
