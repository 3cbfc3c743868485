package dev.dolmen.traffic.drill.attack;

import dev.dolmen.v1.CatalogServiceGrpc;
import dev.dolmen.v1.Item;
import dev.dolmen.v1.ListItemsRequest;
import dev.dolmen.v1.RecommendRequest;
import dev.dolmen.v1.RecommendationServiceGrpc;
import dev.dolmen.v1.SessionContext;
import dev.dolmen.v1.SessionEvent;
import io.grpc.ManagedChannel;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The largest requests for recommendations that are valid, many at once, again and again. */
public final class LargestRequests implements Attack {
  private static final int CALLERS = 32;
  private static final int EVENTS = 1_000;
  private static final int IDS = 10_000;
  private static final int K = 1_000;
  private static final int DEADLINE_SEC = 10;

  @Override
  public void start(AttackRun run) throws IOException {
    ManagedChannel channel = run.channel();
    RecommendRequest request = request(itemIds(channel));
    run.repeat(
        CALLERS,
        () -> {
          run.countSent();
          var _ =
              RecommendationServiceGrpc.newBlockingStub(channel)
                  .withDeadlineAfter(DEADLINE_SEC, TimeUnit.SECONDS)
                  .recommend(request);
        });
  }

  private static List<String> itemIds(ManagedChannel channel) {
    return CatalogServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(DEADLINE_SEC, TimeUnit.SECONDS)
        .listItems(ListItemsRequest.newBuilder().setPageSize(K).build())
        .getItemsList()
        .stream()
        .map(Item::getItemId)
        .toList();
  }

  private static RecommendRequest request(List<String> itemIds) {
    SessionContext.Builder session = SessionContext.newBuilder();
    for (int i = 0; i < EVENTS; i++) {
      session.addEvents(SessionEvent.newBuilder().setItemId(itemIds.get(i % itemIds.size())));
    }
    RecommendRequest.Builder request =
        RecommendRequest.newBuilder().setK(K).setNoImpression(true).setSession(session);
    for (int i = 0; i < IDS; i++) {
      request.addCandidateItemIds(itemIds.get(i % itemIds.size()));
      request.addExcludeItemIds("none-" + i);
    }
    return request.build();
  }
}
