package dev.dolmen.server;

import com.google.protobuf.Timestamp;
import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.parameterstore.schema.Slot;
import dev.dolmen.parameterstore.schema.SlotKind;
import dev.dolmen.v1.EventType;
import dev.dolmen.v1.FeedbackEvent;
import dev.dolmen.v1.Item;
import dev.dolmen.v1.NumberList;
import dev.dolmen.v1.PublishRequest;
import dev.dolmen.v1.RecommendRequest;
import dev.dolmen.v1.SessionContext;
import dev.dolmen.v1.SlotValue;
import dev.dolmen.v1.TokenList;
import dev.dolmen.v1.UpsertItemsRequest;
import java.time.Instant;
import java.util.SplittableRandom;

/** Made-up items and visits that fill every slot of a schema, whatever it is about. One thread. */
final class SyntheticVisits {
  private static final int SESSIONS = 256;
  private static final int TOKENS = 200;

  private final Schema schema;

  /** A day in 2033: some are still to come. */
  private static final int BORN_BEFORE_SEC = 2_000_000_000;

  private final SplittableRandom random;
  private int items;
  private long events;

  SyntheticVisits(Schema schema, long seed) {
    this.schema = schema;
    random = new SplittableRandom(seed);
  }

  /** The catalogue: {@code n} items. */
  UpsertItemsRequest items(int n) {
    return items(0, n);
  }

  /** More of it: the items from one to another. */
  UpsertItemsRequest items(int from, int to) {
    UpsertItemsRequest.Builder request = UpsertItemsRequest.newBuilder();
    for (int i = from; i < to; i++) {
      Item.Builder item = Item.newBuilder().setItemId("item-" + i);
      for (Slot slot : schema.slots()) {
        if (slot.kind() != SlotKind.ID && slot.kind() != SlotKind.CONTEXT) {
          item.putSlots(slot.name(), value(slot));
        }
      }
      request.addItems(item);
    }
    items = to;
    return request.build();
  }

  /** The next {@code n} clicks of visits that go on for ever. */
  PublishRequest events(int n, Instant time) {
    PublishRequest.Builder request = PublishRequest.newBuilder();
    for (int i = 0; i < n; i++) {
      FeedbackEvent.Builder event =
          FeedbackEvent.newBuilder()
              .setEventId("event-" + events++)
              .setSessionId(session())
              .setItemId("item-" + random.nextInt(items))
              .setType(EventType.EVENT_TYPE_CLICK)
              .setTime(
                  Timestamp.newBuilder()
                      .setSeconds(time.getEpochSecond())
                      .setNanos(time.getNano()));
      for (Slot slot : schema.slots()) {
        if (slot.kind() == SlotKind.CONTEXT) {
          event.putContext(slot.name(), token());
        }
      }
      request.addEvents(event);
    }
    return request.build();
  }

  /** What a visit asks for. */
  RecommendRequest request(int k) {
    return RecommendRequest.newBuilder()
        .setSession(SessionContext.newBuilder().setSessionId(session()))
        .setK(k)
        .build();
  }

  private String session() {
    return "session-" + random.nextInt(SESSIONS);
  }

  private SlotValue value(Slot slot) {
    SlotValue.Builder value = SlotValue.newBuilder();
    return switch (slot.kind()) {
      case CATEGORY -> value.setToken(token()).build();
      case CATEGORY_PATH -> value.setPath(tokens(slot.levels())).build();
      case TOKENS -> value.setTokens(tokens(slot.maxTokens())).build();
      case TEXT ->
          value.setToken(String.join(" ", tokens(slot.maxTokens()).getTokenList())).build();
      case NUMBER -> value.setNumber(1 + random.nextInt(1_000)).build();
      case AGE -> value.setNumber(random.nextInt(BORN_BEFORE_SEC)).build();
      case VECTOR -> value.setVector(vector(slot.dimension())).build();
      case ID, CONTEXT -> throw new IllegalArgumentException(slot.kind() + ": not of an item");
    };
  }

  /** At most as many as a product would have. */
  private TokenList tokens(int max) {
    TokenList.Builder list = TokenList.newBuilder();
    for (int i = 0; i < Math.min(max, 6); i++) {
      list.addToken(token());
    }
    return list.build();
  }

  private NumberList vector(int dimension) {
    NumberList.Builder list = NumberList.newBuilder();
    for (int i = 0; i < dimension; i++) {
      list.addNumber((float) random.nextDouble(-1, 1));
    }
    return list.build();
  }

  private String token() {
    return "token" + random.nextInt(TOKENS);
  }
}
