package dev.dolmen.server;

import static dev.dolmen.server.TestServer.event;
import static dev.dolmen.server.TestServer.item;
import static dev.dolmen.server.TestServer.token;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dolmen.v1.CatalogServiceGrpc;
import dev.dolmen.v1.DeleteItemsRequest;
import dev.dolmen.v1.EventType;
import dev.dolmen.v1.GetItemRequest;
import dev.dolmen.v1.Item;
import dev.dolmen.v1.ItemPatch;
import dev.dolmen.v1.ListItemsRequest;
import dev.dolmen.v1.PatchItemsRequest;
import dev.dolmen.v1.RecommendRequest;
import dev.dolmen.v1.RecommendResponse;
import dev.dolmen.v1.ScoreRequest;
import dev.dolmen.v1.ScoreResponse;
import dev.dolmen.v1.SessionContext;
import dev.dolmen.v1.SessionEvent;
import dev.dolmen.v1.SlotValue;
import dev.dolmen.v1.UpsertItemsRequest;
import dev.dolmen.v1.UpsertItemsResponse;
import io.grpc.reflection.v1alpha.ServerReflectionGrpc;
import io.grpc.reflection.v1alpha.ServerReflectionRequest;
import io.grpc.reflection.v1alpha.ServerReflectionResponse;
import io.grpc.stub.StreamObserver;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Items that change, or go, while callers speak of them. */
class WithdrawnItemsTest {
  @TempDir static Path directory;
  private static TestServer server;

  @BeforeAll
  static void start() throws Exception {
    server = new TestServer(directory);
    List<Item> items = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      items.add(item("i" + i, "books", i).build());
    }
    server.upsert(items.toArray(new Item[0]));
    server.click("known", "i1", "i2");
    var _ = server.catalog().deleteItems(DeleteItemsRequest.newBuilder().addItemIds("i9").build());
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static SessionContext.Builder withdrawn() {
    return SessionContext.newBuilder()
        .setSessionId("known")
        .addEvents(SessionEvent.newBuilder().setItemId("i9").setType(EventType.EVENT_TYPE_CLICK));
  }

  @Test
  void aWithdrawnItemIsLeftOutAndListedAndTheRestIsAnswered() {
    RecommendRequest request =
        RecommendRequest.newBuilder()
            .setSession(withdrawn())
            .setK(10)
            .addCandidateItemIds("i3")
            .addCandidateItemIds("i9")
            .addCandidateItemIds("never")
            .addCandidateItemIds("i4")
            .build();
    RecommendResponse answer = server.recommendations().recommend(request);
    assertThat(answer.getItemsList()).extracting(i -> i.getItemId()).containsOnly("i3", "i4");
    assertThat(answer.getSessionEventsUsed()).isEqualTo(2);
    assertThat(answer.getUnknownItemIdsList()).containsExactly("i9", "never");
    assertThatThrownBy(
            () -> server.recommendations().recommend(request.toBuilder().setStrict(true).build()))
        .hasMessageContaining("NOT_FOUND: session.events[0].item_id");

    ScoreRequest score =
        ScoreRequest.newBuilder()
            .setSession(SessionContext.newBuilder().setSessionId("known"))
            .addItemIds("i5")
            .addItemIds("i9")
            .addItemIds("i6")
            .build();
    ScoreResponse scores = server.recommendations().score(score);
    assertThat(scores.getItemsList()).extracting(i -> i.getItemId()).containsExactly("i5", "i6");
    assertThat(scores.getUnknownItemIdsList()).containsExactly("i9");
    assertThatThrownBy(
            () -> server.recommendations().score(score.toBuilder().setStrict(true).build()))
        .hasMessageContaining("NOT_FOUND: item_ids[1]");
  }

  @Test
  void anEventWithoutATimeIsTheStoredOneOfJustNow() throws Exception {
    var _ =
        server.publish(
            event("n1", "now", "i1", 995).build(), event("n2", "now", "i2", 996).build());
    server.click("other", "i1"); // Waits until both are learned.
    RecommendRequest.Builder request = RecommendRequest.newBuilder().setK(5);
    request
        .getSessionBuilder()
        .setSessionId("now")
        .addEvents(SessionEvent.newBuilder().setItemId("i2").setType(EventType.EVENT_TYPE_CLICK));
    assertThat(server.recommendations().recommend(request.build()).getSessionEventsUsed())
        .isEqualTo(2);
    // Two of them are more than the one that is stored.
    request
        .getSessionBuilder()
        .addEvents(SessionEvent.newBuilder().setItemId("i2").setType(EventType.EVENT_TYPE_CLICK));
    assertThat(server.recommendations().recommend(request.build()).getSessionEventsUsed())
        .isEqualTo(3);
  }

  private static Item get(String id) {
    return server.catalog().getItem(GetItemRequest.newBuilder().setItemId(id).build());
  }

  @Test
  void aPatchChangesWhatItNamesAndNothingElse() {
    Item before = item("p", "books", 7).putSlots("brand", token("Steamwell")).build();
    UpsertItemsResponse upserted =
        server.catalog().upsertItemsBatch(UpsertItemsRequest.newBuilder().addItems(before).build());
    assertThat(upserted.getUpserted()).isEqualTo(1);
    assertThat(upserted.getLogOffset()).isPositive();
    SlotValue price = SlotValue.newBuilder().setNumber(8.5).build();
    UpsertItemsResponse patched =
        server
            .catalog()
            .patchItems(
                PatchItemsRequest.newBuilder()
                    .addPatches(ItemPatch.newBuilder().setItemId("p").putSlots("price", price))
                    .addPatches(ItemPatch.newBuilder().setItemId("p").setUnavailable(true))
                    .addPatches(ItemPatch.newBuilder().setItemId("nope").setUnavailable(true))
                    .addPatches(ItemPatch.newBuilder().setItemId("p").putSlots("colour", price))
                    .addPatches(ItemPatch.newBuilder().setItemId("p").addClearSlots("category"))
                    .build());
    assertThat(patched.getUpserted()).isEqualTo(2);
    assertThat(patched.getErrorsList())
        .extracting(e -> e.getIndex() + " " + e.getField())
        .containsExactly("2 item_id", "3 slots[colour]", "4 slots[category]");
    Item after = before.toBuilder().putSlots("price", price).setUnavailable(true).build();
    assertThat(get("p")).isEqualTo(after);
    var _ =
        server
            .catalog()
            .patchItems(
                PatchItemsRequest.newBuilder()
                    .addPatches(
                        ItemPatch.newBuilder()
                            .setItemId("p")
                            .addClearSlots("brand")
                            .setUnavailable(false))
                    .build());
    assertThat(get("p"))
        .isEqualTo(after.toBuilder().removeSlots("brand").setUnavailable(false).build());
  }

  @Test
  void aWordThatIsNoPageTokenIsRefused() {
    for (String token : List.of("hello", "1", "7.", ".", "7.x", "-1.0")) {
      assertThatThrownBy(() ->
              server.catalog().listItems(ListItemsRequest.newBuilder().setPageToken(token).build()))
          .as(token)
          .hasMessageContaining("INVALID_ARGUMENT: page_token: \"" + token);
    }
  }

  /** What many tools ask for, still. */
  @Test
  void theOlderReflectionAnswersToo() {
    CompletableFuture<ServerReflectionResponse> answer = new CompletableFuture<>();
    StreamObserver<ServerReflectionRequest> stream =
        ServerReflectionGrpc.newStub(server.channel)
            .serverReflectionInfo(new TestServer.Answer<>(answer));
    stream.onNext(ServerReflectionRequest.newBuilder().setListServices("").build());
    stream.onCompleted();
    assertThat(answer.join().getListServicesResponse().getServiceList())
        .extracting(s -> s.getName())
        .contains(CatalogServiceGrpc.SERVICE_NAME);
  }
}
