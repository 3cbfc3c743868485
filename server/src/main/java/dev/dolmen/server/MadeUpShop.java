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
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.stub.BlockingClientCall;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** A client of a server on this machine that asks for no key, with made-up items and visits. */
final class MadeUpShop implements AutoCloseable {
  private static final int TOGETHER = 1_000;
  private static final int EVENTS = 64;
  private static final int RECOMMENDATIONS = 16;
  private static final int K = 20;

  private static final long PAUSE_MS = 20;
  private static final Set<Status.Code> BUSY =
      EnumSet.of(Status.Code.UNAVAILABLE, Status.Code.RESOURCE_EXHAUSTED);

  private final SyntheticVisits visits;
  private final ManagedChannel channel;

  /**
   * @param config of the server, whose schema items and visits have
   */
  MadeUpShop(int port, DolmenConfig config) {
    visits = new SyntheticVisits(config.schema(), config.seed());
    channel =
        Grpc.newChannelBuilder("127.0.0.1:" + port, InsecureChannelCredentials.create()).build();
  }

  /** Tells the server of so many items. */
  void fill(int items) throws StatusException, InterruptedException {
    BlockingClientCall<UpsertItemsRequest, UpsertItemsResponse> call =
        CatalogServiceGrpc.newBlockingV2Stub(channel).upsertItems();
    for (int from = 0; from < items; from += TOGETHER) {
      call.write(visits.items(from, Math.min(items, from + TOGETHER)));
    }
    call.halfClose();
    call.read();
  }

  /**
   * Some clicks, and some requests of those who clicked; less where the server refuses for now. On
   * a busy machine a cold one is slow enough for that.
   */
  void visit(Instant now) throws StatusException, InterruptedException {
    try {
      FeedbackServiceGrpc.newBlockingV2Stub(channel).publishBatch(visits.events(EVENTS, now));
      var recommendations = RecommendationServiceGrpc.newBlockingV2Stub(channel);
      for (int i = 0; i < RECOMMENDATIONS; i++) {
        recommendations.recommend(visits.request(K));
      }
    } catch (StatusException e) {
      if (!BUSY.contains(e.getStatus().getCode())) {
        throw e;
      }
      Thread.sleep(PAUSE_MS);
    }
  }

  @Override
  public void close() {
    channel.shutdownNow();
    try {
      channel.awaitTermination(1, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
