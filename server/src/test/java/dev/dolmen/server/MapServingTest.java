package dev.dolmen.server;

import static dev.dolmen.server.HttpClientCalls.failure;
import static dev.dolmen.server.HttpClientCalls.good;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dolmen.trainer.Patience;
import dev.dolmen.v1.Item;
import dev.dolmen.v1.MapItemsRequest;
import dev.dolmen.v1.MapItemsResponse;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The map of items over real sockets. */
class MapServingTest {
  @TempDir Path directory;
  private TestServer server;
  private HttpClientCalls http;

  @BeforeEach
  void start() throws StartException, InterruptedException {
    server = new TestServer(directory);
    http = new HttpClientCalls(server.running().httpPort());
    Item[] items =
        IntStream.range(0, 30)
            .mapToObj(i -> TestServer.item("i" + i, i % 2 == 0 ? "shoes" : "hats", i).build())
            .toArray(Item[]::new);
    long offset = server.upsert(items).getLogOffset();
    assertThat(server.running().engine().ingest().awaitApplied(offset, Patience.FAR)).isTrue();
  }

  @AfterEach
  void stop() {
    http.close();
    server.close();
  }

  @Test
  void itemsArePointsWithWhatWasAskedFor() throws Exception {
    JsonNode answer =
        good(
            http.post(
                "/v1/items:map",
                "{\"k\": 100, \"item_ids\": [\"i7\", \"none\"], \"slots\": [\"category\","
                    + " \"title\"]}"));
    assertThat(answer.get("items")).hasSize(30);
    assertThat(answer.at("/items/0/item_id").asText()).isEqualTo("i7");
    assertThat(answer.at("/items/0/slots/category/path/token/0").asText()).isEqualTo("hats");
    assertThat(answer.at("/items/0/slots").properties()).hasSize(1);
    assertThat(answer.get("unknown_item_ids")).hasSize(1);
    assertThat(answer.get("shown_variance").asDouble()).isBetween(0.1, 1.0);
    for (JsonNode item : answer.get("items")) {
      assertThat(item.get("x").asDouble()).isBetween(-2.0, 2.0);
      assertThat(item.get("y").asDouble()).isBetween(-2.0, 2.0);
    }
    MapItemsResponse same =
        server.recommendations().mapItems(MapItemsRequest.newBuilder().setK(30).build());
    assertThat(same.getItemsList()).hasSize(30).allMatch(item -> item.getSlotsCount() == 0);
    assertThat(same.getCatalogItems()).isEqualTo(30);
  }

  @Test
  void whatIsWrongIsNamed() throws Exception {
    for (List<String> wrong :
        List.of(
            List.of("{}", "k: 0, expected 1 to 2000"),
            List.of("{\"k\": 2001}", "k: 2001, expected 1 to 2000"),
            List.of(
                "{\"k\": 1, \"item_ids\": [\"a\", \"b\"]}",
                "item_ids: 2 ids with k 1, expected 0 to 1"),
            List.of(
                "{\"k\": 2, \"item_ids\": [\"a\", \"\"]}",
                "item_ids[1]: is empty, expected 1 to 512 bytes"),
            List.of(
                "{\"k\": 2, \"slots\": [\"price\", \"colour\"]}",
                "slots[1]: \"colour\", expected a slot of items: [item_id, category, brand,"
                    + " labels, title, price, since]"),
            List.of(
                "{\"k\": 2, \"slots\": [\"device\"]}",
                "slots[0]: \"device\", expected a slot of items: [item_id, category, brand,"
                    + " labels, title, price, since]"))) {
      assertThat(failure(http.post("/v1/items:map", wrong.getFirst()), 400).get("message").asText())
          .isEqualTo(wrong.getLast());
    }
    MapItemsRequest.Builder many = MapItemsRequest.newBuilder().setK(2);
    IntStream.range(0, 9).forEach(i -> many.addSlots("price"));
    assertThatThrownBy(() -> server.recommendations().mapItems(many.build()))
        .isInstanceOf(StatusRuntimeException.class)
        .hasMessageContaining("slots: 9 slots, expected at most 8");
  }
}
