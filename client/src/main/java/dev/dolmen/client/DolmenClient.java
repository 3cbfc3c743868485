package dev.dolmen.client;

import dev.dolmen.v1.CatalogServiceGrpc;
import dev.dolmen.v1.FeedbackServiceGrpc;
import dev.dolmen.v1.Item;
import dev.dolmen.v1.RecommendRequest;
import dev.dolmen.v1.RecommendResponse;
import dev.dolmen.v1.RecommendationServiceGrpc;
import dev.dolmen.v1.ScoreRequest;
import dev.dolmen.v1.ScoreResponse;
import dev.dolmen.v1.SimilarRequest;
import dev.dolmen.v1.SimilarResponse;
import dev.dolmen.v1.UpsertItemsRequest;
import dev.dolmen.v1.UpsertItemsResponse;
import io.grpc.CallCredentials;
import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.AbstractStub;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A connection to a server. Every call has a deadline, and is tried again where that changes
 * nothing. Any thread; close it in the end, after the publishers that were made of it.
 *
 * <p>Calls throw {@link StatusRuntimeException}: DEADLINE_EXCEEDED after the deadline, UNAVAILABLE
 * where nobody answers after some tries, INVALID_ARGUMENT naming the field.
 */
public final class DolmenClient implements AutoCloseable {
  private static final int MAX_MESSAGE_BYTES = 64 << 20;

  /** For what changes something: it may wait for its place in the log. */
  private static final Duration CHANGE_DEADLINE = Duration.ofSeconds(10);

  private static final Duration CLOSING = Duration.ofSeconds(5);

  private final ManagedChannel channel;
  private final Duration deadline;
  private final InstantSource clock;
  private final @Nullable CallCredentials key;

  private DolmenClient(Builder made) {
    ManagedChannelBuilder<?> channels =
        Grpc.newChannelBuilder(made.target, made.credentials)
            .maxInboundMessageSize(MAX_MESSAGE_BYTES)
            .defaultServiceConfig(ServiceConfig.retries())
            .enableRetry();
    channel = channels.build();
    deadline = made.deadline;
    clock = made.clock;
    key = made.key;
  }

  /**
   * Begins to describe a client.
   *
   * @param target of the server, such as {@code dolmen.internal:7070} or {@code
   *     dns:///dolmen.internal:7070}
   */
  public static Builder to(String target) {
    return new Builder(target);
  }

  /** Describes a client. */
  public static final class Builder {
    private final String target;
    private ChannelCredentials credentials = InsecureChannelCredentials.create();
    private Duration deadline = Duration.ofSeconds(1);
    private InstantSource clock = InstantSource.system();
    private @Nullable CallCredentials key;

    private Builder(String target) {
      this.target = target;
    }

    /** How the connection is secured: {@code TlsChannelCredentials}, say; in plain text if not. */
    public Builder credentials(ChannelCredentials credentials) {
      this.credentials = credentials;
      return this;
    }

    /** The key or token to show with every call. */
    public Builder key(String key) {
      this.key = new Bearer(key);
      return this;
    }

    /**
     * How long a question may take, retries and the first connection included; a second if not
     * said. What changes something has 10 s, or this if it is more.
     */
    public Builder deadline(Duration deadline) {
      if (deadline.isNegative() || deadline.isZero()) {
        throw new IllegalArgumentException("deadline: " + deadline + ", expected more than 0");
      }
      this.deadline = deadline;
      return this;
    }

    /** Where events without a time have theirs from; the system if not said. */
    public Builder clock(InstantSource clock) {
      this.clock = clock;
      return this;
    }

    /** The client, which connects with its first call. */
    public DolmenClient build() {
      return new DolmenClient(this);
    }
  }

  /** The best items for a session. */
  public RecommendResponse recommend(RecommendRequest request) {
    return ready(RecommendationServiceGrpc.newBlockingStub(channel), deadline).recommend(request);
  }

  /** Scores of given items for a session. */
  public ScoreResponse score(ScoreRequest request) {
    return ready(RecommendationServiceGrpc.newBlockingStub(channel), deadline).score(request);
  }

  /** The items closest to one. */
  public SimilarResponse similar(SimilarRequest request) {
    return ready(RecommendationServiceGrpc.newBlockingStub(channel), deadline).similar(request);
  }

  /** Inserts or replaces items; the answer lists those that were refused. */
  public UpsertItemsResponse upsert(List<Item> items) {
    return ready(CatalogServiceGrpc.newBlockingStub(channel), changing())
        .upsertItemsBatch(UpsertItemsRequest.newBuilder().addAllItems(items).build());
  }

  /** A publisher of what visitors do, with a queue and a thread of its own. */
  public FeedbackPublisher publisher(FeedbackPublisher.Options options) {
    return new FeedbackPublisher(
        batch ->
            ready(FeedbackServiceGrpc.newBlockingStub(channel), changing()).publishBatch(batch),
        options,
        clock);
  }

  /** The channel, for calls that this class does not have; without deadline and key. */
  public ManagedChannel channel() {
    return channel;
  }

  private Duration changing() {
    return deadline.compareTo(CHANGE_DEADLINE) > 0 ? deadline : CHANGE_DEADLINE;
  }

  private <S extends AbstractStub<S>> S ready(S stub, Duration time) {
    S timed = stub.withDeadlineAfter(time.toNanos(), TimeUnit.NANOSECONDS);
    return key == null ? timed : timed.withCallCredentials(key);
  }

  /** Ends the connection, once running calls have ended or some seconds are over. */
  @Override
  public void close() {
    channel.shutdown();
    try {
      if (!channel.awaitTermination(CLOSING.toNanos(), TimeUnit.NANOSECONDS)) {
        channel.shutdownNow();
      }
    } catch (InterruptedException e) {
      channel.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }

  /** Shows a key with each call. */
  private static final class Bearer extends CallCredentials {
    private static final Metadata.Key<String> AUTHORIZATION =
        Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

    private final String key;

    Bearer(String key) {
      this.key = key;
    }

    @Override
    public void applyRequestMetadata(RequestInfo call, Executor executor, MetadataApplier to) {
      Metadata headers = new Metadata();
      headers.put(AUTHORIZATION, "Bearer " + key);
      to.apply(headers);
    }
  }
}
