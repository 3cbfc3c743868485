package dev.dolmen.traffic.drill.attack;

import java.io.IOException;
import java.net.Socket;

/** Thousands of connections that are opened and say nothing, or no more than a greeting. */
public final class ManyConnections implements Attack {
  private static final int LOOK_MS = 500;

  private final int connections;
  private final boolean greets;

  /**
   * @param greets whether they finish HTTP/2's handshake
   */
  public ManyConnections(int connections, boolean greets) {
    this.connections = connections;
    this.greets = greets;
  }

  @Override
  public void start(AttackRun run) {
    run.repeat(connections, () -> hold(run));
  }

  private void hold(AttackRun run) throws IOException, InterruptedException {
    run.countSent();
    if (greets) {
      try (FrameConnection connection = run.frames()) {
        while (run.goesOn()) {
          connection.flush();
          Thread.sleep(LOOK_MS);
        }
      }
      return;
    }
    try (Socket socket = run.connect()) {
      while (socket.getInputStream().read() >= 0) {
        // The server's settings, and what it says before it closes.
      }
      throw new IOException("closed by the server");
    }
  }
}
