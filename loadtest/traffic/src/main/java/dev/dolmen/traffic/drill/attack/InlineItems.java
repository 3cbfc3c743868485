package dev.dolmen.traffic.drill.attack;

import dev.dolmen.v1.Item;
import dev.dolmen.v1.RecommendRequest;
import dev.dolmen.v1.RecommendationServiceGrpc;
import dev.dolmen.v1.SessionContext;
import dev.dolmen.v1.SessionEvent;
import dev.dolmen.v1.SlotValue;
import dev.dolmen.v1.TokenList;
import io.grpc.ManagedChannel;
import java.io.IOException;
import java.util.concurrent.TimeUnit;

/** Requests with an item of their own, deep and long, that each of 1,000 events names. */
public final class InlineItems implements Attack {
  private static final int EVENTS = 1_000;
  private static final int DEADLINE_SEC = 60;
  private static final int TOKEN_BYTES = 6;
  private static final int TITLE_BYTES = 60_000;

  private final int callers;
  private final int itemBytes;

  /**
   * @param callers at once
   * @param itemBytes of the item, about
   */
  public InlineItems(int callers, int itemBytes) {
    this.callers = callers;
    this.itemBytes = itemBytes;
  }

  @Override
  public void start(AttackRun run) throws IOException {
    ManagedChannel channel = run.channel();
    RecommendRequest request = request();
    run.repeat(
        callers,
        () -> {
          run.countSent();
          var _ =
              RecommendationServiceGrpc.newBlockingStub(channel)
                  .withDeadlineAfter(DEADLINE_SEC, TimeUnit.SECONDS)
                  .recommend(request);
        });
  }

  private RecommendRequest request() {
    SessionContext.Builder session = SessionContext.newBuilder().addItems(item());
    for (int i = 0; i < EVENTS; i++) {
      session.addEvents(SessionEvent.newBuilder().setItemId("mine"));
    }
    return RecommendRequest.newBuilder().setK(10).setNoImpression(true).setSession(session).build();
  }

  /** Levels of a path, besides words of a title. */
  private Item item() {
    TokenList.Builder path = TokenList.newBuilder();
    StringBuilder words = new StringBuilder();
    for (int bytes = 0; bytes < itemBytes; bytes += TOKEN_BYTES) {
      String token = Integer.toString(1_000 + bytes % 9_000);
      if (words.length() < Math.min(itemBytes / 2, TITLE_BYTES)) {
        words.append('w').append(token).append(' ');
      } else {
        path.addToken(token);
      }
    }
    return Item.newBuilder()
        .setItemId("mine")
        .putSlots("category", SlotValue.newBuilder().setPath(path).build())
        .putSlots("title", SlotValue.newBuilder().setToken(words.toString()).build())
        .putSlots("brand", SlotValue.newBuilder().setToken("b").build())
        .putSlots("price", SlotValue.newBuilder().setNumber(1).build())
        .build();
  }
}
