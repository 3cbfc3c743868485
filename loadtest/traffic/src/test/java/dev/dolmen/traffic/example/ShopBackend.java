package dev.dolmen.traffic.example;

import com.google.protobuf.Timestamp;
import dev.dolmen.v1.CatalogServiceGrpc;
import dev.dolmen.v1.EventType;
import dev.dolmen.v1.FeedbackEvent;
import dev.dolmen.v1.FeedbackServiceGrpc;
import dev.dolmen.v1.Item;
import dev.dolmen.v1.PublishRequest;
import dev.dolmen.v1.PublishResponse;
import dev.dolmen.v1.RecommendRequest;
import dev.dolmen.v1.RecommendResponse;
import dev.dolmen.v1.RecommendationServiceGrpc;
import dev.dolmen.v1.SessionContext;
import dev.dolmen.v1.SlotValue;
import dev.dolmen.v1.TokenList;
import dev.dolmen.v1.UpsertItemsRequest;
import dev.dolmen.v1.UpsertItemsResponse;
import io.grpc.ManagedChannel;
import io.grpc.StatusException;
import io.grpc.stub.BlockingClientCall;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/** A shop's backend: tells the server its products and clicks, and asks what to show. */
// docs: begin
final class ShopBackend {
  private final CatalogServiceGrpc.CatalogServiceBlockingV2Stub catalog;
  private final FeedbackServiceGrpc.FeedbackServiceBlockingV2Stub feedback;
  private final RecommendationServiceGrpc.RecommendationServiceBlockingV2Stub recommendations;

  ShopBackend(ManagedChannel channel) {
    catalog = CatalogServiceGrpc.newBlockingV2Stub(channel);
    feedback = FeedbackServiceGrpc.newBlockingV2Stub(channel);
    recommendations = RecommendationServiceGrpc.newBlockingV2Stub(channel);
  }

  /** A product is on sale: it can be recommended from here on. */
  void onSale(String id, List<String> category, String brand, String title, double price)
      throws StatusException, InterruptedException {
    Item item =
        Item.newBuilder()
            .setItemId(id)
            .putSlots("category", path(category))
            .putSlots("brand", SlotValue.newBuilder().setToken(brand).build())
            .putSlots("title", SlotValue.newBuilder().setToken(title).build())
            .putSlots("price", SlotValue.newBuilder().setNumber(price).build())
            .build();
    BlockingClientCall<UpsertItemsRequest, UpsertItemsResponse> call = catalog.upsertItems();
    call.write(UpsertItemsRequest.newBuilder().addItems(item).build());
    call.halfClose();
    UpsertItemsResponse answer = call.read();
    if (answer == null || answer.getRejected() > 0) {
      throw new IllegalArgumentException("refused: " + answer);
    }
  }

  /** A visitor clicked: acknowledged once the click is safe, learned a moment later. */
  void onClick(String visit, String itemId, String requestId) throws StatusException {
    Instant now = Instant.now();
    FeedbackEvent click =
        FeedbackEvent.newBuilder()
            .setEventId(UUID.randomUUID().toString()) // Sent again after a failure: the same id.
            .setSessionId(visit)
            .setItemId(itemId)
            .setType(EventType.EVENT_TYPE_CLICK)
            .setTime(
                Timestamp.newBuilder().setSeconds(now.getEpochSecond()).setNanos(now.getNano()))
            .setRequestId(requestId)
            .build();
    PublishResponse answer =
        feedback.publishBatch(PublishRequest.newBuilder().addEvents(click).build());
    switch (answer.getAcknowledgements(0).getStatus()) {
      case STATUS_ACCEPTED, STATUS_DUPLICATE -> {}
      default -> throw new IllegalArgumentException(answer.getAcknowledgements(0).getMessage());
    }
  }

  /** What to show next on this visit. */
  RecommendResponse show(String visit, int k) throws StatusException {
    return recommendations.recommend(
        RecommendRequest.newBuilder()
            .setSession(SessionContext.newBuilder().setSessionId(visit))
            .setK(k)
            .build());
  }

  private static SlotValue path(List<String> levels) {
    return SlotValue.newBuilder().setPath(TokenList.newBuilder().addAllToken(levels)).build();
  }
}
// docs: end
