package dev.dolmen.traffic.drill.attack;

import dev.dolmen.v1.RecommendRequest;
import dev.dolmen.v1.RecommendationServiceGrpc;
import dev.dolmen.v1.SessionContext;
import io.grpc.ManagedChannel;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** The longest recommendations there are, as fast as they come: each is logged as an impression. */
public final class ManyImpressions implements Attack {
  private static final int CALLERS = 8;
  private static final int K = 1_000;
  private static final int DEADLINE_SEC = 10;

  @Override
  public void start(AttackRun run) throws IOException {
    ManagedChannel channel = run.channel();
    AtomicLong number = new AtomicLong();
    run.repeat(
        CALLERS,
        () -> {
          String id = "impressions-" + number.incrementAndGet() + "-" + "s".repeat(200);
          RecommendRequest request =
              RecommendRequest.newBuilder()
                  .setK(K)
                  .setSession(SessionContext.newBuilder().setSessionId(id))
                  .build();
          run.countSent();
          var _ =
              RecommendationServiceGrpc.newBlockingStub(channel)
                  .withDeadlineAfter(DEADLINE_SEC, TimeUnit.SECONDS)
                  .recommend(request);
        });
  }
}
