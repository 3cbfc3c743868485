package dev.dolmen.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dolmen.server.config.DolmenConfig;
import dev.dolmen.trainer.log.WatchedLog;
import dev.dolmen.trainer.snapshot.SnapshotOptions;
import dev.dolmen.v1.Acknowledgement;
import dev.dolmen.v1.CreateSnapshotRequest;
import dev.dolmen.v1.DeleteItemsRequest;
import dev.dolmen.v1.GetItemRequest;
import dev.dolmen.v1.GetStatusRequest;
import dev.dolmen.v1.RecommendRequest;
import dev.dolmen.v1.RecommendResponse;
import dev.dolmen.v1.SessionContext;
import dev.dolmen.v1.SessionEvent;
import dev.dolmen.v1.StatusResponse;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a server answers, over a real socket, while it learns again what its log holds. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // Else it waits for ever.
class ReplayServingTest {
  private static final String REPLAYING = "the log is being replayed";

  @TempDir Path directory;
  private final CountDownLatch go = new CountDownLatch(1);

  /** The replay stands before its first record until {@link #go}. */
  private final WatchedLog standing =
      new WatchedLog(offset -> {
        try {
          assertThat(go.await(1, TimeUnit.MINUTES)).isTrue();
        } catch (InterruptedException e) {
          throw new AssertionError(e);
        }
      });

  /** No snapshot but those that are asked for. */
  private DolmenConfig config() {
    return TestServer.config(directory)
        .withEngine(e ->
            e.snapshots(SnapshotOptions.defaults().with(s -> s.intervalSec(0).onClose(false))));
  }

  private void leaveALogToReplay(boolean snapshot) throws Exception {
    try (TestServer server = new TestServer(config())) {
      for (int i = 0; i < 20; i++) {
        server.upsert(TestServer.item("i" + i, i % 2 == 0 ? "books" : "shoes", i).build());
      }
      server.click("before", "i1", "i3", "i5");
      if (snapshot) {
        var _ = server.admin().createSnapshot(CreateSnapshotRequest.getDefaultInstance());
      }
      server.upsert(TestServer.item("late", "books", 1).build());
      server.click("after", "i2", "late");
    }
  }

  private static RecommendRequest request(String session, String... items) {
    SessionContext.Builder context = SessionContext.newBuilder().setSessionId(session);
    for (String item : items) {
      context.addEvents(SessionEvent.newBuilder().setItemId(item));
    }
    return RecommendRequest.newBuilder().setSession(context).setK(30).build();
  }

  @Test
  void recommendsFromTheSnapshotAndRefusesFeedbackUntilTheLogIsReplayed() throws Exception {
    leaveALogToReplay(true);
    StandaloneServer started =
        StandaloneServer.startServing(config(), TestServer.ticking(), standing);
    try (TestServer server = new TestServer(started)) {
      RecommendResponse response = server.recommendations().recommend(request("before"));
      assertThat(response.getSessionEventsUsed()).isEqualTo(3);
      assertThat(response.getItemsList()).hasSize(17).noneMatch(i -> i.getItemId().equals("late"));
      // In the log, so no mistake of the caller's.
      assertThat(server.recommendations().recommend(request("x", "i1", "late")).getItemsList())
          .hasSize(19);
      assertThat(server.catalog().getItem(GetItemRequest.newBuilder().setItemId("i1").build()))
          .isNotNull();
      refusesEveryWrite(server);
      StatusResponse status = server.admin().getStatus(GetStatusRequest.getDefaultInstance());
      assertThat(status.getNotReadyReason()).contains("recommendations are served", REPLAYING);
      assertThat(status.hasReplay()).isTrue();
      assertThat(status.getCatalogItems()).isEqualTo(20);
      assertThat(get(started.metricsPort(), "/readyz").statusCode()).isEqualTo(200);
      HttpResponse<String> taking = get(started.metricsPort(), "/readyz/feedback");
      assertThat(taking.statusCode()).isEqualTo(503);
      assertThat(taking.body()).contains(REPLAYING);
      assertThat(get(started.metricsPort(), "/metrics").body())
          .containsPattern("dolmen_replay_left_records [1-9]");
      assertThat(health(server, "")).isEqualTo(ServingStatus.SERVING);
      assertThat(health(server, "dolmen.v1.RecommendationService"))
          .isEqualTo(ServingStatus.SERVING);
      assertThat(health(server, "dolmen.v1.CatalogService")).isEqualTo(ServingStatus.NOT_SERVING);
      Iterator<HealthCheckResponse> feedback =
          HealthGrpc.newBlockingStub(server.channel)
              .withDeadlineAfter(1, TimeUnit.MINUTES)
              .watch(
                  HealthCheckRequest.newBuilder().setService("dolmen.v1.FeedbackService").build());
      assertThat(feedback.next().getStatus()).isEqualTo(ServingStatus.NOT_SERVING);

      go.countDown();
      started.awaitReplayed();
      assertThat(feedback.next().getStatus()).isEqualTo(ServingStatus.SERVING);
      assertThat(health(server, "dolmen.v1.CatalogService")).isEqualTo(ServingStatus.SERVING);
      assertThat(get(started.metricsPort(), "/readyz/feedback").body()).isEqualTo("ok\n");
      status = server.admin().getStatus(GetStatusRequest.getDefaultInstance());
      assertThat(status.getNotReadyReason()).isEmpty();
      assertThat(status.hasReplay()).isFalse();
      assertThat(status.getCatalogItems()).isEqualTo(21);
      assertThat(server.recommendations().recommend(request("after")).getSessionEventsUsed())
          .isEqualTo(2);
      assertThat(
              server
                  .publish(TestServer.event("after/1/late", "after", "late", 1).build())
                  .getAcknowledgements(0)
                  .getStatus())
          .isEqualTo(Acknowledgement.Status.STATUS_DUPLICATE);
      server.click("new", "late");
    }
  }

  private static void refusesEveryWrite(TestServer server) {
    for (ThrowingCallable write :
        new ThrowingCallable[] {
          // Of an item that is not replayed yet: refused for now, not for good.
          () -> server.publish(TestServer.event("e", "s", "late", 1).build()),
          () -> server.upsert(TestServer.item("i1", "books", 1).build()),
          () ->
              server
                  .catalog()
                  .deleteItems(DeleteItemsRequest.newBuilder().addItemIds("late").build())
        }) {
      assertThatThrownBy(write)
          .satisfies(thrown -> {
            Throwable status = thrown instanceof CompletionException ? thrown.getCause() : thrown;
            assertThat(status)
                .isInstanceOf(StatusRuntimeException.class)
                .hasMessageContaining("UNAVAILABLE")
                .hasMessageContaining(REPLAYING)
                .hasMessageContaining("nothing is taken until that is done");
          });
    }
  }

  /** There is nothing but an untrained model and no items. */
  @Test
  void withoutASnapshotNothingIsServedBeforeTheLogIsReplayed() throws Exception {
    leaveALogToReplay(false);
    int port;
    int metricsPort;
    // Both at once, or they may be the same.
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
      metricsPort = other.getLocalPort();
    }
    DolmenConfig config = config();
    DolmenConfig named = config.withServer(config.server().withPorts(port, metricsPort));
    CompletableFuture<StandaloneServer> starting =
        CompletableFuture.supplyAsync(() -> {
          try {
            return StandaloneServer.startServing(named, TestServer.ticking(), standing);
          } catch (StartException e) {
            throw new IllegalStateException(e);
          }
        });
    HttpResponse<String> ready = awaitReplaying(metricsPort);
    assertThat(ready.statusCode()).isEqualTo(503);
    assertThat(get(metricsPort, "/readyz/feedback").statusCode()).isEqualTo(503);
    assertThat(starting).isNotDone();
    try (TestServer server = new TestServer(port)) {
      assertThatThrownBy(() -> server.recommendations().recommend(request("before")))
          .isInstanceOf(StatusRuntimeException.class)
          .hasMessageContaining("UNAVAILABLE")
          .hasMessageContaining(REPLAYING);
      assertThat(health(server, "")).isEqualTo(ServingStatus.NOT_SERVING);
      assertThat(server.admin().getStatus(GetStatusRequest.getDefaultInstance()).hasReplay())
          .isTrue();
      go.countDown();
      try (StandaloneServer started = starting.get(1, TimeUnit.MINUTES)) {
        assertThat(health(server, "")).isEqualTo(ServingStatus.SERVING);
        assertThat(server.recommendations().recommend(request("after")).getSessionEventsUsed())
            .isEqualTo(2);
        assertThat(started.isClosed()).isFalse();
      }
    }
  }

  private static HttpResponse<String> awaitReplaying(int metricsPort) throws Exception {
    while (true) {
      try {
        HttpResponse<String> response = get(metricsPort, "/readyz");
        if (response.body().contains(REPLAYING)) {
          return response;
        }
      } catch (IOException e) {
        // It does not listen yet.
      }
      Thread.sleep(5);
    }
  }

  private static ServingStatus health(TestServer server, String service) {
    return HealthGrpc.newBlockingStub(server.channel)
        .withDeadlineAfter(30, TimeUnit.SECONDS)
        .check(HealthCheckRequest.newBuilder().setService(service).build())
        .getStatus();
  }

  private static HttpResponse<String> get(int port, String path) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .timeout(Duration.ofSeconds(30))
            .build();
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(request, BodyHandlers.ofString());
    }
  }
}
