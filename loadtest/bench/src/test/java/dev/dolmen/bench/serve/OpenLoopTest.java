package dev.dolmen.bench.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolmen.v1.RecommendRequest;
import dev.dolmen.v1.RecommendResponse;
import dev.dolmen.v1.RecommendationServiceGrpc;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OpenLoopTest {
  private final AtomicInteger calls = new AtomicInteger();
  private @Nullable Server server;

  /** Answers a call, by its number from 1. */
  @FunctionalInterface
  private interface Answering {
    void answer(int number, StreamObserver<RecommendResponse> out) throws InterruptedException;
  }

  private int serve(Answering answering) throws Exception {
    RecommendationServiceGrpc.RecommendationServiceImplBase service =
        new RecommendationServiceGrpc.RecommendationServiceImplBase() {
          @Override
          public void recommend(RecommendRequest request, StreamObserver<RecommendResponse> out) {
            assertThat(request.getK()).isEqualTo(20);
            try {
              answering.answer(calls.incrementAndGet(), out);
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
          }
        };
    Server started =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .directExecutor()
            .addService(service)
            .build()
            .start();
    server = started;
    return started.getPort();
  }

  @AfterEach
  void stop() throws InterruptedException {
    if (server != null) {
      server.shutdownNow().awaitTermination();
    }
  }

  private static void answer(StreamObserver<RecommendResponse> out) {
    out.onNext(RecommendResponse.newBuilder().setRanker("dolmen").build());
    out.onCompleted();
  }

  private static OpenLoop.Outcome run(int port, double rate, double seconds) throws Exception {
    List<byte[]> requests = ServeLoadProcess.requests(new LargeShop(1_000, 1), 1);
    try (OpenLoop loop = new OpenLoop(port, requests, 1)) {
      return loop.run(rate, 0.5, seconds);
    }
  }

  @Test
  void countsWhatBecameOfEachRequest() throws Exception {
    int port =
        serve((number, out) -> {
          switch (number % 4) {
            case 0 -> out.onError(Status.RESOURCE_EXHAUSTED.asRuntimeException());
            case 1 -> out.onError(Status.INTERNAL.asRuntimeException());
            default -> answer(out);
          }
        });
    OpenLoop.Outcome outcome = run(port, 400, 1);
    assertThat(outcome.offered()).isBetween(300L, 500L);
    assertThat(outcome.answered() + outcome.refused() + outcome.failed())
        .isEqualTo(outcome.offered());
    assertThat(outcome.refused()).isBetween(outcome.offered() / 4 - 2, outcome.offered() / 4 + 2);
    assertThat(outcome.failed()).isBetween(outcome.offered() / 4 - 2, outcome.offered() / 4 + 2);
  }

  /** While a server stands still, requests go on to be meant for it, and wait from then on. */
  @Test
  void aPauseOfTheServerCountsForAllThatWereMeantToBeSentInIt() throws Exception {
    int port =
        serve((number, out) -> {
          if (number == 150) {
            Thread.sleep(600);
          }
          answer(out);
        });
    OpenLoop.Outcome outcome = run(port, 100, 3);
    assertThat(outcome.answered() + outcome.failed()).isEqualTo(outcome.offered());
    // On a machine that stands still, too, some of them reach their deadline.
    assertThat(outcome.failed() > 0 ? 1_000 : outcome.p99Ms()).isGreaterThan(300);
  }

  @Test
  void whatIsNotAnsweredEndsAtItsDeadline() throws Exception {
    int port =
        serve((number, out) -> {
          if (number % 2 == 0) {
            answer(out);
          }
        });
    OpenLoop.Outcome outcome = run(port, 100, 1);
    assertThat(outcome.failed()).isBetween(outcome.offered() / 2 - 2, outcome.offered() / 2 + 2);
  }
}
