package dev.dolmen.traffic.drill.attack;

import java.io.IOException;

/** Streams of events that are opened and never used, as many as a connection may have, on many. */
public final class IdleStreams implements Attack {
  private static final int CONNECTIONS = 20;
  private static final int CALLS = 1_000;
  private static final int LOOK_MS = 100;

  @Override
  public void start(AttackRun run) {
    run.repeat(CONNECTIONS, () -> hold(run));
  }

  private static void hold(AttackRun run) throws IOException, InterruptedException {
    try (FrameConnection connection = run.frames()) {
      while (run.goesOn()) {
        while (connection.calls() < CALLS) {
          int _ = connection.call(Methods.PUBLISH);
        }
        connection.flush();
        Thread.sleep(LOOK_MS);
      }
    }
  }
}
