package dev.dolmen.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dolmen.v1.Acknowledgement;
import dev.dolmen.v1.CatalogServiceGrpc;
import dev.dolmen.v1.FeedbackEvent;
import dev.dolmen.v1.FeedbackServiceGrpc;
import dev.dolmen.v1.PublishRequest;
import dev.dolmen.v1.PublishResponse;
import dev.dolmen.v1.RecommendRequest;
import dev.dolmen.v1.RecommendResponse;
import dev.dolmen.v1.RecommendationServiceGrpc;
import dev.dolmen.v1.UpsertItemsRequest;
import dev.dolmen.v1.UpsertItemsResponse;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.ThrowingSupplier;

/** What a client does, over a real socket, while its server is away, silent, or asks for a key. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // Else it waits for ever.
class DolmenClientTest {
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  /** Calls that are still refused as those of a server that is away. */
  private final AtomicInteger away = new AtomicInteger();

  private final AtomicInteger calls = new AtomicInteger();
  private final List<String> keys = Collections.synchronizedList(new ArrayList<>());
  private final List<Deadline> deadlines = Collections.synchronizedList(new ArrayList<>());
  private final List<FeedbackEvent> events = Collections.synchronizedList(new ArrayList<>());
  private boolean silent;
  private @Nullable Server server;

  @AfterEach
  void stop() throws InterruptedException {
    if (server != null) {
      server.shutdownNow().awaitTermination();
    }
  }

  private int start(int port) throws IOException {
    Server started =
        Grpc.newServerBuilderForPort(port, InsecureServerCredentials.create())
            .addService(recommendations())
            .addService(catalog())
            .addService(feedback())
            .intercept(seen())
            .build()
            .start();
    server = started;
    return started.getPort();
  }

  private ServerInterceptor seen() {
    return new ServerInterceptor() {
      @Override
      public <Q, A> ServerCall.Listener<Q> interceptCall(
          ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        calls.incrementAndGet();
        keys.add(String.valueOf(headers.get(AUTHORIZATION)));
        deadlines.add(Context.current().getDeadline());
        return next.startCall(call, headers);
      }
    };
  }

  private <T> void answer(StreamObserver<T> out, T answer) {
    if (away.getAndDecrement() > 0) {
      out.onError(Status.UNAVAILABLE.asRuntimeException());
    } else if (!silent) {
      out.onNext(answer);
      out.onCompleted();
    }
  }

  private RecommendationServiceGrpc.RecommendationServiceImplBase recommendations() {
    return new RecommendationServiceGrpc.RecommendationServiceImplBase() {
      @Override
      public void recommend(RecommendRequest request, StreamObserver<RecommendResponse> out) {
        answer(out, RecommendResponse.newBuilder().setRequestId("r").build());
      }
    };
  }

  private CatalogServiceGrpc.CatalogServiceImplBase catalog() {
    return new CatalogServiceGrpc.CatalogServiceImplBase() {
      @Override
      public void upsertItemsBatch(
          UpsertItemsRequest request, StreamObserver<UpsertItemsResponse> out) {
        answer(out, UpsertItemsResponse.getDefaultInstance());
      }
    };
  }

  private FeedbackServiceGrpc.FeedbackServiceImplBase feedback() {
    return new FeedbackServiceGrpc.FeedbackServiceImplBase() {
      @Override
      public void publishBatch(PublishRequest request, StreamObserver<PublishResponse> out) {
        events.addAll(request.getEventsList());
        PublishResponse.Builder answer = PublishResponse.newBuilder();
        request
            .getEventsList()
            .forEach(event ->
                answer
                    .addAcknowledgementsBuilder()
                    .setStatus(Acknowledgement.Status.STATUS_ACCEPTED));
        answer(out, answer.build());
      }
    };
  }

  private static DolmenClient.Builder to(int port) {
    return DolmenClient.to("127.0.0.1:" + port).deadline(Duration.ofSeconds(60));
  }

  private static void assertFails(Status.Code code, ThrowingSupplier<?> call) {
    assertThatThrownBy(call::get)
        .isInstanceOfSatisfying(
            StatusRuntimeException.class, e -> assertThat(e.getStatus().getCode()).isEqualTo(code));
  }

  @Test
  void questionsAreTriedTwiceMore() throws Exception {
    away.set(2);
    try (DolmenClient client = to(start(0)).build()) {
      assertThat(client.recommend(RecommendRequest.getDefaultInstance()).getRequestId())
          .isEqualTo("r");
      assertThat(calls).hasValue(3);
      away.set(100);
      assertFails(
          Status.Code.UNAVAILABLE, () -> client.recommend(RecommendRequest.getDefaultInstance()));
      assertThat(calls).hasValue(6);
    }
  }

  @Test
  void aChangeOfTheCatalogIsSentOnce() throws Exception {
    away.set(1);
    try (DolmenClient client = to(start(0)).build()) {
      assertFails(Status.Code.UNAVAILABLE, () -> client.upsert(List.of()));
      assertThat(calls).hasValue(1);
    }
  }

  @Test
  void eachCallHasTheKeyAndADeadline() throws Exception {
    try (DolmenClient client = to(start(0)).key("secret").build()) {
      client.recommend(RecommendRequest.getDefaultInstance());
      client.upsert(List.of());
      assertThat(keys).containsExactly("Bearer secret", "Bearer secret");
      assertThat(deadlines)
          .allSatisfy(deadline ->
              assertThat(deadline.timeRemaining(TimeUnit.SECONDS)).isBetween(-60L, 60L));
    }
  }

  @Test
  void aServerThatIsSilentEndsACallByItsDeadline() throws Exception {
    silent = true;
    try (DolmenClient client =
        DolmenClient.to("127.0.0.1:" + start(0)).deadline(Duration.ofMillis(200)).build()) {
      assertFails(
          Status.Code.DEADLINE_EXCEEDED,
          () -> client.recommend(RecommendRequest.getDefaultInstance()));
    }
  }

  /** Events that are offered while nobody listens are sent when somebody does, each once. */
  @Test
  void eventsWaitForAServerThatIsAway() throws Exception {
    int port = start(0);
    stop();
    FeedbackPublisher.Options options =
        new FeedbackPublisher.Options(
            100, 10, Duration.ofMillis(1), Duration.ofSeconds(60), (event, why) -> {});
    try (DolmenClient client = to(port).build()) {
      FeedbackPublisher publisher = client.publisher(options);
      for (int i = 0; i < 25; i++) {
        assertThat(publisher.offer(FeedbackEvent.newBuilder().setItemId("i" + i).build())).isTrue();
      }
      while (publisher.counts().retries() == 0) {
        LockSupport.parkNanos(100_000); // Until it has found nobody.
      }
      start(port);
      publisher.close();
      assertThat(publisher.counts().accepted()).isEqualTo(25);
      assertThat(events.stream().map(FeedbackEvent::getItemId).distinct()).hasSize(25);
      assertThat(events.stream().map(FeedbackEvent::getEventId).distinct()).hasSize(25);
    }
  }
}
