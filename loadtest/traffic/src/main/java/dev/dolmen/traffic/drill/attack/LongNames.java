package dev.dolmen.traffic.drill.attack;

import dev.dolmen.v1.CatalogServiceGrpc;
import dev.dolmen.v1.GetItemRequest;
import dev.dolmen.v1.RecommendRequest;
import dev.dolmen.v1.RecommendationServiceGrpc;
import dev.dolmen.v1.SessionContext;
import dev.dolmen.v1.SimilarRequest;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Names that are too long, or of letters that no header may have; the refusals must be readable.
 */
public final class LongNames implements Attack {
  private static final Set<Status.Code> READABLE =
      Set.of(Status.Code.INVALID_ARGUMENT, Status.Code.NOT_FOUND);

  private static final List<String> NAMES =
      List.of("k".repeat(3_000), "é".repeat(2_000), "\u0000\r\n\u001b[31m", "😀".repeat(600));

  private static final int PAUSE_MS = 5;
  private static final int DEADLINE_SEC = 10;

  @Override
  public void start(AttackRun run) throws IOException {
    ManagedChannel channel = run.channel();
    for (String name : NAMES) {
      run.repeat(1, () -> ask(run, channel, name));
    }
  }

  private static void ask(AttackRun run, ManagedChannel channel, String name)
      throws InterruptedException {
    var ranking =
        RecommendationServiceGrpc.newBlockingStub(channel)
            .withDeadlineAfter(DEADLINE_SEC, TimeUnit.SECONDS);
    SessionContext session =
        SessionContext.newBuilder().setSessionId("s").putContext(name, "x").build();
    RecommendRequest context = RecommendRequest.newBuilder().setK(1).setSession(session).build();
    refusal(run, "a context key", name, () -> ranking.recommend(context));
    SimilarRequest similar = SimilarRequest.newBuilder().setK(1).setItemId(name).build();
    refusal(run, "an item", name, () -> ranking.similar(similar));
    GetItemRequest get = GetItemRequest.newBuilder().setItemId(name).build();
    refusal(
        run,
        "an item to get",
        name,
        () ->
            CatalogServiceGrpc.newBlockingStub(channel)
                .withDeadlineAfter(DEADLINE_SEC, TimeUnit.SECONDS)
                .getItem(get));
    Thread.sleep(PAUSE_MS);
  }

  private static void refusal(AttackRun run, String what, String name, Runnable call) {
    run.countSent();
    try {
      call.run();
      run.fault(what + " of " + name.length() + " characters is not refused");
    } catch (StatusRuntimeException e) {
      run.countRefused();
      Status status = e.getStatus();
      if (status.getDescription() == null || !READABLE.contains(status.getCode())) {
        run.fault(
            "the refusal of %s of %d characters is not readable: %s"
                .formatted(what, name.length(), status.getCode()));
      }
    }
  }
}
