package dev.dolmen.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dolmen.trainer.log.WatchedLog;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A server whose trainer has stopped says so to everybody who asks for its health. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // Else it waits for ever.
class StoppedTrainerTest {
  private static final String REASON = "the trainer has stopped: ";

  @TempDir Path directory;
  private final AtomicBoolean broken = new AtomicBoolean();

  private final WatchedLog breaking =
      new WatchedLog(offset -> {
        if (broken.get()) {
          throw new IllegalStateException("a defect");
        }
      });

  private static HttpResponse<String> get(int port, String path) throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build(),
          BodyHandlers.ofString());
    }
  }

  private static ServingStatus health(TestServer server, String service) {
    return HealthGrpc.newBlockingStub(server.channel)
        .check(HealthCheckRequest.newBuilder().setService(service).build())
        .getStatus();
  }

  @Test
  void healthAndProbesTellTheTruth() throws Exception {
    StandaloneServer started =
        StandaloneServer.startServing(TestServer.config(directory), TestServer.ticking(), breaking);
    try (TestServer server = new TestServer(started)) {
      started.awaitReplayed();
      server.upsert(TestServer.item("a", "books", 1).build());
      assertThat(get(started.metricsPort(), "/livez").statusCode()).isEqualTo(200);
      assertThat(health(server, "")).isEqualTo(ServingStatus.SERVING);

      broken.set(true);
      server.publish(TestServer.event("e", "s", "a", 1).build());
      String reason =
          CompletableFuture.supplyAsync(() -> awaitFailure(started)).get(1, TimeUnit.MINUTES);

      assertThat(reason).contains("a defect");
      for (String probe : new String[] {"/livez", "/readyz", "/readyz/feedback"}) {
        HttpResponse<String> answer = get(started.metricsPort(), probe);
        assertThat(answer.statusCode()).as(probe).isEqualTo(503);
        assertThat(answer.body()).as(probe).contains(REASON).contains("a defect");
      }
      while (health(server, "") == ServingStatus.SERVING) {
        LockSupport.parkNanos(100_000); // Told on a thread of its own.
      }
      assertThat(health(server, "dolmen.v1.FeedbackService")).isEqualTo(ServingStatus.NOT_SERVING);
      assertThatThrownBy(() -> server.publish(TestServer.event("f", "s", "a", 2).build()))
          .hasMessageContaining("UNAVAILABLE: training has stopped: ");
    }
  }

  private static String awaitFailure(StandaloneServer server) {
    try {
      return server.awaitFailure();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
