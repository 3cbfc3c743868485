package dev.dolmen.server;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.dolmen.v1.RecommendRequest;
import dev.dolmen.v1.RecommendResponse;
import dev.dolmen.v1.RecommendationServiceGrpc;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.micrometer.core.instrument.MockClock;
import io.micrometer.core.instrument.simple.SimpleConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What becomes of connections on which callers do what they should not; the clock stands still. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // Else it waits for ever.
class ConnectionsTest {
  private static final int TIMEOUT_MS = 30_000;

  /** A frame of settings without any, as HTTP/2 begins. */
  private static final byte[] SETTINGS = {0, 0, 0, 4, 0, 0, 0, 0, 0};

  /** Data of no stream, which is an error of the connection. */
  private static final byte[] MISUSE = {0, 0, 1, 0, 0, 0, 0, 0, 0, 0};

  private final SimpleMeterRegistry meters =
      new SimpleMeterRegistry(SimpleConfig.DEFAULT, new MockClock());
  private final Connections connections = new Connections(100, meters);
  private Server server;

  @BeforeEach
  void start() throws IOException {
    server =
        connections
            .under(
                NettyServerBuilder.forAddress(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)))
            .addService(
                new RecommendationServiceGrpc.RecommendationServiceImplBase() {
                  @Override
                  public void recommend(
                      RecommendRequest request, StreamObserver<RecommendResponse> out) {
                    out.onError(Status.RESOURCE_EXHAUSTED.asRuntimeException());
                  }
                })
            .build()
            .start();
  }

  @AfterEach
  void stop() throws InterruptedException {
    server.shutdownNow().awaitTermination();
    connections.close();
  }

  private double count(String name) {
    return meters.get("dolmen.connections." + name).counter().count();
  }

  @Test
  void whoMisusedAConnectionWaitsForTheNext() throws Exception {
    try (Socket open = connect();
        Socket misused = connect()) {
      greet(open);
      greet(misused);
      assertThat(count("delayed")).isZero();
      misused.getOutputStream().write(MISUSE);
      misused.getInputStream().readAllBytes(); // It is closed.
      try (Socket next = connect()) {
        greet(next);
        assertThat(count("delayed")).isEqualTo(1);
      }
    }
  }

  @Test
  void whatWaitsWhenTheServerStopsIsClosed() throws Exception {
    try (Socket misused = connect()) {
      greet(misused);
      misused.getOutputStream().write(MISUSE);
      misused.getInputStream().readAllBytes();
    }
    try (Socket waiting = connect()) {
      while (count("delayed") == 0) {
        LockSupport.parkNanos(100_000);
      }
      stop();
      assertThat(waiting.getInputStream().readAllBytes()).isEmpty();
    }
    while (meters.get("dolmen.connections.open").gauge().value() > 0) {
      LockSupport.parkNanos(100_000);
    }
  }

  @Test
  void whoIsRefusedAgainAndAgainIsReadSlowly() throws Exception {
    ManagedChannel channel =
        Grpc.newChannelBuilder("127.0.0.1:" + server.getPort(), InsecureChannelCredentials.create())
            .build();
    try {
      for (int i = 0; i < 100; i++) {
        assertRefused(channel);
      }
      assertThat(count("slowed")).isZero();
      assertRefused(channel);
      while (count("slowed") == 0) {
        LockSupport.parkNanos(100_000);
      }
      assertRefused(channel); // It is read again.
    } finally {
      channel.shutdownNow();
    }
  }

  private static void assertRefused(ManagedChannel channel) {
    StatusRuntimeException refused =
        catchThrowableOfType(
            StatusRuntimeException.class,
            () ->
                RecommendationServiceGrpc.newBlockingStub(channel)
                    .recommend(RecommendRequest.getDefaultInstance()));
    assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
  }

  private Socket connect() throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.getPort());
    socket.setSoTimeout(TIMEOUT_MS);
    return socket;
  }

  /** Begins to speak HTTP/2 and waits until the server does. */
  private static void greet(Socket socket) throws IOException {
    socket.getOutputStream().write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(US_ASCII));
    socket.getOutputStream().write(SETTINGS);
    assertThat(socket.getInputStream().read()).isNotNegative();
  }
}
