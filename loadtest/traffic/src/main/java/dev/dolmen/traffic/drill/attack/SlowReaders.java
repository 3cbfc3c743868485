package dev.dolmen.traffic.drill.attack;

import dev.dolmen.v1.ListItemsRequest;
import dev.dolmen.v1.RecommendRequest;
import dev.dolmen.v1.SessionContext;
import java.io.IOException;

/** Calls for the longest answers there are, on connections that take next to nothing of them. */
public final class SlowReaders implements Attack {
  private static final int CONNECTIONS = 20;
  private static final int CALLS = 500;
  private static final int LONGEST = 1_000;
  private static final int LOOK_MS = 100;

  @Override
  public void start(AttackRun run) {
    byte[] list = GrpcBytes.of(ListItemsRequest.newBuilder().setPageSize(LONGEST).build());
    SessionContext session = SessionContext.newBuilder().setSessionId("slow").build();
    byte[] rank =
        GrpcBytes.of(
            RecommendRequest.newBuilder()
                .setK(LONGEST)
                .setSession(session)
                .setNoImpression(true)
                .build());
    run.repeat(CONNECTIONS / 2, () -> hold(run, Methods.LIST_ITEMS, list));
    run.repeat(CONNECTIONS / 2, () -> hold(run, Methods.RECOMMEND, rank));
  }

  private static void hold(AttackRun run, String path, byte[] request)
      throws IOException, InterruptedException {
    try (FrameConnection connection = run.frames()) {
      while (run.goesOn()) {
        while (connection.calls() < CALLS && !connection.isClosed()) {
          connection.data(connection.call(path), request, true);
        }
        connection.flush();
        Thread.sleep(LOOK_MS);
      }
    }
  }
}
