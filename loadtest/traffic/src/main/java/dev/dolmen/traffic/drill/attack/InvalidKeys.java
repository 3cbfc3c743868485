package dev.dolmen.traffic.drill.attack;

import dev.dolmen.v1.RecommendRequest;
import dev.dolmen.v1.RecommendationServiceGrpc;
import dev.dolmen.v1.SessionContext;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import java.io.IOException;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/** Keys that nobody has, 3,000 a second; none must let anybody in. */
public final class InvalidKeys implements Attack {
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
  private static final int CALLERS = 32;
  private static final int PAUSE_MS = 10;
  private static final int DEADLINE_SEC = 10;
  private static final String SECRET = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ";
  private static final RecommendRequest REQUEST =
      RecommendRequest.newBuilder()
          .setK(1)
          .setSession(SessionContext.newBuilder().setSessionId("guest"))
          .build();

  @Override
  public void start(AttackRun run) throws IOException {
    ManagedChannel channel = run.anonymousChannel();
    SplittableRandom ids = new SplittableRandom(1);
    for (int i = 0; i < CALLERS; i++) {
      SplittableRandom own = ids.split();
      run.repeat(1, () -> knock(run, channel, own.nextLong()));
    }
  }

  private static void knock(AttackRun run, ManagedChannel channel, long id)
      throws InterruptedException {
    Thread.sleep(PAUSE_MS);
    Metadata headers = new Metadata();
    headers.put(AUTHORIZATION, "Bearer dolmen_%016x_%s".formatted(id, SECRET));
    run.countSent();
    try {
      var _ =
          RecommendationServiceGrpc.newBlockingStub(channel)
              .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
              .withDeadlineAfter(DEADLINE_SEC, TimeUnit.SECONDS)
              .recommend(REQUEST);
      run.fault("a key that nobody has lets a caller in");
    } catch (StatusRuntimeException e) {
      run.countRefused();
      if (e.getStatus().getCode() != Status.Code.UNAUTHENTICATED && run.goesOn()) {
        run.fault("a key that nobody has is answered with " + e.getStatus().getCode());
      }
    }
  }
}
