package dev.dolmen.server;

import static dev.dolmen.server.TestServer.event;
import static dev.dolmen.server.TestServer.item;
import static dev.dolmen.server.TestServer.path;
import static dev.dolmen.server.TestServer.token;
import static org.assertj.core.api.Assertions.assertThat;

import dev.dolmen.parameterstore.feature.FeatureExtractor;
import dev.dolmen.server.config.DolmenConfig;
import dev.dolmen.server.config.UnknownKeys;
import dev.dolmen.server.config.UnknownKeys.Handling;
import dev.dolmen.trainer.Patience;
import dev.dolmen.trainer.log.LogOptions;
import dev.dolmen.trainer.session.SessionHistory;
import dev.dolmen.v1.Acknowledgement;
import dev.dolmen.v1.Filter;
import dev.dolmen.v1.GetItemRequest;
import dev.dolmen.v1.GetStatusRequest;
import dev.dolmen.v1.Item;
import dev.dolmen.v1.LogStatus;
import dev.dolmen.v1.RecommendRequest;
import dev.dolmen.v1.ScoreRequest;
import dev.dolmen.v1.ScoredItem;
import dev.dolmen.v1.SessionContext;
import dev.dolmen.v1.SessionEvent;
import dev.dolmen.v1.SimilarRequest;
import dev.dolmen.v1.SlotValue;
import dev.dolmen.v1.StatusResponse;
import dev.dolmen.v1.TokenList;
import dev.dolmen.v1.UpsertItemsResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Keys and values that the schema has no place for, or that say nothing. */
class OtherKeysTest {
  @TempDir Path directory;

  private static Acknowledgement.Status publish(TestServer server, String id, String... context) {
    var event = event(id, "v", "a", 900);
    for (int i = 0; i < context.length; i += 2) {
      event.putContext(context[i], context[i + 1]);
    }
    return server.publish(event.build()).getAcknowledgements(0).getStatus();
  }

  @Test
  void anEventIsTakenWithoutAKeyThatTheSchemaDoesNotKnow() throws Exception {
    try (TestServer server = new TestServer(directory)) {
      server.upsert(item("a", "books", 1).build(), item("b", "books", 2).build());
      assertThat(publish(server, "1", "device", "phone", "campaign", "spring"))
          .isEqualTo(Acknowledgement.Status.STATUS_ACCEPTED);
      assertThat(publish(server, "2", "device", ""))
          .isEqualTo(Acknowledgement.Status.STATUS_ACCEPTED);
      for (int i = 0; i < 100; i++) {
        assertThat(publish(server, "many" + i, "key" + i, "x"))
            .isEqualTo(Acknowledgement.Status.STATUS_ACCEPTED);
      }
      StatusResponse status = server.admin().getStatus(GetStatusRequest.getDefaultInstance());
      assertThat(status.getDroppedKeysMap())
          .hasSize(65)
          .containsEntry("events context[campaign]", 1L)
          .containsEntry("others", 37L);
      assertThat(server.running().meters().scrape())
          .contains("dolmen_unknown_keys_total{in=\"events\"} 101.0");
      long last =
          server.publish(event("b", "v", "b", 950).build()).getAcknowledgements(0).getLogOffset();
      assertThat(server.running().engine().ingest().awaitApplied(last, Patience.FAR)).isTrue();
      SessionHistory history =
          Objects.requireNonNull(server.running().engine().live().sessions().get("v"));
      // The key that is known counts as ever.
      assertThat(history.context(0)).isNotNull();
      assertThat(history.context(1)).isNull();
      assertThat(history.context(2)).isNull();
    }
  }

  @Test
  void aDroppedKeyIsNamedShort() throws Exception {
    try (TestServer server = new TestServer(directory)) {
      server.upsert(item("a", "books", 1).build());
      assertThat(publish(server, "1", "\u0007".repeat(3_000), "x"))
          .isEqualTo(Acknowledgement.Status.STATUS_ACCEPTED);
      StatusResponse status = server.admin().getStatus(GetStatusRequest.getDefaultInstance());
      assertThat(status.getDroppedKeysMap().keySet())
          .singleElement()
          .satisfies(name -> {
            assertThat(name).hasSizeLessThan(800).doesNotContainPattern("\\p{Cc}");
          });
    }
  }

  @Test
  void eachIsDroppedOrRefusedAsConfigured() throws Exception {
    DolmenConfig config = TestServer.config(directory);
    UnknownKeys other = new UnknownKeys(Handling.REFUSE, Handling.DROP, Handling.DROP);
    try (TestServer server =
        new TestServer(config.withServer(config.server().with(s -> s.unknownKeys(other))))) {
      Item item = item("a", "books", 1).putSlots("colour", token("red")).build();
      assertThat(server.upsert(item, item("b", "books", 2).build()).getUpserted()).isEqualTo(2);
      assertThat(
              server
                  .catalog()
                  .getItem(GetItemRequest.newBuilder().setItemId("a").build())
                  .getSlotsMap())
          .doesNotContainKey("colour");
      assertThat(publish(server, "1", "campaign", "spring"))
          .isEqualTo(Acknowledgement.Status.STATUS_REJECTED);
      SessionContext session =
          SessionContext.newBuilder()
              .putContext("campaign", "spring")
              .addEvents(SessionEvent.newBuilder().setItemId("a").putContext("x", "y"))
              .addEvents(SessionEvent.newBuilder().setItemId("new"))
              .addItems(item("new", "books", 3).putSlots("colour", token("red")))
              .build();
      RecommendRequest request = RecommendRequest.newBuilder().setSession(session).setK(5).build();
      assertThat(server.recommendations().recommend(request).getSessionEventsUsed()).isEqualTo(2);
      ScoreRequest score =
          ScoreRequest.newBuilder().setSession(session).addItems(session.getItems(0)).build();
      assertThat(server.recommendations().score(score).getItemsCount()).isEqualTo(1);
      SimilarRequest similar =
          SimilarRequest.newBuilder().setItem(session.getItems(0)).setK(1).build();
      assertThat(server.recommendations().similar(similar).getItemsCount()).isEqualTo(1);
      assertThat(
              server.admin().getStatus(GetStatusRequest.getDefaultInstance()).getDroppedKeysMap())
          .containsEntry("items slots[colour]", 1L)
          .containsEntry("requests context[campaign]", 2L)
          .containsEntry("requests context[x]", 2L)
          .containsEntry("requests slots[colour]", 4L);
    }
  }

  @Test
  void anEmptyValueIsAbsent() throws Exception {
    try (TestServer server = new TestServer(directory)) {
      Item item =
          item("a", "books", 1)
              .putSlots("brand", token(""))
              .putSlots("labels", SlotValue.newBuilder().setTokens(list()).build())
              .build();
      UpsertItemsResponse answer = server.upsert(item);
      assertThat(answer.getErrorsList()).isEmpty();
      assertThat(answer.getUpserted()).isEqualTo(1);
      // Absent is not allowed everywhere.
      Item required = item("b", "books", 1).putSlots("category", path()).build();
      assertThat(server.upsert(required).getErrors(0).getMessage()).contains("a value: required");
    }
  }

  @Test
  void aValueOfAKindredTypeIsTaken() throws Exception {
    try (TestServer server = new TestServer(directory)) {
      Item item =
          item("a", "books", 1)
              .putSlots("labels", token("Gooseneck kettle"))
              .putSlots(
                  "title", SlotValue.newBuilder().setTokens(list("Gooseneck", "kettle")).build())
              .putSlots("brand", path("Steamwell"))
              .build();
      Item same =
          item("b", "books", 1)
              .putSlots(
                  "labels", SlotValue.newBuilder().setTokens(list("Gooseneck", "kettle")).build())
              .putSlots("title", token("Gooseneck kettle"))
              .putSlots("brand", token("Steamwell"))
              .build();
      assertThat(server.upsert(item, same).getErrorsList()).isEmpty();
      FeatureExtractor features = server.running().engine().live().features();
      Item renamed = same.toBuilder().setItemId("a").build();
      Item moved =
          renamed.toBuilder().putSlots("category", item.getSlotsOrThrow("category")).build();
      assertThat(features.item(moved)).isEqualTo(features.item(item));
      RecommendRequest.Builder request = RecommendRequest.newBuilder().setK(5);
      request.getSessionBuilder().setSessionId("v");
      request.addFilters(Filter.newBuilder().setSlot("labels").setAnyOf(list("kettle")).build());
      assertThat(server.recommendations().recommend(request.build()).getItemsList())
          .extracting(ScoredItem::getItemId)
          .containsExactlyInAnyOrder("a", "b");
      Item several = item("c", "books", 1).putSlots("brand", path("Steamwell", "Kettles")).build();
      assertThat(server.upsert(several).getErrors(0).getMessage())
          .isEqualTo("\"path\", expected token, as the slot is of kind CATEGORY");
    }
  }

  @Test
  void whatTheSchemaReadsInPartIsCounted() throws Exception {
    try (TestServer server = new TestServer(directory)) {
      Item deep = item("a", "books", 1).putSlots("category", path("a", "b", "c")).build();
      String[] labels = IntStream.range(0, 9).mapToObj(i -> "l" + i).toArray(String[]::new);
      Item many =
          item("b", "books", 1)
              .putSlots("labels", SlotValue.newBuilder().setTokens(list(labels)).build())
              .putSlots("title", token("one two three four five six seven eight nine"))
              .build();
      assertThat(server.upsert(deep, many, item("c", "books", 1).build()).getErrorsList())
          .isEmpty();
      assertThat(server.admin().getStatus(GetStatusRequest.getDefaultInstance()).getCutValuesMap())
          .isEqualTo(Map.of("category", 1L, "labels", 1L, "title", 1L));
      assertThat(server.running().meters().scrape())
          .contains("dolmen_item_values_cut_total{slot=\"category\"} 1.0");
    }
  }

  @Test
  void theStatusSaysHowFullTheLogIs() throws Exception {
    DolmenConfig config =
        TestServer.config(directory)
            .withEngine(e -> e.log(LogOptions.defaults().with(l -> l.maxBytes(8L << 30))));
    try (TestServer server = new TestServer(config)) {
      server.upsert(item("a", "books", 1).build());
      LogStatus log = server.admin().getStatus(GetStatusRequest.getDefaultInstance()).getLog();
      assertThat(log.getBytes()).isPositive();
      assertThat(log.getMaxBytes()).isPositive().isLessThanOrEqualTo(8L << 30);
      assertThat(log.getDamage()).isEmpty();
      assertThat(log.getNotTaking()).isEmpty();
    }
  }

  private static TokenList list(String... tokens) {
    return TokenList.newBuilder().addAllToken(List.of(tokens)).build();
  }
}
