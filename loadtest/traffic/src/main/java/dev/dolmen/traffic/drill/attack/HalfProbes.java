package dev.dolmen.traffic.drill.attack;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;

/** The port of metrics and probes: requests of which half comes, and headers that come slowly. */
public final class HalfProbes implements Attack {
  private static final int HALVES = 200;
  private static final int SLOW = 20;
  private static final int HEADER_MS = 200;

  @Override
  public void start(AttackRun run) {
    run.repeat(HALVES, () -> half(run));
    run.repeat(SLOW, () -> slow(run));
  }

  private static void half(AttackRun run) throws IOException {
    run.countSent();
    try (Socket socket = run.connectMetrics()) {
      send(socket.getOutputStream(), "GET /livez HT");
      while (socket.getInputStream().read() >= 0) {
        // Whatever the server says before it closes.
      }
      throw new IOException("closed by the server");
    }
  }

  private static void slow(AttackRun run) throws IOException, InterruptedException {
    run.countSent();
    try (Socket socket = run.connectMetrics()) {
      OutputStream out = socket.getOutputStream();
      send(out, "GET /metrics HTTP/1.1\r\n");
      while (run.goesOn()) {
        send(out, "X-Slow: 1\r\n");
        Thread.sleep(HEADER_MS);
      }
    }
  }

  private static void send(OutputStream out, String text) throws IOException {
    out.write(text.getBytes(US_ASCII));
    out.flush();
  }
}
