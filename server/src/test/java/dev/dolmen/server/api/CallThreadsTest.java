package dev.dolmen.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolmen.v1.FeedbackServiceGrpc;
import dev.dolmen.v1.PublishRequest;
import dev.dolmen.v1.PublishResponse;
import dev.dolmen.v1.RecommendRequest;
import dev.dolmen.v1.RecommendResponse;
import dev.dolmen.v1.RecommendationServiceGrpc;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.InsecureServerCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which calls are handled on the thread that reads their connection, over a socket. */
final class CallThreadsTest {
  private final ExecutorService waiting = Executors.newVirtualThreadPerTaskExecutor();
  private @Nullable Server server;
  private @Nullable ManagedChannel channel;
  private volatile @Nullable Thread handled;

  private final class Ranking extends RecommendationServiceGrpc.RecommendationServiceImplBase {
    @Override
    public void recommend(RecommendRequest request, StreamObserver<RecommendResponse> out) {
      handled = Thread.currentThread();
      out.onNext(RecommendResponse.getDefaultInstance());
      out.onCompleted();
    }
  }

  private final class Feedback extends FeedbackServiceGrpc.FeedbackServiceImplBase {
    @Override
    public void publishBatch(PublishRequest request, StreamObserver<PublishResponse> out) {
      handled = Thread.currentThread();
      out.onNext(PublishResponse.getDefaultInstance());
      out.onCompleted();
    }
  }

  private ManagedChannel start(boolean gatesWait) throws IOException {
    CallThreads threads = new CallThreads(waiting, gatesWait);
    Server started =
        NettyServerBuilder.forAddress(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                InsecureServerCredentials.create())
            .directExecutor()
            .callExecutor(threads)
            .addStreamTracerFactory(threads)
            .addService(new Ranking())
            .addService(new Feedback())
            .build()
            .start();
    server = started;
    ManagedChannel opened =
        Grpc.newChannelBuilder(
                "127.0.0.1:" + started.getPort(), InsecureChannelCredentials.create())
            .build();
    channel = opened;
    return opened;
  }

  @AfterEach
  void stop() {
    if (channel != null) {
      channel.shutdownNow();
    }
    if (server != null) {
      server.shutdownNow();
    }
    waiting.shutdownNow();
  }

  private boolean isVirtual() {
    Thread thread = Objects.requireNonNull(handled);
    handled = null;
    return thread.isVirtual();
  }

  private static RecommendRequest ofIdBytes(int bytes) {
    return RecommendRequest.newBuilder().addExcludeItemIds("x".repeat(bytes)).build();
  }

  @Test
  void aSmallRankingRequestIsTakenByTheThreadThatReadsIt() throws IOException {
    var ranking = RecommendationServiceGrpc.newBlockingStub(start(false));
    var _ = ranking.recommend(ofIdBytes(10));
    assertThat(isVirtual()).isFalse();
    var _ = ranking.recommend(ofIdBytes(LargeRequests.SMALL_BYTES - 10));
    assertThat(isVirtual()).isFalse();
  }

  /** What waits for its turn to be parsed must not keep other connections from being read. */
  @Test
  void aLargeOneAndACompressedOneMayWait() throws IOException {
    var ranking = RecommendationServiceGrpc.newBlockingStub(start(false));
    var _ = ranking.recommend(ofIdBytes(LargeRequests.SMALL_BYTES));
    assertThat(isVirtual()).isTrue();
    var _ = ranking.withCompression("gzip").recommend(ofIdBytes(10));
    assertThat(isVirtual()).isTrue();
  }

  @Test
  void whatWaitsForTheLogMayWait() throws IOException {
    var feedback = FeedbackServiceGrpc.newBlockingStub(start(false));
    var _ = feedback.publishBatch(PublishRequest.getDefaultInstance());
    assertThat(isVirtual()).isTrue();
  }

  @Test
  void soMayWhatStandsBehindGatesThatWait() throws IOException {
    var ranking = RecommendationServiceGrpc.newBlockingStub(start(true));
    var _ = ranking.recommend(ofIdBytes(10));
    assertThat(isVirtual()).isTrue();
  }
}
