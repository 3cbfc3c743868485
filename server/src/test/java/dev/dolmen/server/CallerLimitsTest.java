package dev.dolmen.server;

import static dev.dolmen.server.TestServer.item;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.dolmen.server.config.DolmenConfig;
import dev.dolmen.server.config.ServerConfig.LimitsConfig;
import dev.dolmen.v1.CatalogServiceGrpc;
import dev.dolmen.v1.FeedbackServiceGrpc;
import dev.dolmen.v1.Item;
import dev.dolmen.v1.PublishRequest;
import dev.dolmen.v1.RecommendRequest;
import dev.dolmen.v1.RecommendResponse;
import dev.dolmen.v1.RecommendationServiceGrpc;
import dev.dolmen.v1.SessionContext;
import dev.dolmen.v1.SessionEvent;
import dev.dolmen.v1.UpsertItemsRequest;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a caller can hold of what others need, over a real socket. */
class CallerLimitsTest {
  private static final int PLACES = 4;

  /** As a stream, so that the client sends the headers before there is a message. */
  private static final MethodDescriptor<RecommendRequest, RecommendResponse> RECOMMEND =
      RecommendationServiceGrpc.getRecommendMethod().toBuilder()
          .setType(MethodType.BIDI_STREAMING)
          .build();

  @TempDir Path directory;

  @Test
  void aRequestThatIsNotWholeTakesNoPlace() throws Exception {
    try (TestServer server = server(Duration.ofMinutes(1))) {
      List<Stuck> headersAlone = stuck(server, 5 * PLACES, false);
      List<Stuck> notHalfClosed = stuck(server, 5 * PLACES, true);
      awaitCalls(server);
      for (int i = 0; i < 50; i++) {
        assertThat(server.recommendations().recommend(request()).getItemsCount()).isEqualTo(3);
      }
      assertThat(headersAlone).noneMatch(Stuck::isEnded);
      assertThat(notHalfClosed).noneMatch(Stuck::isEnded);
    }
  }

  @Test
  void aRequestThatDoesNotBecomeWholeEndsByItself() throws Exception {
    try (TestServer server = server(Duration.ofMillis(200))) {
      List<Stuck> headersAlone = stuck(server, 2 * PLACES, false);
      List<Stuck> notHalfClosed = stuck(server, 2 * PLACES, true);
      for (List<Stuck> calls : List.of(headersAlone, notHalfClosed)) {
        for (Stuck call : calls) {
          Status status = call.status.get(30, TimeUnit.SECONDS);
          assertThat(status.getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
          assertThat(status.getDescription()).contains("server.limits.request_arrival, 200 ms");
        }
      }
      assertThat(counted(server, "dolmen.requests.late")).isEqualTo(4 * PLACES);
      assertThat(server.recommendations().recommend(request()).getItemsCount()).isEqualTo(3);
    }
  }

  @Test
  void aBatchDoesNotWaitForEverForATrainerThatIsBehind() throws Exception {
    DolmenConfig config = limited(Duration.ofMinutes(1), Duration.ofMillis(300));
    DolmenConfig behind =
        config.withEngine(
            e -> e.training(config.engine().training().with(t -> t.lagRecordsMin(1))));
    // Time stands still, so that no batch is old enough to be learned.
    InstantSource still = InstantSource.fixed(TestServer.NOW);
    try (TestServer server = new TestServer(StandaloneServer.start(behind, still))) {
      server.upsert(item("a", "books", 1).build());
      for (ThrowingCallable batches :
          List.<ThrowingCallable>of(() -> publishAll(server), () -> upsertAll(server))) {
        StatusRuntimeException refused =
            catchThrowableOfType(StatusRuntimeException.class, batches);
        assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(refused.getStatus().getDescription())
            .contains("server.limits.request_timeout, 300 ms");
      }
    }
  }

  private static void publishAll(TestServer server) {
    var feedback = FeedbackServiceGrpc.newBlockingStub(server.channel);
    for (int i = 0; i < 10; i++) {
      var event = TestServer.event("event" + i, "session", "a", i);
      feedback.publishBatch(PublishRequest.newBuilder().addEvents(event).build());
    }
  }

  private static void upsertAll(TestServer server) {
    var catalog = CatalogServiceGrpc.newBlockingStub(server.channel);
    for (int i = 0; i < 10; i++) {
      Item changed = item("a", "books", i).build();
      catalog.upsertItemsBatch(UpsertItemsRequest.newBuilder().addItems(changed).build());
    }
  }

  /** The first of its kind on a connection: what was sent before it has been read. */
  private static void awaitCalls(TestServer server) {
    assertThat(server.recommendations().recommend(request()).getItemsCount()).isEqualTo(3);
  }

  private static double counted(TestServer server, String name) {
    return server.running().meters().get(name).counter().count();
  }

  private TestServer server(Duration requestArrival) throws StartException {
    TestServer server = new TestServer(limited(requestArrival, Duration.ofSeconds(30)));
    server.upsert(
        item("a", "books", 1).build(),
        item("b", "books", 2).build(),
        item("c", "shoes", 3).build());
    return server;
  }

  private DolmenConfig limited(Duration requestArrival, Duration requestTimeout) {
    DolmenConfig config = TestServer.config(directory);
    LimitsConfig limits = config.server().limits();
    return config.withServer(
        config
            .server()
            .with(s ->
                s.limits(
                    new LimitsConfig(
                        limits.maxMessageBytes(),
                        limits.maxK(),
                        requestTimeout,
                        requestArrival,
                        PLACES,
                        limits.queueWait(),
                        limits.maxConcurrentStreams(),
                        limits.connections(),
                        limits.memory()))));
  }

  private static RecommendRequest request() {
    return RecommendRequest.newBuilder()
        .setSession(SessionContext.newBuilder().addEvents(SessionEvent.newBuilder().setItemId("a")))
        .setIncludeSeen(true)
        .setK(3)
        .build();
  }

  private static List<Stuck> stuck(TestServer server, int n, boolean withMessage) {
    return IntStream.range(0, n).mapToObj(i -> new Stuck(server, withMessage)).toList();
  }

  /** A call that does not end its request. */
  private static final class Stuck extends ClientCall.Listener<RecommendResponse> {
    final CompletableFuture<Status> status = new CompletableFuture<>();

    Stuck(TestServer server, boolean withMessage) {
      ClientCall<RecommendRequest, RecommendResponse> call =
          server.channel.newCall(RECOMMEND, CallOptions.DEFAULT);
      call.start(this, new Metadata());
      call.request(1);
      if (withMessage) {
        call.sendMessage(request());
      }
    }

    boolean isEnded() {
      return status.isDone();
    }

    @Override
    public void onClose(Status closed, Metadata trailers) {
      status.complete(closed);
    }
  }
}
