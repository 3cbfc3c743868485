package dev.dolmen.server;

import static dev.dolmen.server.HttpClientCalls.failure;
import static dev.dolmen.server.HttpClientCalls.good;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dolmen.parameterstore.schema.AdmissionOptions;
import dev.dolmen.parameterstore.schema.RowOptions;
import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.parameterstore.schema.Schemas;
import dev.dolmen.parameterstore.schema.Slot;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows of an item's values, asked over HTTP, from never seen to removed. */
class ItemRowsServingTest {
  @TempDir Path directory;

  /** The small shop, whose ids have other rows. */
  private TestServer server(UnaryOperator<RowOptions> ofIds) throws Exception {
    List<Slot> slots = new ArrayList<>(Schemas.shop().slots());
    Slot id = slots.getFirst();
    slots.set(0, new Slot(id.name(), id.kind(), false, 1, 1, id.knots(), ofIds.apply(id.rows())));
    return new TestServer(
        TestServer.config(directory).withEngine(e -> e.schema(new Schema(slots))));
  }

  private static RowOptions ids(RowOptions rows, int threshold, long ttlSec, long maxRows) {
    return new RowOptions(
        rows.dim(), threshold, ttlSec, maxRows, rows.optimizer(), rows.initialStdDev());
  }

  private static JsonNode row(HttpClientCalls http, String item, String slot) throws Exception {
    for (JsonNode row : good(http.get("/v1/items/" + item + "/rows")).get("rows")) {
      if (row.get("slot").asText().equals(slot)) {
        return row;
      }
    }
    throw new AssertionError(item + " has no row of " + slot);
  }

  @Test
  void aRowComesWithTheThresholdAndMakesRoom() throws Exception {
    try (TestServer server = server(rows -> ids(rows, 4, 3_600, 1));
        HttpClientCalls http = new HttpClientCalls(server.running().httpPort())) {
      server.upsert(
          TestServer.item("a", "books", 1).build(), TestServer.item("b", "games", 2).build());
      JsonNode never = row(http, "a", "item_id");
      assertThat(never.get("own").asBoolean()).isFalse();
      assertThat(never.get("occurrences").asInt()).isZero();
      assertThat(never.get("threshold").asInt()).isEqualTo(4);
      assertThat(never.get("dimension").asInt()).isEqualTo(8);
      assertThat(never.has("last_seen")).isFalse();
      assertThat(never.has("expiry")).isFalse();
      assertThat(never.get("length").asDouble()).as("noise").isPositive();

      server.click("one", "a", "b");
      JsonNode nearly = row(http, "a", "item_id");
      assertThat(nearly.get("own").asBoolean()).isFalse();
      assertThat(nearly.get("occurrences").asInt()).isBetween(1, 3);

      for (int i = 0; !row(http, "a", "item_id").get("own").asBoolean(); i++) {
        assertThat(i).isLessThan(20);
        server.click("more" + i, "a");
      }
      JsonNode own = row(http, "a", "item_id");
      assertThat(own.get("occurrences").asInt()).isGreaterThanOrEqualTo(4);
      Instant seen = Instant.parse(own.get("last_seen").asText());
      assertThat(seen).isBefore(TestServer.NOW);
      assertThat(Instant.parse(own.get("expiry").asText())).isEqualTo(seen.plusSeconds(3_600));

      for (int i = 0; !row(http, "b", "item_id").get("own").asBoolean(); i++) {
        assertThat(i).isLessThan(20);
        server.click("others" + i, "b");
      }
      JsonNode removed = row(http, "a", "item_id");
      assertThat(removed.get("own").asBoolean()).as("there is room for one").isFalse();
      assertThat(removed.get("occurrences").asInt()).as("it was seen often enough").isEqualTo(4);
      assertThat(removed.has("last_seen")).isFalse();
    }
  }

  @Test
  void eachValueHasItsRowsInTheOrderOfTheSchema() throws Exception {
    try (TestServer server = server(rows -> drawn(rows));
        HttpClientCalls http = new HttpClientCalls(server.running().httpPort())) {
      server.upsert(
          TestServer.item("a", "books", 20)
              .putSlots("title", TestServer.token("Red Moon"))
              .build());
      JsonNode rows = good(http.get("/v1/items/a/rows")).get("rows");
      assertThat(rows.findValuesAsText("slot"))
          .containsExactly("item_id", "category", "category", "title", "title", "price");
      assertThat(rows.findValuesAsText("value")).contains("a", "books", "books / books/a", "red");
      assertThat(rows.get(0).has("occurrences")).as("a draw counts nothing").isFalse();
      assertThat(rows.get(1).get("occurrences").asInt()).isZero();
      server.click("one", "a", "a");
      JsonNode category = row(http, "a", "category");
      assertThat(category.get("own").asBoolean()).isTrue();
      assertThat(category.get("occurrences").asInt()).isPositive();
      assertThat(category.has("expiry")).as("they stay").isFalse();
    }
  }

  private static RowOptions drawn(RowOptions rows) {
    return new RowOptions(
        rows.dim(),
        new AdmissionOptions.Probabilistic(1_000_000, false),
        0,
        rows.maxRows(),
        rows.optimizer(),
        rows.initialStdDev());
  }

  @Test
  void anItemThatThereIsNotIsSaid() throws Exception {
    try (TestServer server = new TestServer(directory);
        HttpClientCalls http = new HttpClientCalls(server.running().httpPort())) {
      assertThat(failure(http.get("/v1/items/gone/rows"), 404).toString()).contains("gone");
      assertThat(failure(http.get("/v1/items/" + "x".repeat(513) + "/rows"), 400).toString())
          .contains("item_id");
    }
  }
}
