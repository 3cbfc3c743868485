package dev.dolmen.server;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dolmen.server.config.DolmenConfig;
import dev.dolmen.server.config.ServerConfig.ConnectionLimits;
import dev.dolmen.server.config.ServerConfig.LimitsConfig;
import dev.dolmen.v1.GetStatusRequest;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What callers can do with connections, by sockets that speak as much HTTP/2 as they have to. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // Else it waits for ever.
class ConnectionLimitsTest {
  private static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
  private static final int HEADERS = 1;
  private static final int RST_STREAM = 3;
  private static final int SETTINGS = 4;
  private static final int GOAWAY = 7;
  private static final int END_HEADERS = 4;
  private static final int CANCEL = 8;
  private static final int ENHANCE_YOUR_CALM = 11;
  private static final int TIMEOUT_MS = 30_000;

  /** Limits that no test meets. */
  private static final ConnectionLimits WIDE =
      new ConnectionLimits(100, Duration.ofMinutes(1), 1_000, 8 << 10);

  @TempDir Path directory;

  @Test
  void aConnectionTooManyIsClosedAndTheOthersStay() throws Exception {
    int max = 5;
    try (TestServer server = server(with(max, WIDE.handshakeTimeout(), WIDE.maxResets()))) {
      assertServes(server); // This is one connection.
      List<Socket> others = new ArrayList<>();
      for (int i = 1; i < max; i++) {
        others.add(connect(server));
        awaitOpen(server, i + 1);
      }
      try (Socket tooMany = connect(server)) {
        assertThat(isClosed(tooMany)).isTrue();
      }
      assertThat(server.running().meters().get("dolmen.connections.refused").counter().count())
          .isEqualTo(1);
      assertServes(server);
      others.getFirst().close();
      awaitOpen(server, max - 1);
      try (Socket next = connect(server)) {
        greet(next);
        assertThat(next.getInputStream().read()).isNotNegative();
      }
      for (Socket other : others) {
        other.close();
      }
    }
  }

  @Test
  void aConnectionThatDoesNotShakeHandsIsClosed() throws Exception {
    try (TestServer server = server(with(WIDE.max(), Duration.ofMillis(200), WIDE.maxResets()));
        Socket silent = connect(server);
        Socket slow = connect(server)) {
      slow.getOutputStream().write(PREFACE.getBytes(US_ASCII), 0, 10);
      assertThat(isClosed(silent)).isTrue();
      assertThat(isClosed(slow)).isTrue();
      assertServes(server);
    }
  }

  @Test
  void aConnectionThatResetsTooMuchIsClosed() throws Exception {
    int resets = 50;
    try (TestServer server = server(with(WIDE.max(), WIDE.handshakeTimeout(), resets));
        Socket socket = connect(server)) {
      greet(socket);
      for (int i = 0; i <= resets; i++) {
        int stream = 2 * i + 1;
        frame(socket, HEADERS, END_HEADERS, stream, headers());
        frame(socket, RST_STREAM, 0, stream, new byte[] {0, 0, 0, CANCEL});
      }
      assertThat(goAwayCode(socket)).isEqualTo(ENHANCE_YOUR_CALM);
      assertServes(server);
    }
  }

  @Test
  void headersThatAreTooLargeEndTheirCallAlone() throws Exception {
    ConnectionLimits limits =
        new ConnectionLimits(WIDE.max(), WIDE.handshakeTimeout(), WIDE.maxResets(), 2 << 10);
    try (TestServer server = server(limits)) {
      assertServes(server);
      Metadata large = new Metadata();
      large.put(Metadata.Key.of("filler", Metadata.ASCII_STRING_MARSHALLER), "x".repeat(3 << 10));
      var call = server.admin().withInterceptors(MetadataUtils.newAttachHeadersInterceptor(large));
      assertThatThrownBy(() -> call.getStatus(GetStatusRequest.getDefaultInstance()))
          .isInstanceOf(StatusRuntimeException.class);
      assertServes(server);
    }
  }

  private static ConnectionLimits with(int max, Duration handshakeTimeout, int maxResets) {
    return new ConnectionLimits(max, handshakeTimeout, maxResets, WIDE.maxHeaderBytes());
  }

  private TestServer server(ConnectionLimits connections) throws StartException {
    DolmenConfig config = TestServer.config(directory);
    LimitsConfig limits = config.server().limits();
    return new TestServer(
        config.withServer(
            config
                .server()
                .with(s ->
                    s.limits(
                        new LimitsConfig(
                            limits.maxMessageBytes(),
                            limits.maxK(),
                            limits.requestTimeout(),
                            limits.requestArrival(),
                            limits.maxConcurrentRequests(),
                            limits.queueWait(),
                            limits.maxConcurrentStreams(),
                            connections,
                            limits.memory())))));
  }

  private static void assertServes(TestServer server) {
    assertThat(server.admin().getStatus(GetStatusRequest.getDefaultInstance()).getNotReadyReason())
        .isEmpty();
  }

  private static Socket connect(TestServer server) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.running().port());
    socket.setSoTimeout(TIMEOUT_MS);
    return socket;
  }

  private static void awaitOpen(TestServer server, int n) {
    while (server.running().meters().get("dolmen.connections.open").gauge().value() != n) {
      LockSupport.parkNanos(100_000);
    }
  }

  /** Reads until the other side closes; fails if that takes too long. */
  private static boolean isClosed(Socket socket) throws IOException {
    try {
      socket.getInputStream().readAllBytes();
      return true;
    } catch (SocketException _) {
      return true;
    }
  }

  private static void greet(Socket socket) throws IOException {
    socket.getOutputStream().write(PREFACE.getBytes(US_ASCII));
    frame(socket, SETTINGS, 0, 0, new byte[0]);
  }

  private static void frame(Socket socket, int type, int flags, int stream, byte[] payload)
      throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeByte(payload.length >>> 16);
    out.writeShort(payload.length);
    out.writeByte(type);
    out.writeByte(flags);
    out.writeInt(stream);
    out.write(payload);
    socket.getOutputStream().write(bytes.toByteArray());
  }

  /** Of a gRPC call: names and values by HPACK, none of them indexed or compressed. */
  private static byte[] headers() throws IOException {
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    header(block, ":method", "POST");
    header(block, ":scheme", "http");
    header(block, ":path", "/dolmen.v1.RecommendationService/Recommend");
    header(block, ":authority", "localhost");
    header(block, "content-type", "application/grpc");
    header(block, "te", "trailers");
    return block.toByteArray();
  }

  private static void header(ByteArrayOutputStream block, String name, String value)
      throws IOException {
    block.write(0);
    block.write(name.length());
    block.write(name.getBytes(US_ASCII));
    block.write(value.length());
    block.write(value.getBytes(US_ASCII));
  }

  /** The code of the frame with which the server ends the connection. */
  private static int goAwayCode(Socket socket) throws IOException {
    DataInputStream in = new DataInputStream(socket.getInputStream());
    while (true) {
      int length = (in.readUnsignedByte() << 16) | in.readUnsignedShort();
      int type = in.readUnsignedByte();
      in.skipNBytes(5); // Flags and stream.
      byte[] payload = in.readNBytes(length);
      if (type == GOAWAY) {
        return payload[7];
      }
    }
  }
}
