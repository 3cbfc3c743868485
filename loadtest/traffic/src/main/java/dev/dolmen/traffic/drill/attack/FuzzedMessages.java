package dev.dolmen.traffic.drill.attack;

import com.google.protobuf.MessageLite;
import com.google.protobuf.Timestamp;
import dev.dolmen.v1.CatalogServiceGrpc;
import dev.dolmen.v1.FeedbackEvent;
import dev.dolmen.v1.FeedbackServiceGrpc;
import dev.dolmen.v1.Item;
import dev.dolmen.v1.ListItemsRequest;
import dev.dolmen.v1.PublishRequest;
import dev.dolmen.v1.RecommendRequest;
import dev.dolmen.v1.RecommendationServiceGrpc;
import dev.dolmen.v1.ScoreRequest;
import dev.dolmen.v1.SessionContext;
import dev.dolmen.v1.SessionEvent;
import dev.dolmen.v1.SimilarRequest;
import dev.dolmen.v1.SlotValue;
import dev.dolmen.v1.UpsertItemsRequest;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.ServiceDescriptor;
import io.grpc.stub.ClientCalls;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Messages of random bytes, and valid ones of which some bytes were changed, to all methods. */
public final class FuzzedMessages implements Attack {
  private static final int CALLERS = 4;
  private static final int MAX_BYTES = 200;
  private static final int CHANGES = 4;
  private static final int DEADLINE_SEC = 10;

  private static final long SEED = 1;

  private final List<byte[]> valid = valid();

  @Override
  public void start(AttackRun run) throws IOException {
    ManagedChannel channel = run.channel();
    List<MethodDescriptor<byte[], byte[]>> methods = methods();
    SplittableRandom seeds = new SplittableRandom(SEED);
    for (int i = 0; i < CALLERS; i++) {
      SplittableRandom random = seeds.split();
      run.repeat(
          1,
          () -> {
            run.countSent();
            CallOptions options =
                CallOptions.DEFAULT.withDeadlineAfter(DEADLINE_SEC, TimeUnit.SECONDS);
            var _ =
                ClientCalls.blockingServerStreamingCall(
                        channel,
                        methods.get(random.nextInt(methods.size())),
                        options,
                        message(random))
                    .hasNext();
          });
    }
  }

  private byte[] message(SplittableRandom random) {
    if (random.nextInt(4) == 0) {
      byte[] bytes = new byte[random.nextInt(MAX_BYTES)];
      random.nextBytes(bytes);
      return bytes;
    }
    byte[] bytes = valid.get(random.nextInt(valid.size())).clone();
    for (int i = 0; i < CHANGES && bytes.length > 0; i++) {
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
    }
    return bytes;
  }

  private static List<byte[]> valid() {
    SessionEvent clicked =
        SessionEvent.newBuilder().setItemId("p1").putContext("device", "x").build();
    SessionContext session =
        SessionContext.newBuilder().setSessionId("fuzzed").addEvents(clicked).build();
    Item item =
        Item.newBuilder()
            .setItemId("fuzzed")
            .putSlots("title", SlotValue.newBuilder().setToken("steel kettle").build())
            .putSlots("price", SlotValue.newBuilder().setNumber(1.5).build())
            .build();
    FeedbackEvent event =
        FeedbackEvent.newBuilder()
            .setEventId("fuzzed-1")
            .setSessionId("fuzzed")
            .setItemId("p1")
            .setTime(Timestamp.newBuilder().setSeconds(1_700_000_000))
            .build();
    return Stream.<MessageLite.Builder>of(
            RecommendRequest.newBuilder().setSession(session).setK(10).addExcludeItemIds("p2"),
            ScoreRequest.newBuilder().setSession(session).addItemIds("p1").addItems(item),
            SimilarRequest.newBuilder().setItem(item).setK(10),
            PublishRequest.newBuilder().addEvents(event),
            UpsertItemsRequest.newBuilder().addItems(item),
            ListItemsRequest.newBuilder().setPageSize(10).setPageToken("1"))
        .map(message -> message.build().toByteArray())
        .toList();
  }

  /** Bytes in, bytes out; streaming, so that any kind of method may answer. */
  private static List<MethodDescriptor<byte[], byte[]>> methods() {
    List<MethodDescriptor<byte[], byte[]>> methods = new ArrayList<>();
    Stream.of(
            RecommendationServiceGrpc.getServiceDescriptor(),
            FeedbackServiceGrpc.getServiceDescriptor(),
            CatalogServiceGrpc.getServiceDescriptor())
        .map(ServiceDescriptor::getMethods)
        .forEach(all ->
            all.forEach(method ->
                methods.add(
                    MethodDescriptor.newBuilder(Bytes.PLAIN, Bytes.PLAIN)
                        .setType(MethodDescriptor.MethodType.SERVER_STREAMING)
                        .setFullMethodName(method.getFullMethodName())
                        .build())));
    return methods;
  }

  private enum Bytes implements MethodDescriptor.Marshaller<byte[]> {
    PLAIN;

    @Override
    public InputStream stream(byte[] value) {
      return new ByteArrayInputStream(value);
    }

    @Override
    public byte[] parse(InputStream stream) {
      try {
        return stream.readAllBytes();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
