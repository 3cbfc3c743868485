package dev.dolmen.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolmen.server.budget.FairThreads;
import dev.dolmen.server.trace.CallTraces;
import dev.dolmen.v1.RecommendRequest;
import dev.dolmen.v1.RecommendResponse;
import dev.dolmen.v1.RecommendationServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.micrometer.core.instrument.MockClock;
import io.micrometer.core.instrument.simple.SimpleConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Who is let in, waits and is computed, over a real socket, with one ranking thread that a gate
 * holds.
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // Else it waits for ever.
class AdmissionTest {
  private static final int PLACES = 4;
  private static final Duration TIMEOUT = Duration.ofSeconds(5);

  /** As a stream, so that the client sends the headers before there is a message. */
  private static final MethodDescriptor<RecommendRequest, RecommendResponse> RECOMMEND =
      RecommendationServiceGrpc.getRecommendMethod().toBuilder()
          .setType(MethodType.BIDI_STREAMING)
          .build();

  private final MockClock clock = new MockClock();
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry(SimpleConfig.DEFAULT, clock);
  private FairThreads ranking = ranking(PLACES, Duration.ofSeconds(1));
  private CountDownLatch gate = new CountDownLatch(1);
  private volatile long takesMs;
  private final Semaphore begun = new Semaphore(0);
  private final Semaphore cancelled = new Semaphore(0);
  private final LinkedBlockingQueue<Asked> ended = new LinkedBlockingQueue<>();
  private final AtomicInteger computed = new AtomicInteger();
  private Server server;
  private ManagedChannel channel;

  private FairThreads ranking(int places, Duration standing) {
    return new FairThreads(
        1,
        new FairThreads.Bounds(places, standing),
        new FairThreads.Sharing(places, Duration.ofSeconds(10)),
        clock::monotonicTime,
        Thread.ofPlatform().daemon().factory());
  }

  @BeforeEach
  void start() throws Exception {
    Admission admission = new Admission(ranking, TIMEOUT, CallTraces.OFF, meters);
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(
                ServerInterceptors.intercept(
                    new Gated(), new ErrorBarrier(1 << 20), admission, new Cancellations()))
            .build()
            .start();
    channel =
        Grpc.newChannelBuilder("127.0.0.1:" + server.getPort(), InsecureChannelCredentials.create())
            .build();
  }

  @AfterEach
  void stop() throws Exception {
    gate.countDown();
    channel.shutdownNow();
    server.shutdownNow().awaitTermination();
    ranking.close();
  }

  @Test
  void noMoreThanTheLimitWait() throws Exception {
    List<Asked> calls = new ArrayList<>();
    for (int i = 0; i < 3 * PLACES; i++) {
      calls.add(new Asked());
    }
    Set<Asked> refused = new HashSet<>();
    while (refused.size() < 2 * PLACES) {
      Asked next = ended.take();
      assertThat(next.code()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
      refused.add(next);
    }
    calls.removeAll(refused);
    begun.acquire();
    assertThat(ranking.waiting()).isLessThan(PLACES);
    gate.countDown();
    for (Asked call : calls) {
      assertThat(call.code()).isEqualTo(Status.Code.OK);
    }
    assertThat(computed).hasValue(PLACES);
  }

  @Test
  void nothingIsBegunForACallerThatHasGone() throws Exception {
    Asked first = new Asked();
    begun.acquire();
    Asked gone = new Asked();
    awaitInFlight(2);
    gone.cancel();
    cancelled.acquire();
    // It holds its place until it is taken from the queue: resets do not make the queue grow.
    assertThat(inFlight()).isEqualTo(2);
    gate.countDown();
    assertThat(first.code()).isEqualTo(Status.Code.OK);
    awaitInFlight(0);
    assertThat(begun.availablePermits()).isZero();
    assertThat(computed).hasValue(1);
    assertThat(count("abandoned")).isEqualTo(1);
  }

  @Test
  void nothingIsFinishedForACallerThatHasGone() throws Exception {
    Asked gone = new Asked();
    begun.acquire();
    gone.cancel();
    cancelled.acquire();
    gate.countDown();
    awaitInFlight(0);
    assertThat(computed).hasValue(0);
    assertThat(count("abandoned")).isEqualTo(1);
  }

  @Test
  void waitingHasADeadline() throws Exception {
    Asked first = new Asked();
    begun.acquire();
    Asked second = new Asked();
    awaitInFlight(2);
    clock.add(TIMEOUT.plusMillis(1));
    gate.countDown();
    for (Asked call : List.of(first, second)) {
      assertThat(call.code()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
      assertThat(call.status.join().getDescription())
          .contains("server.limits.request_timeout, 5000 ms");
    }
    assertThat(begun.availablePermits()).isZero();
    assertThat(computed).hasValue(0);
    assertThat(count("expired")).isEqualTo(2);
  }

  @Test
  void whoHasManyCallsWaitingMakesRoomForOthers() throws Exception {
    Asked first = new Asked();
    begun.acquire();
    List<Asked> many = new ArrayList<>();
    for (int i = 1; i < PLACES; i++) {
      many.add(new Asked());
    }
    awaitInFlight(PLACES);
    ManagedChannel other =
        Grpc.newChannelBuilder("127.0.0.1:" + server.getPort(), InsecureChannelCredentials.create())
            .build();
    try {
      Asked good = new Asked(other);
      Asked refused = ended.take();
      assertThat(many.remove(refused)).isTrue();
      assertThat(refused.code()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
      gate.countDown();
      assertThat(good.code()).isEqualTo(Status.Code.OK);
      assertThat(first.code()).isEqualTo(Status.Code.OK);
      for (Asked call : many) {
        assertThat(call.code()).isEqualTo(Status.Code.OK);
      }
    } finally {
      other.shutdownNow();
    }
  }

  /** Its message is never asked for, as long as nothing gives way for it. */
  @Test
  void beyondTheLimitTheHeadersAreEnough() throws Exception {
    List<Asked> waiting = new ArrayList<>();
    for (int i = 0; i < PLACES; i++) {
      waiting.add(new Asked());
    }
    awaitInFlight(PLACES);
    Asked headersAlone = new Asked(channel, false);
    assertThat(headersAlone.code()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    assertThat(headersAlone.status.join().getDescription())
        .contains("more calls come than are answered");
    gate.countDown();
    for (Asked call : waiting) {
      assertThat(call.code()).isEqualTo(Status.Code.OK);
    }
    assertThat(new Asked().code()).isEqualTo(Status.Code.OK);
  }

  /** Turns of 2 ms, of which there are more than 100 ms: what a burst may wait. */
  @Test
  void aStandingQueueIsRefusedAndForgotten() throws Exception {
    stop();
    ranking = ranking(1_000, Duration.ofMillis(5));
    gate = new CountDownLatch(1);
    takesMs = 2;
    start();
    List<Asked> calls = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      calls.add(new Asked());
    }
    while (ranking.inFlight() < 60) {
      LockSupport.parkNanos(100_000);
    }
    gate.countDown();
    int answered = 0;
    for (Asked call : calls) {
      if (call.code() == Status.Code.OK) {
        answered++;
      } else {
        assertThat(call.code()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
        assertThat(call.status.join().getDescription()).contains("has waited for too long");
      }
    }
    assertThat(answered).isBetween(50, 55);
    assertThat(computed).hasValue(answered);
    clock.add(Duration.ofMillis(200));
    for (int i = 0; i < 10; i++) {
      assertThat(new Asked().code()).isEqualTo(Status.Code.OK);
    }
  }

  private double count(String name) {
    return meters.get("dolmen.concurrency." + name).counter().count();
  }

  private double inFlight() {
    return meters.get("dolmen.concurrency.inflight").gauge().value();
  }

  private void awaitInFlight(int n) {
    while (inFlight() != n) {
      LockSupport.parkNanos(100_000);
    }
  }

  /** Answers when the gate is open and somebody waits for it. */
  private final class Gated extends RecommendationServiceGrpc.RecommendationServiceImplBase {
    @Override
    public void recommend(RecommendRequest request, StreamObserver<RecommendResponse> out) {
      begun.release();
      try {
        gate.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      clock.add(Duration.ofMillis(takesMs));
      Admission.caller().checkWaiting();
      computed.incrementAndGet();
      out.onNext(RecommendResponse.getDefaultInstance());
      out.onCompleted();
    }
  }

  /** Tells when the server knows that a caller has gone. */
  private final class Cancellations implements ServerInterceptor {
    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
      return new SimpleForwardingServerCallListener<>(next.startCall(call, headers)) {
        @Override
        public void onCancel() {
          super.onCancel();
          cancelled.release();
        }
      };
    }
  }

  /** A call that was made. */
  private final class Asked extends ClientCall.Listener<RecommendResponse> {
    final CompletableFuture<Status> status = new CompletableFuture<>();
    private final ClientCall<RecommendRequest, RecommendResponse> call;

    Asked() {
      this(channel);
    }

    Asked(ManagedChannel from) {
      this(from, true);
    }

    Asked(ManagedChannel from, boolean whole) {
      call = from.newCall(RECOMMEND, CallOptions.DEFAULT);
      call.start(this, new Metadata());
      call.request(1);
      if (whole) {
        call.sendMessage(RecommendRequest.getDefaultInstance());
        call.halfClose();
      }
    }

    void cancel() {
      call.cancel("gone", null);
    }

    Status.Code code() throws Exception {
      return status.get(30, TimeUnit.SECONDS).getCode();
    }

    @Override
    public void onClose(Status closed, Metadata trailers) {
      status.complete(closed);
      ended.add(this);
    }
  }
}
