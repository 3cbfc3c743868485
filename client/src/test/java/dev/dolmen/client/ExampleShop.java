package dev.dolmen.client;

import dev.dolmen.v1.EventType;
import dev.dolmen.v1.FeedbackEvent;
import dev.dolmen.v1.Item;
import dev.dolmen.v1.RecommendRequest;
import dev.dolmen.v1.RecommendResponse;
import dev.dolmen.v1.SessionContext;
import dev.dolmen.v1.SlotValue;
import dev.dolmen.v1.TokenList;
import dev.dolmen.v1.UpsertItemsResponse;
import java.util.List;

/** A shop's backend: tells the server its products and clicks, and asks what to show. */
// docs: begin
final class ExampleShop implements AutoCloseable {
  private final DolmenClient dolmen;
  private final FeedbackPublisher clicks;

  /** One for the whole process: {@code DolmenClient.to("dolmen.internal:7070").build()}. */
  ExampleShop(DolmenClient dolmen) {
    this.dolmen = dolmen;
    clicks = dolmen.publisher(FeedbackPublisher.Options.defaults());
  }

  /** A product is on sale: it can be recommended from here on. */
  void onSale(String id, List<String> category, double price) {
    TokenList path = TokenList.newBuilder().addAllToken(category).build();
    Item item =
        Item.newBuilder()
            .setItemId(id)
            .putSlots("category", SlotValue.newBuilder().setPath(path).build())
            .putSlots("price", SlotValue.newBuilder().setNumber(price).build())
            .build();
    UpsertItemsResponse answer = dolmen.upsert(List.of(item));
    if (answer.getRejected() > 0) {
      throw new IllegalArgumentException(answer.getErrors(0).getMessage());
    }
  }

  /** A visitor clicked. The page does not wait; false: the queue is full, this click is lost. */
  boolean onClick(String visit, String itemId, String requestId) {
    return clicks.offer(
        FeedbackEvent.newBuilder()
            .setSessionId(visit)
            .setItemId(itemId)
            .setType(EventType.EVENT_TYPE_CLICK)
            .setRequestId(requestId)
            .build());
  }

  /** What to show next on this visit, and why. */
  RecommendResponse show(String visit, int k) {
    return dolmen.recommend(
        RecommendRequest.newBuilder()
            .setSession(SessionContext.newBuilder().setSessionId(visit))
            .setK(k)
            .setExplain(true)
            .build());
  }

  @Override
  public void close() {
    clicks.close(); // Sends what waits.
    dolmen.close();
  }
}
// docs: end
