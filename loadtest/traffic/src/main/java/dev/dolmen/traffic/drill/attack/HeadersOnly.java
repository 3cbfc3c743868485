package dev.dolmen.traffic.drill.attack;

/** One connection, calls of which only the headers come, as many as the server leaves open. */
public final class HeadersOnly implements Attack {
  private static final int CALLS = 200;
  private static final int LOOK_MS = 50;

  @Override
  public void start(AttackRun run) {
    run.repeat(1, () -> holdOpen(run));
  }

  private static void holdOpen(AttackRun run) throws java.io.IOException, InterruptedException {
    try (FrameConnection connection = run.frames()) {
      while (run.goesOn()) {
        while (connection.calls() < CALLS) {
          int _ = connection.call(Methods.RECOMMEND);
        }
        connection.flush();
        Thread.sleep(LOOK_MS);
      }
    }
  }
}
