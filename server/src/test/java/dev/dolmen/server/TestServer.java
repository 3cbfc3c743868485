package dev.dolmen.server;

import com.google.protobuf.Timestamp;
import dev.dolmen.parameterstore.schema.Schemas;
import dev.dolmen.server.config.DolmenConfig;
import dev.dolmen.server.config.ServerConfig;
import dev.dolmen.server.config.ServerConfig.LimitsConfig;
import dev.dolmen.trainer.Patience;
import dev.dolmen.trainer.learn.ModelSettings;
import dev.dolmen.v1.AdminServiceGrpc;
import dev.dolmen.v1.CatalogServiceGrpc;
import dev.dolmen.v1.EventType;
import dev.dolmen.v1.FeedbackEvent;
import dev.dolmen.v1.FeedbackServiceGrpc;
import dev.dolmen.v1.Item;
import dev.dolmen.v1.PublishRequest;
import dev.dolmen.v1.PublishResponse;
import dev.dolmen.v1.RecommendationServiceGrpc;
import dev.dolmen.v1.SlotValue;
import dev.dolmen.v1.TokenList;
import dev.dolmen.v1.UpsertItemsRequest;
import dev.dolmen.v1.UpsertItemsResponse;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;
import java.io.Closeable;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A server on free ports, a client over a real socket, and a clock that starts at a known time. */
final class TestServer implements Closeable {
  static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
  static final int MAX_MESSAGE_BYTES = 1 << 20;

  final @Nullable StandaloneServer server;
  final ManagedChannel channel;

  TestServer(Path directory) throws StartException {
    this(config(directory));
  }

  TestServer(DolmenConfig config) throws StartException {
    this(StandaloneServer.start(config, ticking()));
  }

  /** A client of a server that was started, and is closed with it. */
  TestServer(StandaloneServer server) {
    this(server, server.port());
  }

  /** A client alone. */
  TestServer(int port) {
    this(null, port);
  }

  private TestServer(@Nullable StandaloneServer server, int port) {
    this.server = server;
    channel =
        Grpc.newChannelBuilder("127.0.0.1:" + port, InsecureChannelCredentials.create())
            .maxInboundMessageSize(64 << 20)
            .build();
  }

  /** Starts at {@link #NOW} and goes on: batches close by time. */
  static InstantSource ticking() {
    long startNanos = System.nanoTime();
    return () -> NOW.plusNanos(System.nanoTime() - startNanos);
  }

  static DolmenConfig config(Path directory) {
    DolmenConfig defaults = DolmenConfig.defaults(directory, Schemas.shop());
    LimitsConfig limits = defaults.server().limits();
    ServerConfig server =
        defaults
            .server()
            .with(s ->
                s.limits(
                    new LimitsConfig(
                        MAX_MESSAGE_BYTES,
                        1_000,
                        Duration.ofSeconds(30),
                        limits.requestArrival(),
                        limits.maxConcurrentRequests(),
                        limits.queueWait(),
                        limits.maxConcurrentStreams(),
                        limits.connections(),
                        limits.memory())));
    ModelSettings small =
        defaults
            .model()
            .with(
                m -> m.width(16).layers(1).feedForwardWidth(16).maxSessionLength(10).idGate(true));
    return defaults.withServer(server).withEngine(e -> e.model(small));
  }

  /** The server, in this process. */
  StandaloneServer running() {
    return Objects.requireNonNull(server);
  }

  RecommendationServiceGrpc.RecommendationServiceBlockingStub recommendations() {
    return RecommendationServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(30, TimeUnit.SECONDS);
  }

  FeedbackServiceGrpc.FeedbackServiceBlockingStub feedback() {
    return FeedbackServiceGrpc.newBlockingStub(channel).withDeadlineAfter(30, TimeUnit.SECONDS);
  }

  CatalogServiceGrpc.CatalogServiceBlockingStub catalog() {
    return CatalogServiceGrpc.newBlockingStub(channel).withDeadlineAfter(30, TimeUnit.SECONDS);
  }

  AdminServiceGrpc.AdminServiceBlockingStub admin() {
    return AdminServiceGrpc.newBlockingStub(channel).withDeadlineAfter(30, TimeUnit.SECONDS);
  }

  UpsertItemsResponse upsert(Item... items) {
    return upsert(List.of(UpsertItemsRequest.newBuilder().addAllItems(List.of(items)).build()));
  }

  UpsertItemsResponse upsert(List<UpsertItemsRequest> requests) {
    CompletableFuture<UpsertItemsResponse> answer = new CompletableFuture<>();
    StreamObserver<UpsertItemsRequest> stream =
        CatalogServiceGrpc.newStub(channel)
            .withDeadlineAfter(30, TimeUnit.SECONDS)
            .upsertItems(new Answer<>(answer));
    requests.forEach(stream::onNext);
    stream.onCompleted();
    return answer.join();
  }

  PublishResponse publish(FeedbackEvent... events) {
    return feedback()
        .publishBatch(PublishRequest.newBuilder().addAllEvents(List.of(events)).build());
  }

  /** Publishes clicks of one session and waits until they are learned. */
  void click(String session, String... itemIds) throws InterruptedException {
    long offset = 0;
    for (int i = 0; i < itemIds.length; i++) {
      PublishResponse response =
          publish(event(session + "/" + i + "/" + itemIds[i], session, itemIds[i], i).build());
      offset = response.getAcknowledgements(0).getLogOffset();
    }
    if (!running().engine().ingest().awaitApplied(offset, Patience.FAR)) {
      throw new AssertionError("not learned within " + Patience.FAR);
    }
  }

  static FeedbackEvent.Builder event(String id, String session, String item, int second) {
    return FeedbackEvent.newBuilder()
        .setEventId(id)
        .setSessionId(session)
        .setItemId(item)
        .setType(EventType.EVENT_TYPE_CLICK)
        .setTime(time(second - 1_000));
  }

  /** So many seconds after now. */
  static Timestamp time(long secondsAfterNow) {
    return Timestamp.newBuilder().setSeconds(NOW.getEpochSecond() + secondsAfterNow).build();
  }

  static Item.Builder item(String id, String category, double price) {
    return Item.newBuilder()
        .setItemId(id)
        .putSlots("category", path(category, category + "/" + id))
        .putSlots("price", SlotValue.newBuilder().setNumber(price).build());
  }

  static SlotValue path(String... tokens) {
    return SlotValue.newBuilder()
        .setPath(TokenList.newBuilder().addAllToken(List.of(tokens)))
        .build();
  }

  static SlotValue token(String token) {
    return SlotValue.newBuilder().setToken(token).build();
  }

  @Override
  public void close() {
    channel.shutdownNow();
    if (server != null) {
      server.close();
    }
  }

  /** The one answer of a stream. */
  static class Answer<T> implements StreamObserver<T> {
    private final CompletableFuture<T> answer;
    private @Nullable T last;

    Answer(CompletableFuture<T> answer) {
      this.answer = answer;
    }

    @Override
    public void onNext(T value) {
      last = value;
    }

    @Override
    public void onError(Throwable t) {
      answer.completeExceptionally(t);
    }

    @Override
    public void onCompleted() {
      if (last == null) {
        answer.completeExceptionally(new AssertionError("no answer"));
      } else {
        answer.complete(last);
      }
    }
  }
}
