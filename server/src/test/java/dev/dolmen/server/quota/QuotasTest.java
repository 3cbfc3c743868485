package dev.dolmen.server.quota;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import com.google.protobuf.UnknownFieldSet;
import com.google.rpc.QuotaFailure;
import com.google.rpc.RetryInfo;
import dev.dolmen.server.access.Principal;
import dev.dolmen.server.config.QuotaConfig;
import dev.dolmen.server.config.QuotaConfig.Named;
import dev.dolmen.server.config.QuotaConfig.Quota;
import dev.dolmen.v1.FeedbackEvent;
import dev.dolmen.v1.FeedbackServiceGrpc;
import dev.dolmen.v1.PublishRequest;
import dev.dolmen.v1.PublishResponse;
import dev.dolmen.v1.RecommendRequest;
import dev.dolmen.v1.RecommendResponse;
import dev.dolmen.v1.RecommendationServiceGrpc;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.InsecureServerCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.StatusProto;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MockClock;
import io.micrometer.core.instrument.simple.SimpleConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Callers with names and quotas, over real sockets; time stands still unless a test moves it. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // Else it waits for ever.
class QuotasTest {
  private static final Metadata.Key<String> CALLER =
      Metadata.Key.of("caller", Metadata.ASCII_STRING_MARSHALLER);
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final MockClock clock = new MockClock();
  private final AtomicInteger answered = new AtomicInteger();
  private final Semaphore held = new Semaphore(0);
  private volatile CountDownLatch gate = new CountDownLatch(0);
  private @Nullable SimpleMeterRegistry meters;
  private @Nullable Quotas quotas;
  private @Nullable Server server;
  private @Nullable ManagedChannel channel;

  @AfterEach
  void close() throws Exception {
    gate.countDown();
    if (channel != null && server != null && quotas != null) {
      channel.shutdownNow();
      server.shutdownNow().awaitTermination();
      quotas.close();
    }
  }

  @Test
  void requestsBeyondTheirRateSayWhenToComeAgain() throws Exception {
    start(new Quota(5, 0, 0, SECOND, 0, 0));
    for (int i = 0; i < 5; i++) {
      recommend("web");
    }
    StatusRuntimeException refused = refused(() -> recommend("web"));
    assertThat(refused.getStatus().getDescription())
        .isEqualTo(
            "web is at its quota of 5 requests per second"
                + " (server.quotas.default.requests_per_second); there is more in 200 ms");
    RetryInfo retry = detail(refused, RetryInfo.class);
    assertThat(retry.getRetryDelay().getSeconds()).isZero();
    assertThat(retry.getRetryDelay().getNanos()).isEqualTo(200_000_000);
    QuotaFailure.Violation violation = detail(refused, QuotaFailure.class).getViolations(0);
    assertThat(violation.getSubject()).isEqualTo("principal:web");
    assertThat(violation.getQuotaId()).isEqualTo("server.quotas.default.requests_per_second");
    assertThat(violation.getQuotaValue()).isEqualTo(5);
    assertThat(answered).hasValue(5);
    clock.add(Duration.ofMillis(200));
    recommend("web");
    assertThat(refused(() -> recommend("web"))).isNotNull();
    assertThat(count("refused", QuotaKind.REQUESTS, "default")).isEqualTo(2);
  }

  @Test
  void aCallerAtItsLimitTakesNothingFromTheOthers() throws Exception {
    start(new Quota(5, 0, 0, SECOND, 0, 0), new Named("good", Quota.NONE));
    AtomicInteger noisy = new AtomicInteger();
    AtomicInteger noisyRefused = new AtomicInteger();
    CompletableFuture<Void> over = new CompletableFuture<>();
    CountDownLatch atItsLimit = new CountDownLatch(100);
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Future<?>> hammers = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        hammers.add(
            threads.submit(() -> {
              while (!over.isDone()) {
                if (call(() -> recommend("noisy")) == Status.Code.OK) {
                  noisy.incrementAndGet();
                } else {
                  noisyRefused.incrementAndGet();
                  atItsLimit.countDown();
                }
              }
            }));
      }
      try {
        assertThat(atItsLimit.await(30, TimeUnit.SECONDS)).isTrue();
        for (int i = 0; i < 300; i++) {
          assertThat(call(() -> recommend("good"))).isEqualTo(Status.Code.OK);
        }
        for (int i = 0; i < 5; i++) { // Unnamed, and with a quota of its own.
          assertThat(call(() -> recommend("another"))).isEqualTo(Status.Code.OK);
        }
      } finally {
        over.complete(null);
      }
      for (Future<?> hammer : hammers) {
        hammer.get();
      }
    }
    assertThat(noisy).hasValue(5);
    assertThat(answered).hasValue(310);
    assertThat(count("refused", QuotaKind.REQUESTS, "default")).isEqualTo(noisyRefused.get());
  }

  @Test
  void eventsOfABatchAreCounted() throws Exception {
    start(new Quota(0, 10, 0, SECOND, 0, 0), new Named("shop", quotaOfEvents(1_000)));
    publishBatch("web", 100); // Is let in whole, and owes 90.
    StatusRuntimeException refused = refused(() -> publishBatch("web", 1));
    assertThat(refused.getStatus().getDescription())
        .contains("10 events per second (server.quotas.default.events_per_second)")
        .contains("9,100 ms");
    recommend("web"); // Brings none.
    publishBatch("shop", 1_000);
    assertThat(refused(() -> publishBatch("shop", 1)).getStatus().getDescription())
        .contains("(server.quotas.principals[shop].events_per_second)");
    clock.add(Duration.ofMillis(9_100));
    publishBatch("web", 1);
    assertThat(count("refused", QuotaKind.EVENTS, "shop")).isEqualTo(1);
    assertThat(count("refused", QuotaKind.EVENTS, "default")).isEqualTo(1);
  }

  @Test
  void bytesAreCountedAfterDecompressionAndUnknownFieldsToo() throws Exception {
    start(new Quota(0, 0, 10_000, SECOND, 0, 0));
    RecommendRequest large =
        RecommendRequest.newBuilder()
            .setUnknownFields(
                UnknownFieldSet.newBuilder()
                    .addField(
                        1_000,
                        UnknownFieldSet.Field.newBuilder()
                            .addLengthDelimited(ByteString.copyFrom(new byte[40_000]))
                            .build())
                    .build())
            .build();
    for (String compression : List.of("identity", "gzip")) {
      String caller = "web-" + compression;
      recommendations(caller).withCompression(compression).recommend(large);
      StatusRuntimeException refused = refused(() -> recommend(caller));
      assertThat(refused.getStatus().getDescription())
          .contains("10,000 bytes of requests per second")
          .contains("there is more in 3,00");
      assertThat(detail(refused, RetryInfo.class).getRetryDelay().getSeconds()).isEqualTo(3);
    }
    recommend("another");
  }

  @Test
  void callsAtOnceAreBounded() throws Exception {
    start(new Quota(0, 0, 0, SECOND, 2, 0));
    gate = new CountDownLatch(1);
    List<CompletableFuture<Status.Code>> first = List.of(asked("web"), asked("web"));
    held.acquire(2);
    assertThat(refused(() -> recommend("web")).getStatus().getDescription())
        .contains("2 calls at once (server.quotas.default.concurrent_calls)");
    CompletableFuture<Status.Code> other = asked("another");
    held.acquire();
    gate.countDown();
    for (CompletableFuture<Status.Code> each : first) {
      assertThat(each.get(30, TimeUnit.SECONDS)).isEqualTo(Status.Code.OK);
    }
    assertThat(other.get(30, TimeUnit.SECONDS)).isEqualTo(Status.Code.OK);
    awaitLetIn(() -> recommend("web"));
  }

  @Test
  void streamsAtOnceAreBoundedAndACancelledOneGivesItsPlaceBack() throws Exception {
    start(new Quota(0, 0, 0, SECOND, 0, 1));
    Stream first = new Stream("web");
    first.publish(1);
    assertThat(first.acknowledged.take()).isEqualTo(1);
    Stream second = new Stream("web");
    assertThat(second.status.get(30, TimeUnit.SECONDS).getDescription())
        .contains("1 streams at once (server.quotas.default.concurrent_streams)");
    recommend("web"); // Is none.
    first.cancel();
    awaitLetIn(() -> {
      Stream third = new Stream("web");
      third.publish(1);
      third.out.onCompleted();
      throw third.status.join().asRuntimeException();
    });
  }

  @Test
  void aStreamOverItsRateIsSlowedAndAllOfItIsTaken() throws Exception {
    start(Clock.SYSTEM, quotaOfEvents(200, Duration.ofMillis(50)));
    long started = System.nanoTime();
    Stream stream = new Stream("web");
    for (int i = 0; i < 5; i++) {
      stream.publish(20);
    }
    stream.out.onCompleted();
    for (int i = 0; i < 5; i++) {
      assertThat(stream.acknowledged.take()).isEqualTo(20);
    }
    assertThat(stream.status.get(30, TimeUnit.SECONDS).isOk()).isTrue();
    // The burst is 10 events; the fifth message was asked for when 69 of 80 were paid at 200 a
    // second.
    assertThat(Duration.ofNanos(System.nanoTime() - started)).isGreaterThan(Duration.ofMillis(345));
    assertThat(count("slowed", QuotaKind.EVENTS, "default")).isGreaterThanOrEqualTo(4);
    assertThat(counter("refused", QuotaKind.EVENTS, "default")).isNull();
  }

  @Test
  void requestsOfAStreamAreCountedOneByOne() throws Exception {
    start(Clock.SYSTEM, new Quota(20, 0, 0, Duration.ofMillis(100), 0, 0));
    Stream stream = new Stream("web");
    for (int i = 0; i < 6; i++) {
      stream.publish(1);
    }
    for (int i = 0; i < 6; i++) {
      stream.acknowledged.take();
    }
    assertThat(count("slowed", QuotaKind.REQUESTS, "default")).isPositive();
    assertThat(stream.status).isNotDone();
  }

  @Test
  void aStreamThatWouldWaitTooLongEnds() throws Exception {
    start(quotaOfEvents(10));
    Stream stream = new Stream("web");
    stream.publish(1_000);
    Status status = stream.status.get(30, TimeUnit.SECONDS);
    assertThat(status.getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    assertThat(status.getDescription()).contains("10 events per second").contains("99,100 ms");
    assertThat(stream.acknowledged.poll()).isEqualTo(1_000);
    assertThat(count("refused", QuotaKind.EVENTS, "default")).isEqualTo(1);
    // What is owed is owed on the next stream, too; its first message is not read.
    Stream next = new Stream("web");
    next.publish(1);
    assertThat(next.status.get(30, TimeUnit.SECONDS).getCode())
        .isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    assertThat(next.acknowledged).isEmpty();
    Stream other = new Stream("another");
    other.publish(1);
    assertThat(other.acknowledged.take()).isEqualTo(1);
  }

  @Test
  void healthCanAlwaysBeAsked() throws Exception {
    start(new Quota(1, 0, 0, SECOND, 0, 0));
    for (int i = 0; i < 20; i++) {
      var health = HealthGrpc.newBlockingStub(as("probe"));
      assertThat(health.check(HealthCheckRequest.getDefaultInstance())).isNotNull();
    }
  }

  private void start(Quota byDefault, Named... principals) throws Exception {
    start(clock, byDefault, principals);
  }

  private void start(Clock time, Quota byDefault, Named... principals) throws Exception {
    meters = new SimpleMeterRegistry(SimpleConfig.DEFAULT, time);
    quotas = new Quotas(new QuotaConfig(byDefault, List.of(principals)), meters);
    server =
        quotas
            .guard(
                NettyServerBuilder.forAddress(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                    InsecureServerCredentials.create()))
            .intercept(new TakenAtItsWord())
            .executor(Executors.newVirtualThreadPerTaskExecutor())
            .addService(new HealthStatusManager().getHealthService())
            .addService(new Ranking())
            .addService(new Feedback())
            .build()
            .start();
    channel =
        Grpc.newChannelBuilder("127.0.0.1:" + server.getPort(), InsecureChannelCredentials.create())
            .build();
  }

  private static Quota quotaOfEvents(long perSecond) {
    return quotaOfEvents(perSecond, SECOND);
  }

  private static Quota quotaOfEvents(long perSecond, Duration burst) {
    return new Quota(0, perSecond, 0, burst, 0, 0);
  }

  private Channel as(String caller) {
    Metadata headers = new Metadata();
    headers.put(CALLER, caller);
    return ClientInterceptors.intercept(
        Objects.requireNonNull(channel), MetadataUtils.newAttachHeadersInterceptor(headers));
  }

  private RecommendationServiceGrpc.RecommendationServiceBlockingStub recommendations(
      String caller) {
    return RecommendationServiceGrpc.newBlockingStub(as(caller))
        .withDeadlineAfter(30, TimeUnit.SECONDS);
  }

  private void recommend(String caller) {
    recommendations(caller).recommend(RecommendRequest.getDefaultInstance());
  }

  private CompletableFuture<Status.Code> asked(String caller) {
    return CompletableFuture.supplyAsync(
        () -> call(() -> recommend(caller)), Executors.newVirtualThreadPerTaskExecutor());
  }

  private void publishBatch(String caller, int events) {
    FeedbackServiceGrpc.newBlockingStub(as(caller)).publishBatch(request(events));
  }

  private static PublishRequest request(int events) {
    return PublishRequest.newBuilder()
        .addAllEvents(Collections.nCopies(events, FeedbackEvent.getDefaultInstance()))
        .build();
  }

  private static Status.Code call(Runnable call) {
    try {
      call.run();
      return Status.Code.OK;
    } catch (StatusRuntimeException e) {
      return e.getStatus().getCode();
    }
  }

  private static StatusRuntimeException refused(Runnable call) {
    StatusRuntimeException refused = catchThrowableOfType(StatusRuntimeException.class, call::run);
    assertThat(refused).isNotNull();
    assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    return refused;
  }

  /** The client knows of an end a little before the server does. */
  private static void awaitLetIn(Runnable call) {
    Status.Code code = call(call);
    while (code == Status.Code.RESOURCE_EXHAUSTED) {
      LockSupport.parkNanos(100_000);
      code = call(call);
    }
    assertThat(code).isEqualTo(Status.Code.OK);
  }

  private static <M extends Message> M detail(StatusRuntimeException refused, Class<M> type)
      throws Exception {
    com.google.rpc.Status status = StatusProto.fromThrowable(refused);
    assertThat(status).isNotNull();
    for (Any detail : status.getDetailsList()) {
      if (detail.is(type)) {
        return detail.unpack(type);
      }
    }
    throw new AssertionError("no " + type.getSimpleName() + " in " + status);
  }

  private double count(String name, QuotaKind kind, String principal) {
    Counter counter = counter(name, kind, principal);
    return counter == null ? 0 : counter.count();
  }

  private @Nullable Counter counter(String name, QuotaKind kind, String principal) {
    return Objects.requireNonNull(meters)
        .find("dolmen.quota." + name)
        .tags("quota", kind.label(), "principal", principal)
        .counter();
  }

  /** Takes the caller's word for who it is. */
  private static final class TakenAtItsWord implements ServerInterceptor {
    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
      Principal principal = new Principal(String.valueOf(headers.get(CALLER)), Set.of());
      return Contexts.interceptCall(principal.in(Context.current()), call, headers, next);
    }
  }

  private final class Ranking extends RecommendationServiceGrpc.RecommendationServiceImplBase {
    @Override
    public void recommend(RecommendRequest request, StreamObserver<RecommendResponse> out) {
      held.release();
      try {
        gate.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      answered.incrementAndGet();
      out.onNext(RecommendResponse.getDefaultInstance());
      out.onCompleted();
    }
  }

  /** Answers with as many acknowledgements as there are events. */
  private static final class Feedback extends FeedbackServiceGrpc.FeedbackServiceImplBase {
    @Override
    public void publishBatch(PublishRequest request, StreamObserver<PublishResponse> out) {
      out.onNext(answer(request));
      out.onCompleted();
    }

    @Override
    public StreamObserver<PublishRequest> publish(StreamObserver<PublishResponse> out) {
      return new StreamObserver<>() {
        @Override
        public void onNext(PublishRequest request) {
          out.onNext(answer(request));
        }

        @Override
        public void onError(Throwable cancelled) {}

        @Override
        public void onCompleted() {
          out.onCompleted();
        }
      };
    }

    private static PublishResponse answer(PublishRequest request) {
      PublishResponse.Builder answer = PublishResponse.newBuilder();
      request.getEventsList().forEach(event -> answer.addAcknowledgementsBuilder());
      return answer.build();
    }
  }

  /** A stream of events, and what came of it. */
  private final class Stream implements StreamObserver<PublishResponse> {
    final LinkedBlockingQueue<Integer> acknowledged = new LinkedBlockingQueue<>();
    final CompletableFuture<Status> status = new CompletableFuture<>();
    final StreamObserver<PublishRequest> out;

    Stream(String caller) {
      out = FeedbackServiceGrpc.newStub(as(caller)).publish(this);
    }

    void publish(int events) {
      out.onNext(request(events));
    }

    void cancel() {
      ((ClientCallStreamObserver<PublishRequest>) out).cancel("gone", null);
    }

    @Override
    public void onNext(PublishResponse response) {
      acknowledged.add(response.getAcknowledgementsCount());
    }

    @Override
    public void onError(Throwable thrown) {
      status.complete(Status.fromThrowable(thrown));
    }

    @Override
    public void onCompleted() {
      status.complete(Status.OK);
    }
  }
}
