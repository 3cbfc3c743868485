package dev.dolmen.traffic.drill.attack;

import io.netty.handler.codec.http2.Http2FrameTypes;
import java.io.IOException;

/** Many connections, on each a call and the first bytes of a frame whose rest does not come. */
public final class HalfFrames implements Attack {
  private static final int CONNECTIONS = 500;
  private static final int ANNOUNCED_BYTES = 16_000;
  private static final int LOOK_MS = 500;

  @Override
  public void start(AttackRun run) {
    run.repeat(CONNECTIONS, () -> hold(run));
  }

  private static void hold(AttackRun run) throws IOException, InterruptedException {
    try (FrameConnection connection = run.frames()) {
      int stream = connection.call(Methods.RECOMMEND);
      connection.frameHeader(Http2FrameTypes.DATA, 0, stream, ANNOUNCED_BYTES);
      while (run.goesOn()) {
        connection.bytes(new byte[1]);
        connection.flush();
        Thread.sleep(LOOK_MS);
      }
    }
  }
}
