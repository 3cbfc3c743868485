package dev.dolmen.traffic.generator;

import dev.dolmen.server.cli.ServerTrust;
import dev.dolmen.v1.AdminServiceGrpc;
import dev.dolmen.v1.CatalogServiceGrpc;
import dev.dolmen.v1.CreateSnapshotRequest;
import dev.dolmen.v1.CreateSnapshotResponse;
import dev.dolmen.v1.FeedbackServiceGrpc;
import dev.dolmen.v1.GetStatusRequest;
import dev.dolmen.v1.Item;
import dev.dolmen.v1.ListItemsRequest;
import dev.dolmen.v1.ListItemsResponse;
import dev.dolmen.v1.RecommendRequest;
import dev.dolmen.v1.RecommendResponse;
import dev.dolmen.v1.RecommendationServiceGrpc;
import dev.dolmen.v1.StatusResponse;
import io.grpc.ChannelCredentials;
import io.grpc.ClientInterceptor;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/** A connection to one server, with the stubs that measuring needs. Any thread. */
public final class Connection implements AutoCloseable {
  private static final int MAX_MESSAGE_BYTES = 64 << 20;

  private static final int LEARNED_POLL_MS = 10;
  private static final Duration BUSY_AT_MOST = Duration.ofMinutes(1);
  private static final Duration BUSY_PAUSE = Duration.ofMillis(100);

  private final String target;
  private final ManagedChannel channel;

  private Connection(String target, ManagedChannel channel) {
    this.target = target;
    this.channel = channel;
  }

  /** Connects to a server on the loopback address, in plain text, when first used. */
  public static Connection toLocal(int port) {
    return toLocal(port, InsecureChannelCredentials.create());
  }

  /** Connects to a server on the loopback address when first used. */
  public static Connection toLocal(int port, ChannelCredentials credentials) {
    return open("127.0.0.1", port, credentials, List.of());
  }

  /**
   * Connects when first used.
   *
   * @param target {@code HOST:PORT}
   * @param trust how the connection is secured, and what key is shown
   * @throws IllegalArgumentException if the target is not of that form
   */
  public static Connection open(String target, ServerTrust trust) {
    int colon = target.lastIndexOf(':');
    try {
      int port = Integer.parseInt(target.substring(colon + 1));
      if (colon > 0 && port > 0 && port < 65_536) {
        return open(
            target.substring(0, colon), port, trust.credentials(), trust.interceptors(target));
      }
    } catch (NumberFormatException e) {
      // The same refusal as for a port out of range.
    }
    throw new IllegalArgumentException("\"" + target + "\", expected HOST:PORT");
  }

  private static Connection open(
      String host, int port, ChannelCredentials credentials, List<ClientInterceptor> interceptors) {
    return new Connection(
        host + ":" + port,
        NettyChannelBuilder.forAddress(host, port, credentials)
            .maxInboundMessageSize(MAX_MESSAGE_BYTES)
            .intercept(interceptors)
            .build());
  }

  /** {@code HOST:PORT}. */
  public String target() {
    return target;
  }

  public RecommendationServiceGrpc.RecommendationServiceStub recommendations() {
    return RecommendationServiceGrpc.newStub(channel);
  }

  public RecommendationServiceGrpc.RecommendationServiceBlockingStub recommendationsBlocking() {
    return RecommendationServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(30, TimeUnit.SECONDS);
  }

  /**
   * Asks for recommendations, and again while the server is too busy, as callers do.
   *
   * @param within for each time it is asked
   * @throws StatusRuntimeException if it refuses for another reason, or is busy for a minute
   */
  public RecommendResponse recommend(RecommendRequest request, Duration within) {
    long end = System.nanoTime() + BUSY_AT_MOST.toNanos();
    while (true) {
      try {
        return recommendationsBlocking()
            .withDeadlineAfter(within.toMillis(), TimeUnit.MILLISECONDS)
            .recommend(request);
      } catch (StatusRuntimeException e) {
        if (e.getStatus().getCode() != Status.Code.RESOURCE_EXHAUSTED || System.nanoTime() > end) {
          throw e;
        }
        LockSupport.parkNanos(BUSY_PAUSE.toNanos());
      }
    }
  }

  public FeedbackServiceGrpc.FeedbackServiceStub feedback() {
    return FeedbackServiceGrpc.newStub(channel);
  }

  public FeedbackServiceGrpc.FeedbackServiceBlockingStub feedbackBlocking() {
    return FeedbackServiceGrpc.newBlockingStub(channel).withDeadlineAfter(60, TimeUnit.SECONDS);
  }

  public CatalogServiceGrpc.CatalogServiceStub catalog() {
    return CatalogServiceGrpc.newStub(channel);
  }

  /** The server's status now. */
  public StatusResponse status() {
    return status(Duration.ofSeconds(30));
  }

  /** As {@link #status()}, of a server that may have been stopped where it is. */
  public StatusResponse status(Duration within) {
    return AdminServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(within.toMillis(), TimeUnit.MILLISECONDS)
        .getStatus(GetStatusRequest.getDefaultInstance());
  }

  /** The server's status now, with the hash of what it ranks with, if it is one of a cluster. */
  public StatusResponse hashedStatus() {
    return AdminServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(30, TimeUnit.SECONDS)
        .getStatus(GetStatusRequest.newBuilder().setParametersHash(true).build());
  }

  /**
   * Waits until the server has learned all that it has logged: until every batch has its boundary
   * in the journal.
   *
   * @param stalled for so long nothing may be learned
   * @throws IOException if that is longer
   */
  public void awaitLearned(Duration stalled) throws IOException, InterruptedException {
    Stall stall = new Stall(stalled);
    StatusResponse status = status();
    while (status.getLearnedLogOffset() < status.getLogOffset()) {
      stall.check(
          status.getLearnedLogOffset(),
          "log offset "
              + status.getLearnedLogOffset()
              + " is learned, "
              + status.getLogOffset()
              + " is logged");
      Thread.sleep(LEARNED_POLL_MS);
      status = status();
    }
  }

  /**
   * Has the server take a snapshot; returns when it is durable, of a million items after minutes.
   */
  public CreateSnapshotResponse createSnapshot() {
    return AdminServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(5, TimeUnit.MINUTES)
        .createSnapshot(CreateSnapshotRequest.getDefaultInstance());
  }

  /** Pages through the whole catalogue, in the server's order. */
  public void forEachItem(Consumer<Item> taker) {
    String page = "";
    do {
      ListItemsResponse response =
          CatalogServiceGrpc.newBlockingStub(channel)
              .withDeadlineAfter(60, TimeUnit.SECONDS)
              .listItems(
                  ListItemsRequest.newBuilder().setPageSize(1_000).setPageToken(page).build());
      response.getItemsList().forEach(taker);
      page = response.getNextPageToken();
    } while (!page.isEmpty());
  }

  /** Items of the catalogue, in the server's order, {@code limit} at most. */
  public List<Item> items(int limit) {
    CatalogServiceGrpc.CatalogServiceBlockingStub stub =
        CatalogServiceGrpc.newBlockingStub(channel).withDeadlineAfter(60, TimeUnit.SECONDS);
    List<Item> items = new ArrayList<>();
    String page = "";
    do {
      ListItemsResponse response =
          stub.listItems(
              ListItemsRequest.newBuilder()
                  .setPageSize(Math.min(1_000, Math.max(1, limit - items.size())))
                  .setPageToken(page)
                  .build());
      items.addAll(response.getItemsList());
      page = response.getNextPageToken();
    } while (!page.isEmpty() && items.size() < limit);
    return List.copyOf(items.subList(0, Math.min(limit, items.size())));
  }

  @Override
  public void close() {
    channel.shutdown();
    try {
      if (!channel.awaitTermination(5, TimeUnit.SECONDS)) {
        channel.shutdownNow();
      }
    } catch (InterruptedException e) {
      channel.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}
