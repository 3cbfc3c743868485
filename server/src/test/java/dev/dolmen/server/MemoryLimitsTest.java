package dev.dolmen.server;

import static dev.dolmen.server.TestServer.item;
import static org.assertj.core.api.Assertions.assertThat;

import dev.dolmen.server.config.DolmenConfig;
import dev.dolmen.server.config.MemoryLimits;
import dev.dolmen.server.config.ServerConfig.LimitsConfig;
import dev.dolmen.v1.CatalogServiceGrpc;
import dev.dolmen.v1.FeedbackEvent;
import dev.dolmen.v1.FeedbackServiceGrpc;
import dev.dolmen.v1.Item;
import dev.dolmen.v1.ListItemsRequest;
import dev.dolmen.v1.PublishRequest;
import dev.dolmen.v1.RecommendRequest;
import dev.dolmen.v1.RecommendationServiceGrpc;
import dev.dolmen.v1.SessionContext;
import dev.dolmen.v1.SessionEvent;
import dev.dolmen.v1.SlotValue;
import dev.dolmen.v1.TokenList;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthGrpc;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What callers can make the process hold, over real sockets. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // Else it waits for ever.
class MemoryLimitsTest {
  private static final long PROCESS_BYTES = 16L << 20;
  private static final long CONNECTION_BYTES = 6L << 20;
  private static final int TEXT_BYTES = 900_000;

  /** Else a JVM that is cold refuses calls before they hold anything. */
  private static final Duration NO_QUEUE_IS_TOO_LONG = Duration.ofMinutes(5);

  @TempDir Path directory;

  private TestServer server() throws Exception {
    DolmenConfig config = TestServer.config(directory);
    LimitsConfig limits = config.server().limits();
    MemoryLimits memory = new MemoryLimits(PROCESS_BYTES, CONNECTION_BYTES, 64 << 10);
    TestServer server =
        new TestServer(
            config.withServer(
                config
                    .server()
                    .with(s ->
                        s.limits(
                            new LimitsConfig(
                                limits.maxMessageBytes(),
                                limits.maxK(),
                                limits.requestTimeout(),
                                Duration.ofMinutes(5),
                                limits.maxConcurrentRequests(),
                                NO_QUEUE_IS_TOO_LONG,
                                limits.maxConcurrentStreams(),
                                limits.connections(),
                                memory)))));
    server.upsert(item("a", "books", 1).build(), item("b", "books", 2).build());
    return server;
  }

  private static RecommendRequest large() {
    return RecommendRequest.newBuilder().setUserId("u".repeat(TEXT_BYTES)).setK(1).build();
  }

  /** 180 KB that become objects of 9 MB. */
  private static PublishRequest empty() {
    PublishRequest.Builder request = PublishRequest.newBuilder();
    for (int i = 0; i < 90_000; i++) {
      request.addEvents(FeedbackEvent.getDefaultInstance());
    }
    return request.build();
  }

  static Stream<Arguments> halfRequests() {
    return Stream.of(
        Arguments.of(RecommendationServiceGrpc.getRecommendMethod(), large()),
        Arguments.of(FeedbackServiceGrpc.getPublishBatchMethod(), empty()),
        Arguments.of(
            HealthGrpc.getCheckMethod(),
            HealthCheckRequest.newBuilder().setService("s".repeat(TEXT_BYTES)).build()));
  }

  /** A gzip of some KB is a message of nearly the largest size, kept until the request is whole. */
  @ParameterizedTest
  @MethodSource("halfRequests")
  <Q, A> void requestsThatAreNotWholeAreEndedWhereTheMostIsHeld(
      MethodDescriptor<Q, A> method, Q request) throws Exception {
    try (TestServer server = server()) {
      AtomicBoolean stopped = new AtomicBoolean();
      CompletableFuture<Long> good = CompletableFuture.supplyAsync(() -> ask(server, stopped));
      List<TestServer> callers = new ArrayList<>();
      List<Half<Q, A>> calls = new ArrayList<>();
      for (int c = 0; c < 6; c++) {
        TestServer caller = new TestServer(server.running().port());
        callers.add(caller);
        for (int i = 0; i < 10; i++) {
          calls.add(new Half<>(caller, method, request));
        }
      }
      while (server.running().meters().get("dolmen.inflight.ended").counter().count() < 30) {
        assertThat(held(server)).isLessThan(2 * PROCESS_BYTES);
        Thread.sleep(1);
      }
      stopped.set(true);
      assertThat(good.get(30, TimeUnit.SECONDS)).as("answers beside them").isPositive();
      for (Half<Q, A> call : calls) {
        if (call.status.isDone()) {
          Status status = call.status.join();
          assertThat(status.getCode()).as("%s", status).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
          assertThat(status.getDescription()).contains("server.limits.max_", "bytes_in_flight");
        }
      }
      callers.forEach(TestServer::close);
      awaitNothingHeld(server);
    }
  }

  @Test
  void answersThatNobodyTakesAreCountedAndTheirConnectionIsClosed() throws Exception {
    try (TestServer server = server()) {
      for (int i = 0; i < 30; i++) {
        Item large = item("large" + i, "books", 1).putSlots("labels", labels()).build();
        assertThat(server.upsert(large).getUpserted()).isEqualTo(1);
      }
      TestServer caller = new TestServer(server.running().port());
      ListItemsRequest all = ListItemsRequest.newBuilder().setPageSize(1_000).build();
      for (int i = 0; i < 40; i++) {
        new Half<>(caller, CatalogServiceGrpc.getListItemsMethod(), all, 0).call.halfClose();
      }
      while (server.running().meters().get("dolmen.inflight.ended").counter().count() < 1) {
        assertThat(held(server)).isLessThan(4 * PROCESS_BYTES);
        Thread.sleep(1);
      }
      assertThat(ask(server, new AtomicBoolean(true))).isEqualTo(1);
      caller.close();
      awaitNothingHeld(server);
    }
  }

  private static SlotValue labels() {
    TokenList.Builder labels = TokenList.newBuilder();
    for (int i = 0; i < 1_000; i++) {
      labels.addToken(i + "l".repeat(90));
    }
    return SlotValue.newBuilder().setTokens(labels).build();
  }

  /** Answers until it is told to stop; at least one. */
  private static long ask(TestServer server, AtomicBoolean stopped) {
    RecommendRequest request =
        RecommendRequest.newBuilder()
            .setSession(
                SessionContext.newBuilder().addEvents(SessionEvent.newBuilder().setItemId("a")))
            .setK(1)
            .build();
    long answers = 0;
    do {
      assertThat(server.recommendations().recommend(request).getItemsCount()).isEqualTo(1);
      answers++;
    } while (!stopped.get());
    return answers;
  }

  private static double held(TestServer server) {
    return server.running().meters().get("dolmen.inflight").gauge().value();
  }

  private static void awaitNothingHeld(TestServer server) throws InterruptedException {
    while (held(server) != 0) {
      Thread.sleep(1);
    }
  }

  /** A call that sends one message, compressed, and does not end its request. */
  private static final class Half<Q, A> extends ClientCall.Listener<A> {
    final CompletableFuture<Status> status = new CompletableFuture<>();
    final ClientCall<Q, A> call;

    Half(TestServer caller, MethodDescriptor<Q, A> method, Q request) {
      this(caller, method, request, 1);
    }

    Half(TestServer caller, MethodDescriptor<Q, A> method, Q request, int answers) {
      MethodDescriptor<Q, A> open = method.toBuilder().setType(MethodType.BIDI_STREAMING).build();
      call = caller.channel.newCall(open, CallOptions.DEFAULT.withCompression("gzip"));
      call.start(this, new Metadata());
      if (answers > 0) {
        call.request(answers);
      }
      call.setMessageCompression(true);
      call.sendMessage(request);
    }

    @Override
    public void onClose(Status closed, Metadata trailers) {
      status.complete(closed);
    }
  }
}
