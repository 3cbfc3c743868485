package dev.dolmen.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolmen.server.budget.CallMemory;
import dev.dolmen.server.budget.MemoryBudget;
import dev.dolmen.v1.RecommendRequest;
import dev.dolmen.v1.RecommendResponse;
import dev.dolmen.v1.RecommendationServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of a call for which there is no memory, over a real socket. */
class MemoryGateTest {
  /** Enough for two calls and not for three. */
  private static final long CONNECTION_BYTES = 10_000;

  private final Semaphore begun = new Semaphore(0);
  private Server server;
  private ManagedChannel channel;

  @BeforeEach
  void start() throws Exception {
    MemoryBudget budget =
        new MemoryBudget(1 << 20, CONNECTION_BYTES, address -> {}, new SimpleMeterRegistry());
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(
                ServerInterceptors.intercept(
                    new RecommendationServiceGrpc.RecommendationServiceImplBase() {},
                    new Beginnings()))
            .intercept(new MemoryGate())
            .addStreamTracerFactory(CallMemory.tracers(budget))
            .build()
            .start();
    channel =
        Grpc.newChannelBuilder("127.0.0.1:" + server.getPort(), InsecureChannelCredentials.create())
            .build();
  }

  @AfterEach
  void stop() throws Exception {
    channel.shutdownNow();
    server.shutdownNow().awaitTermination();
  }

  @Test
  void aCallOverTheShareEndsAtItsHeadersAndIsNotBegun() throws Exception {
    Opened first = new Opened();
    Opened second = new Opened();
    begun.acquire(2);
    Status refused = new Opened().status.get(30, TimeUnit.SECONDS);
    assertThat(refused.getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    assertThat(refused.getDescription()).contains("server.limits.max_connection_bytes_in_flight");
    assertThat(begun.availablePermits()).isZero();
    assertThat(first.status).isNotDone();
    assertThat(second.status).isNotDone();
  }

  /** Counts calls that come through. */
  private final class Beginnings implements ServerInterceptor {
    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
      begun.release();
      return next.startCall(call, headers);
    }
  }

  /** A call of which the headers come and nothing else. */
  private final class Opened extends ClientCall.Listener<RecommendResponse> {
    final CompletableFuture<Status> status = new CompletableFuture<>();
    private final ClientCall<RecommendRequest, RecommendResponse> call =
        channel.newCall(
            RecommendationServiceGrpc.getRecommendMethod().toBuilder()
                .setType(MethodType.BIDI_STREAMING)
                .build(),
            CallOptions.DEFAULT);

    Opened() {
      call.start(this, new Metadata());
      call.request(1);
    }

    @Override
    public void onClose(Status closed, Metadata trailers) {
      status.complete(closed);
    }
  }
}
