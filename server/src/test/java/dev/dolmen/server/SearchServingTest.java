package dev.dolmen.server;

import static dev.dolmen.server.TestServer.item;
import static org.assertj.core.api.Assertions.assertThat;

import dev.dolmen.parameterstore.snapshot.SnapshotStore;
import dev.dolmen.server.config.DolmenConfig;
import dev.dolmen.server.index.CellKeeper;
import dev.dolmen.trainer.catalog.CatalogOptions;
import dev.dolmen.trainer.catalog.SearchIndex;
import dev.dolmen.v1.GetStatusRequest;
import dev.dolmen.v1.RecommendRequest;
import dev.dolmen.v1.RecommendResponse;
import dev.dolmen.v1.ScoredItem;
import dev.dolmen.v1.SessionContext;
import dev.dolmen.v1.StatusResponse;
import dev.dolmen.v1.UpsertItemsRequest;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Searches by cells over a real socket, with as many items as they begin at. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // Else it waits for ever.
class SearchServingTest {
  private static final int ITEMS = CellKeeper.ITEMS_MIN + 500;
  private static final int MESSAGE_ITEMS = 500;

  @TempDir Path directory;

  private static void fill(TestServer server) throws Exception {
    for (int from = 0; from < ITEMS; from += MESSAGE_ITEMS) {
      UpsertItemsRequest.Builder request = UpsertItemsRequest.newBuilder();
      for (int i = from; i < from + MESSAGE_ITEMS; i++) {
        request.addItems(item("i" + i, "c" + i % 40, i % 100));
      }
      server.upsert(List.of(request.build()));
    }
    for (int s = 0; s < 20; s++) {
      server.click("visit" + s, "i" + s, "i" + (s + 2), "i" + (s + 4));
    }
  }

  private static StatusResponse status(TestServer server) {
    return server.admin().getStatus(GetStatusRequest.getDefaultInstance());
  }

  private static List<String> recommend(TestServer server, boolean exact) {
    RecommendResponse answer =
        server
            .recommendations()
            .recommend(
                RecommendRequest.newBuilder()
                    .setSession(SessionContext.newBuilder().setSessionId("visit3"))
                    .setK(20)
                    .setExactSearch(exact)
                    .build());
    assertThat(answer.getRanker()).isEqualTo("dolmen");
    return answer.getItemsList().stream().map(ScoredItem::getItemId).toList();
  }

  @Test
  void aLargeCatalogueIsSearchedByCellsFromTheStart() throws Exception {
    try (TestServer server = new TestServer(directory)) {
      fill(server);
      while (status(server).getSearch().getCells() == 0) {
        Thread.sleep(50);
      }
      assertThat(recommend(server, false)).hasSize(20);
    }
    try (TestServer server = new TestServer(directory)) {
      StatusResponse ready = status(server);
      assertThat(ready.getSearch().getCells()).isPositive();
      assertThat(ready.getMemoryBytesOrThrow("cells")).isPositive();
      List<String> exact = recommend(server, true);
      assertThat(status(server).getSearch().getSearches()).isZero();
      List<String> byCells = recommend(server, false);
      assertThat(status(server).getSearch().getSearches()).isEqualTo(1);
      assertThat(byCells.stream().filter(exact::contains).count()).isGreaterThan(10);
    }
    assertThat(directory.resolve("kept/cells")).isDirectory();
    SnapshotStore.deleteFiles(directory.resolve("kept"));
    try (TestServer server = new TestServer(directory)) {
      assertThat(status(server).getSearch().getCells()).isPositive();
      assertThat(status(server).getSearch().getUpkeepPasses()).isPositive();
    }
    DolmenConfig exact =
        TestServer.config(directory)
            .withEngine(e -> {
              CatalogOptions c = CatalogOptions.defaults();
              return e.catalog(
                  new CatalogOptions(
                      c.maxItems(),
                      c.maxBytes(),
                      c.quarantineRecords(),
                      c.keepDeletedSec(),
                      c.deletedBytes(),
                      c.scan(),
                      SearchIndex.EXACT));
            });
    try (TestServer server = new TestServer(exact)) {
      assertThat(status(server).hasSearch()).isFalse();
      assertThat(recommend(server, false)).isEqualTo(recommend(server, true));
    }
  }
}
