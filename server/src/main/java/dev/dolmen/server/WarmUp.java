package dev.dolmen.server;

import dev.dolmen.server.config.DolmenConfig;
import dev.dolmen.v1.CatalogServiceGrpc;
import dev.dolmen.v1.FeedbackServiceGrpc;
import dev.dolmen.v1.RecommendationServiceGrpc;
import dev.dolmen.v1.UpsertItemsRequest;
import dev.dolmen.v1.UpsertItemsResponse;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.StatusException;
import io.grpc.stub.BlockingClientCall;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets the JVM compile what serving and training run, before the first real call: a second server
 * of the same schema and model, on a free port of the loopback address and a directory of its own,
 * is shown made-up visits, asked for recommendations, and thrown away.
 *
 * <p>Until the JIT has compiled the kernels, each of their vector operations is a call that
 * allocates. Measured on the first 150 requests after a restart, 43,000 items: the slowest took 0.2
 * to 0.9 s without and 0.03 to 0.05 s with it, the mean was 18 to 265 ms and 5 ms.
 */
final class WarmUp {
  private static final Logger LOG = LoggerFactory.getLogger(WarmUp.class);
  private static final int ITEMS = 1_000;
  private static final int EVENTS = 64;
  private static final int RECOMMENDATIONS = 16;
  private static final int K = 20;

  private WarmUp() {}

  /**
   * Runs for {@code config.server().warmUp()}. What fails is logged: a server that is slow at first
   * is better than none.
   *
   * @param directory made, and deleted at the end, with what an earlier process may have left there
   */
  static void run(DolmenConfig config, Path directory, InstantSource clock) {
    Duration time = config.server().warmUp();
    if (time.isZero()) {
      return;
    }
    LOG.info("Warming up for {} ms", time.toMillis());
    try {
      DirectoryTree.delete(directory);
      try (StandaloneServer server =
          StandaloneServer.startTemporary(config.temporary(directory), clock)) {
        visit(server.port(), new SyntheticVisits(config.schema(), config.seed()), time, clock);
      } finally {
        DirectoryTree.delete(directory);
      }
    } catch (IOException | StartException | StatusException | RuntimeException e) {
      LOG.warn("Not warmed up: the first requests will be slow", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void visit(int port, SyntheticVisits visits, Duration time, InstantSource clock)
      throws StatusException, InterruptedException {
    ManagedChannel channel =
        Grpc.newChannelBuilder("127.0.0.1:" + port, InsecureChannelCredentials.create()).build();
    try {
      upsert(channel, visits);
      var feedback = FeedbackServiceGrpc.newBlockingV2Stub(channel);
      var recommendations = RecommendationServiceGrpc.newBlockingV2Stub(channel);
      Instant end = clock.instant().plus(time);
      for (Instant now = clock.instant(); now.isBefore(end); now = clock.instant()) {
        feedback.publishBatch(visits.events(EVENTS, now));
        for (int i = 0; i < RECOMMENDATIONS; i++) {
          recommendations.recommend(visits.request(K));
        }
      }
    } finally {
      channel.shutdownNow();
      channel.awaitTermination(1, TimeUnit.SECONDS);
    }
  }

  private static void upsert(ManagedChannel channel, SyntheticVisits visits)
      throws StatusException, InterruptedException {
    BlockingClientCall<UpsertItemsRequest, UpsertItemsResponse> call =
        CatalogServiceGrpc.newBlockingV2Stub(channel).upsertItems();
    call.write(visits.items(ITEMS));
    call.halfClose();
    call.read();
  }
}
