package dev.dolmen.server;

import static dev.dolmen.server.HttpClientCalls.failure;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Message;
import com.google.protobuf.util.Timestamps;
import com.google.rpc.BadRequest;
import com.google.rpc.Status;
import dev.dolmen.v1.Acknowledgement;
import dev.dolmen.v1.EventType;
import dev.dolmen.v1.FeedbackEvent;
import dev.dolmen.v1.GetItemRequest;
import dev.dolmen.v1.Item;
import dev.dolmen.v1.PublishRequest;
import dev.dolmen.v1.PublishResponse;
import dev.dolmen.v1.RecommendRequest;
import dev.dolmen.v1.RecommendResponse;
import dev.dolmen.v1.SessionContext;
import dev.dolmen.v1.SlotValue;
import dev.dolmen.v1.TokenList;
import dev.dolmen.v1.UpsertItemsRequest;
import dev.dolmen.v1.UpsertItemsResponse;
import java.io.ByteArrayOutputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** gRPC's frames over HTTP/1.1, as browsers send them: the same calls with the same answers. */
class GrpcWebTest {
  private static final String TYPE = "application/grpc-web+proto";
  private static final String UPSERT = "/dolmen.v1.CatalogService/UpsertItemsBatch";
  private static final String GET_ITEM = "/dolmen.v1.CatalogService/GetItem";
  private static final String RECOMMEND = "/dolmen.v1.RecommendationService/Recommend";
  private static final String PUBLISH = "/dolmen.v1.FeedbackService/Publish";

  @TempDir Path directory;
  private TestServer server;
  private HttpClientCalls http;

  @BeforeEach
  void start() throws StartException {
    server = new TestServer(directory);
    http = new HttpClientCalls(server.running().httpPort());
  }

  @AfterEach
  void stop() {
    http.close();
    server.close();
  }

  /** What came: messages, and what the last frame says. */
  private record Answer(List<byte[]> messages, Map<String, String> trailers) {
    int status() {
      return Integer.parseInt(trailers.get("grpc-status"));
    }
  }

  private static byte[] frames(Message... messages) {
    ByteArrayOutputStream frames = new ByteArrayOutputStream();
    for (Message message : messages) {
      byte[] bytes = message.toByteArray();
      frames.writeBytes(ByteBuffer.allocate(5).put((byte) 0).putInt(bytes.length).array());
      frames.writeBytes(bytes);
    }
    return frames.toByteArray();
  }

  private HttpRequest.Builder request(String path, byte[] body) {
    return http.request(path)
        .header("content-type", TYPE)
        .header("x-grpc-web", "1")
        .POST(HttpRequest.BodyPublishers.ofByteArray(body));
  }

  private Answer call(String path, Message... messages) throws Exception {
    return answer(http.sendForBytes(request(path, frames(messages))));
  }

  private static Answer answer(HttpResponse<byte[]> response) {
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("content-type")).hasValue(TYPE);
    List<byte[]> messages = new ArrayList<>();
    Map<String, String> trailers = new HashMap<>();
    ByteBuffer bytes = ByteBuffer.wrap(response.body());
    while (bytes.hasRemaining()) {
      assertThat(trailers).as("trailers come last").isEmpty();
      byte kind = bytes.get();
      byte[] content = new byte[bytes.getInt()];
      bytes.get(content);
      if (kind == 0) {
        messages.add(content);
        continue;
      }
      assertThat(kind).isEqualTo((byte) 0x80);
      for (String line : new String(content, StandardCharsets.US_ASCII).lines().toList()) {
        String[] parts = line.split(":", 2);
        trailers.put(parts[0], parts[1].strip());
      }
    }
    assertThat(trailers).containsKey("grpc-status");
    return new Answer(messages, trailers);
  }

  private static UpsertItemsRequest items(String... ids) {
    return UpsertItemsRequest.newBuilder()
        .addAllItems(Arrays.stream(ids).map(GrpcWebTest::item).toList())
        .build();
  }

  private static Item item(String id) {
    TokenList category = TokenList.newBuilder().addToken("home").build();
    return Item.newBuilder()
        .setItemId(id)
        .putSlots("category", SlotValue.newBuilder().setPath(category).build())
        .putSlots("price", SlotValue.newBuilder().setNumber(5).build())
        .build();
  }

  private static PublishRequest click(String id, String item) {
    return PublishRequest.newBuilder()
        .addEvents(
            FeedbackEvent.newBuilder()
                .setEventId(id)
                .setSessionId("visit")
                .setItemId(item)
                .setType(EventType.EVENT_TYPE_CLICK)
                .setTime(Timestamps.fromMillis(TestServer.NOW.toEpochMilli())))
        .build();
  }

  @Test
  void itemsAreUpsertedClickedAndRecommended() throws Exception {
    Answer upserted = call(UPSERT, items("a", "b", "c"));
    assertThat(upserted.status()).isZero();
    assertThat(upserted.messages()).hasSize(1);
    assertThat(UpsertItemsResponse.parseFrom(upserted.messages().getFirst()).getUpserted())
        .isEqualTo(3);

    // Two messages in a body, each with an answer of its own; the second of them is a duplicate.
    Answer published = call(PUBLISH, click("e", "a"), click("e", "a"));
    assertThat(published.status()).isZero();
    List<Acknowledgement.Status> statuses = new ArrayList<>();
    for (byte[] message : published.messages()) {
      statuses.add(PublishResponse.parseFrom(message).getAcknowledgements(0).getStatus());
    }
    assertThat(statuses)
        .containsExactly(
            Acknowledgement.Status.STATUS_ACCEPTED, Acknowledgement.Status.STATUS_DUPLICATE);

    Answer recommended =
        call(
            RECOMMEND,
            RecommendRequest.newBuilder()
                .setSession(SessionContext.newBuilder().setSessionId("other"))
                .setK(2)
                .build());
    assertThat(recommended.status()).isZero();
    assertThat(RecommendResponse.parseFrom(recommended.messages().getFirst()).getItemsList())
        .hasSize(2);
  }

  /** Larger than what is read before somebody waits for it. */
  @Test
  void aLargeMessageComesWhole() throws Exception {
    String[] ids =
        IntStream.range(0, 5_000)
            .mapToObj(i -> "an-item-with-a-long-id-" + i)
            .toArray(String[]::new);
    UpsertItemsRequest large = items(ids);
    assertThat(large.getSerializedSize()).isGreaterThan(300_000);
    Answer upserted = call(UPSERT, large);
    assertThat(upserted.status()).isZero();
    assertThat(UpsertItemsResponse.parseFrom(upserted.messages().getFirst()).getUpserted())
        .isEqualTo(ids.length);
  }

  @Test
  void aFailureIsInTheLastFrameWithItsDetails() throws Exception {
    Answer missing = call(GET_ITEM, GetItemRequest.newBuilder().setItemId("ä\n").build());
    assertThat(missing.status()).isEqualTo(5);
    assertThat(missing.messages()).isEmpty();
    assertThat(missing.trailers().get("grpc-message")).contains("%C3%A4").doesNotContain("ä");

    RecommendRequest tooMany =
        RecommendRequest.newBuilder()
            .setSession(SessionContext.newBuilder().setSessionId("s"))
            .setK(1_000_000)
            .build();
    Answer invalid = call(RECOMMEND, tooMany);
    assertThat(invalid.status()).isEqualTo(3);
    byte[] details = Base64.getDecoder().decode(invalid.trailers().get("grpc-status-details-bin"));
    Status status = Status.parseFrom(details);
    assertThat(status.getCode()).isEqualTo(3);
    assertThat(status.getDetails(0).unpack(BadRequest.class).getFieldViolationsList())
        .extracting(BadRequest.FieldViolation::getField)
        .containsExactly("k");
  }

  @Test
  void framesThatAreNoneAreRefusedAndTheConnectionGoesOn() throws Exception {
    byte[] half = Arrays.copyOf(frames(items("a")), 7);
    assertThat(answer(http.sendForBytes(request(UPSERT, half))).status()).isPositive();
    byte[] none = {};
    assertThat(answer(http.sendForBytes(request(UPSERT, none))).status()).isPositive();
    byte[] compressed = frames(items("a"));
    compressed[0] = 1;
    assertThat(answer(http.sendForBytes(request(UPSERT, compressed))).status()).isPositive();
    byte[] huge = {0, 0x7f, 0, 0, 0, 1};
    assertThat(answer(http.sendForBytes(request(UPSERT, huge))).status()).isEqualTo(8);
    byte[] noMessage = {0, 0, 0, 0, 2, -1, -1};
    assertThat(answer(http.sendForBytes(request(UPSERT, noMessage))).status()).isPositive();
    assertThat(call(UPSERT, items("a")).status()).isZero();
    assertThat(server.running().engine().status().stream().catalogItems()).isEqualTo(1);
  }

  @Test
  void whatIsNoCallIsToldInHttp() throws Exception {
    String json = "application/json";
    for (String type :
        List.of(json, "application/grpc-web-text", "application/grpc", "text/plain")) {
      HttpRequest.Builder other =
          http.request(UPSERT)
              .header("content-type", type)
              .POST(HttpRequest.BodyPublishers.ofByteArray(frames(items("a"))));
      assertThat(failure(http.send(other), 415).get("message").asText())
          .startsWith("content-type: " + type + ", expected application/grpc-web+proto");
    }
    HttpResponse<String> get = http.get(UPSERT);
    assertThat(failure(get, 405).get("message").asText()).contains("expected POST");
    assertThat(get.headers().firstValue("allow")).hasValue("POST");
    byte[] good = frames(items("a"));
    assertThat(failure(http.send(request(UPSERT + "s", good)), 404)).isNotNull();
    assertThat(failure(http.send(request(UPSERT + "?k=1", good)), 400)).isNotNull();
    for (String timeout : List.of("", "1", "-1S", "999999999S", "1d")) {
      HttpRequest.Builder timed = request(UPSERT, good).header("grpc-timeout", timeout);
      assertThat(failure(http.send(timed), 400).get("message").asText())
          .startsWith("grpc-timeout: ");
    }
    HttpRequest.Builder zipped = request(UPSERT, good).header("content-encoding", "gzip");
    assertThat(failure(http.send(zipped), 415)).isNotNull();
    assertThat(server.running().engine().status().stream().catalogItems()).isZero();
  }

  @Test
  void aDeadlineIsHeld() throws Exception {
    HttpRequest.Builder timed =
        request(RECOMMEND, frames(RecommendRequest.newBuilder().setK(1).build()))
            .header("grpc-timeout", "1n");
    assertThat(answer(http.sendForBytes(timed)).status()).isEqualTo(4);
  }
}
