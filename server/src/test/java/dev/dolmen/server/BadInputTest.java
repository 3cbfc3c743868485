package dev.dolmen.server;

import static dev.dolmen.server.TestServer.event;
import static dev.dolmen.server.TestServer.item;
import static dev.dolmen.server.TestServer.time;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.protobuf.Timestamp;
import com.google.rpc.BadRequest;
import dev.dolmen.v1.Acknowledgement;
import dev.dolmen.v1.Acknowledgement.Status;
import dev.dolmen.v1.CatalogServiceGrpc;
import dev.dolmen.v1.DeleteItemsRequest;
import dev.dolmen.v1.FeedbackEvent;
import dev.dolmen.v1.Filter;
import dev.dolmen.v1.GetItemRequest;
import dev.dolmen.v1.Item;
import dev.dolmen.v1.ListItemsRequest;
import dev.dolmen.v1.NumberRange;
import dev.dolmen.v1.PublishRequest;
import dev.dolmen.v1.RecommendRequest;
import dev.dolmen.v1.RecommendationServiceGrpc;
import dev.dolmen.v1.ScoreRequest;
import dev.dolmen.v1.SessionContext;
import dev.dolmen.v1.SessionEvent;
import dev.dolmen.v1.SimilarRequest;
import dev.dolmen.v1.TokenList;
import dev.dolmen.v1.UpsertItemsRequest;
import dev.dolmen.v1.UpsertItemsResponse;
import io.grpc.CallOptions;
import io.grpc.MethodDescriptor;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.ClientCalls;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Bad input gets a status that names field and value, and the process keeps serving. */
class BadInputTest {
  @TempDir static Path directory;
  private static TestServer server;

  @BeforeAll
  static void start() throws Exception {
    server = new TestServer(directory);
    server.upsert(item("a", "books", 1).build(), item("b", "books", 2).build());
    server.click("known", "a");
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @AfterEach
  void keepsServing() {
    assertThat(server.recommendations().recommend(good().build()).getItemsCount()).isEqualTo(1);
  }

  static List<Arguments> badRecommendRequests() {
    return List.of(
        bad("k", "0, expected 1 to 1000", r -> r.setK(0)),
        bad("k", "10000, expected 1 to 1000", r -> r.setK(10_000)),
        bad("k", "4294967295", r -> r.setK(-1)),
        bad("k", "101 with explain, expected 1 to 100", r -> r.setK(101).setExplain(true)),
        bad("session", "is empty", RecommendRequest.Builder::clearSession),
        bad("session", "is empty", r -> r.setSession(SessionContext.newBuilder())),
        bad("session.session_id", "has 257 bytes", session(s -> s.setSessionId("x".repeat(257)))),
        bad("session.events", "1001 events", session(s -> addEvents(s, 1_001))),
        bad("session.events[1].item_id", "is empty", second(SessionEvent.Builder::clearItemId)),
        bad("session.events[1].type", "99", second(e -> e.setTypeValue(99))),
        bad("session.events[1].time", "lies in the future", second(e -> e.setTime(time(3_600)))),
        bad("session.events[1].time", "is no event's time", second(e -> e.setTime(seconds(-1)))),
        bad(
            "session.events[1].time.nanos",
            "-5",
            second(e -> e.setTime(seconds(1).toBuilder().setNanos(-5)))),
        bad(
            "session.events[1].context[devise]",
            "\"phone\", expected a slot of kind context: [device]",
            second(e -> e.putContext("devise", "phone"))),
        bad("session.context[brand]", "\"x\"", session(s -> s.putContext("brand", "x"))),
        bad(
            "session.items[0].slots[colour]",
            "\"colour\", expected a slot of the schema",
            session(
                s -> s.addItems(item("n", "c", 1).putSlots("colour", TestServer.token("red"))))),
        bad("filters[0].slot", "\"colour\"", r -> r.addFilters(anyOf("colour", "red"))),
        bad("filters[0].slot", "\"title\" is of kind text", r -> r.addFilters(anyOf("title", "x"))),
        bad("filters[0].any_of", "is a number", r -> r.addFilters(anyOf("price", "3"))),
        bad("filters[0].range", "is no number", r -> r.addFilters(range("brand", 0, 1))),
        bad(
            "filters[0].range",
            "min 2.0 is above max 1.0",
            r -> r.addFilters(range("price", 2, 1))),
        bad(
            "filters[0].condition",
            "not set",
            r -> r.addFilters(Filter.newBuilder().setSlot("brand"))),
        bad("candidate_item_ids[0]", "is empty", r -> r.addCandidateItemIds("")),
        bad(
            "exclude_item_ids",
            "10001 ids",
            r -> {
              for (int i = 0; i < 10_001; i++) {
                r.addExcludeItemIds("x");
              }
            }));
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("badRecommendRequests")
  void recommendNamesFieldAndValue(
      String field, String message, Consumer<RecommendRequest.Builder> spoil) {
    RecommendRequest.Builder request = good();
    spoil.accept(request);
    assertInvalid(field, message, () -> server.recommendations().recommend(request.build()));
  }

  @Test
  void unknownItemsAreNotFound() {
    RecommendRequest event =
        session(s -> s.addEvents(inline("nope"))).apply(good().setStrict(true)).build();
    assertNotFound("session.events[1].item_id", () -> server.recommendations().recommend(event));
    RecommendRequest candidate = good().setStrict(true).addCandidateItemIds("nope").build();
    assertNotFound("candidate_item_ids[0]", () -> server.recommendations().recommend(candidate));
    ScoreRequest score =
        ScoreRequest.newBuilder()
            .setSession(good().getSession())
            .setStrict(true)
            .addItemIds("a")
            .addItemIds("nope")
            .build();
    assertNotFound("item_ids[1]", () -> server.recommendations().score(score));
    SimilarRequest similar = SimilarRequest.newBuilder().setItemId("nope").setK(1).build();
    assertNotFound("item_id", () -> server.recommendations().similar(similar));
    GetItemRequest get = GetItemRequest.newBuilder().setItemId("nope").build();
    assertNotFound("item_id", () -> server.catalog().getItem(get));
  }

  @Test
  void otherCallsNameFieldAndValue() {
    assertInvalid(
        "item_ids",
        "0 item_ids and items",
        () ->
            server
                .recommendations()
                .score(ScoreRequest.newBuilder().setSession(good().getSession()).build()));
    ScoreRequest.Builder explained =
        ScoreRequest.newBuilder().setSession(good().getSession()).setExplain(true);
    for (int i = 0; i < 101; i++) {
      explained.addItemIds("a");
    }
    assertInvalid(
        "item_ids",
        "101 item_ids and items with explain, expected 1 to 100",
        () -> server.recommendations().score(explained.build()));
    assertInvalid(
        "query",
        "not set",
        () -> server.recommendations().similar(SimilarRequest.newBuilder().setK(1).build()));
    assertInvalid(
        "item.slots[category]",
        "required",
        () ->
            server
                .recommendations()
                .similar(SimilarRequest.newBuilder().setItem(Item.newBuilder()).setK(1).build()));
    assertInvalid(
        "item_ids",
        "0 ids, expected 1",
        () -> server.catalog().deleteItems(DeleteItemsRequest.getDefaultInstance()));
    assertInvalid(
        "page_size",
        "1001, expected 0 to 1000",
        () -> server.catalog().listItems(ListItemsRequest.newBuilder().setPageSize(1_001).build()));
    assertInvalid(
        "page_token",
        "\"!?\"",
        () -> server.catalog().listItems(ListItemsRequest.newBuilder().setPageToken("!?").build()));
    assertInvalid(
        "events",
        "0 events, expected 1",
        () -> server.feedback().publishBatch(PublishRequest.getDefaultInstance()));
  }

  static List<Arguments> badEvents() {
    return List.of(
        badEvent("event_id", "is empty", FeedbackEvent.Builder::clearEventId),
        badEvent("event_id", "has 129 bytes", e -> e.setEventId("é".repeat(64) + "x")),
        badEvent("session_id", "is empty", FeedbackEvent.Builder::clearSessionId),
        badEvent("item_id", "is empty", FeedbackEvent.Builder::clearItemId),
        badEvent("item_id", "\"nope\" is not in the catalogue", e -> e.setItemId("nope")),
        badEvent("time", "is not set", FeedbackEvent.Builder::clearTime),
        badEvent("time", "2026-03-01T12:06:01Z lies in the future", e -> e.setTime(time(361))),
        badEvent("time", "1969-12-31T23:59:59Z is no event's time", e -> e.setTime(seconds(-1))),
        badEvent("time", "1970-01-01T00:00:00Z is no event's time", e -> e.setTime(seconds(0))),
        badEvent("time", "is no event's time", e -> e.setTime(seconds(Long.MIN_VALUE))),
        badEvent(
            "time",
            "2001-09-09T01:46:40Z lies too far in the past",
            e -> e.setTime(seconds(1_000_000_000))),
        badEvent("time", "lies in the future", e -> e.setTime(seconds(Long.MAX_VALUE))),
        badEvent("type", "is not set", FeedbackEvent.Builder::clearType),
        badEvent("type", "42, expected", e -> e.setTypeValue(42)),
        badEvent(
            "context[device]",
            "expected 1 to 512 bytes",
            e -> e.putContext("device", "x".repeat(513))));
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("badEvents")
  void anEventThatIsRefusedDoesNotKeepTheOthersOut(
      String field, String message, Consumer<FeedbackEvent.Builder> spoil) {
    FeedbackEvent.Builder event = event("bad", "bad", "a", 1);
    spoil.accept(event);
    String good = field + message;
    List<Acknowledgement> answers =
        server
            .publish(
                event("1" + good, "s", "a", 1).build(),
                event.build(),
                event("2" + good, "s", "b", 2).build())
            .getAcknowledgementsList();
    assertThat(answers.get(0).getStatus()).isEqualTo(Status.STATUS_ACCEPTED);
    assertThat(answers.get(1).getStatus()).isEqualTo(Status.STATUS_REJECTED);
    assertThat(answers.get(1).getField()).isEqualTo("events[1]." + field);
    assertThat(answers.get(1).getMessage()).contains(message);
    assertThat(answers.get(2).getStatus()).isEqualTo(Status.STATUS_ACCEPTED);
  }

  @Test
  void itemsThatAreNotValidAreListedAndTheOthersApplied() {
    UpsertItemsResponse response =
        server.upsert(
            item("good1", "books", 1).build(),
            Item.newBuilder().setItemId("no-category").build(),
            item("", "books", 1).build(),
            item("x".repeat(513), "books", 1).build(),
            item("wrong-kind", "books", 1).putSlots("price", TestServer.token("cheap")).build(),
            item("nan", "books", Double.NaN).build(),
            item("colour", "books", 1).putSlots("colour", TestServer.token("red")).build(),
            item("context", "books", 1).putSlots("device", TestServer.token("phone")).build(),
            item("empty", "books", 1).putSlots("category", TestServer.path()).build(),
            item("long-brand", "books", 1)
                .putSlots("brand", TestServer.token("x".repeat(513)))
                .build(),
            item("good2", "books", 1).build());
    assertThat(response.getUpserted()).isEqualTo(2);
    assertThat(response.getRejected()).isEqualTo(9);
    assertThat(response.getErrorsList().stream().map(e -> e.getIndex() + " " + e.getField()))
        .containsExactly(
            "1 slots[category]",
            "2 item_id",
            "3 item_id",
            "4 slots[price]",
            "5 slots[price].number",
            "6 slots[colour]",
            "7 slots[device]",
            "8 slots[category]",
            "9 slots[brand].token");
    server
        .catalog()
        .deleteItems(
            DeleteItemsRequest.newBuilder().addItemIds("good1").addItemIds("good2").build());
  }

  @Test
  void anEmptyBatchOfItemsIsRefused() {
    CompletionException e =
        assertThrows(
            CompletionException.class,
            () -> server.upsert(List.of(UpsertItemsRequest.getDefaultInstance())));
    assertThat(io.grpc.Status.fromThrowable(e).getCode()).isEqualTo(Code.INVALID_ARGUMENT);
  }

  @Test
  void aMessageThatIsTooLargeIsRefused() {
    RecommendRequest request =
        good().addExcludeItemIds("x".repeat(TestServer.MAX_MESSAGE_BYTES + 1)).build();
    StatusRuntimeException e =
        assertThrows(
            StatusRuntimeException.class, () -> server.recommendations().recommend(request));
    assertThat(e.getStatus().getCode()).isEqualTo(Code.RESOURCE_EXHAUSTED);
    assertThat(e.getStatus().getDescription())
        .contains(String.valueOf(TestServer.MAX_MESSAGE_BYTES));
  }

  @Test
  void bytesThatAreNoMessageAreInvalid() {
    for (String method : List.of("Recommend", "Score", "Similar")) {
      assertThat(sendBytes(RecommendationServiceGrpc.SERVICE_NAME, method))
          .isEqualTo(Code.INVALID_ARGUMENT);
    }
    assertThat(sendBytes(CatalogServiceGrpc.SERVICE_NAME, "GetItem"))
        .isEqualTo(Code.INVALID_ARGUMENT);
    assertThat(sendBytes("dolmen.v1.RecommendationService", "Guess")).isEqualTo(Code.UNIMPLEMENTED);
  }

  /** The status of a unary call whose request is no protobuf message. */
  private static Code sendBytes(String service, String method) {
    MethodDescriptor<byte[], byte[]> descriptor =
        MethodDescriptor.<byte[], byte[]>newBuilder()
            .setType(MethodDescriptor.MethodType.UNARY)
            .setFullMethodName(service + "/" + method)
            .setRequestMarshaller(new Bytes())
            .setResponseMarshaller(new Bytes())
            .build();
    byte[] bytes = {(byte) 0xff, (byte) 0xff, 0x01, 0x02};
    StatusRuntimeException e =
        assertThrows(
            StatusRuntimeException.class,
            () ->
                ClientCalls.blockingUnaryCall(
                    server.channel, descriptor, CallOptions.DEFAULT, bytes));
    return e.getStatus().getCode();
  }

  private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
    @Override
    public InputStream stream(byte[] value) {
      return new ByteArrayInputStream(value);
    }

    @Override
    public byte[] parse(InputStream stream) {
      try {
        return stream.readAllBytes();
      } catch (IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
    }
  }

  private static void assertInvalid(String field, String message, Executable call) {
    StatusRuntimeException e = assertThrows(StatusRuntimeException.class, call);
    assertThat(e.getStatus().getCode()).as(e.toString()).isEqualTo(Code.INVALID_ARGUMENT);
    BadRequest details = details(e);
    assertThat(details.getFieldViolationsList()).hasSize(1);
    assertThat(details.getFieldViolations(0).getField()).isEqualTo(field);
    assertThat(details.getFieldViolations(0).getDescription()).contains(message);
    assertThat(e.getStatus().getDescription()).contains(field).contains(message);
  }

  private static BadRequest details(StatusRuntimeException e) {
    com.google.rpc.Status status = StatusProto.fromThrowable(e);
    assertThat(status).isNotNull();
    try {
      return status.getDetails(0).unpack(BadRequest.class);
    } catch (com.google.protobuf.InvalidProtocolBufferException malformed) {
      throw new AssertionError(malformed);
    }
  }

  private static void assertNotFound(String field, Executable call) {
    StatusRuntimeException e = assertThrows(StatusRuntimeException.class, call);
    assertThat(e.getStatus().getCode()).isEqualTo(Code.NOT_FOUND);
    assertThat(e.getStatus().getDescription()).contains(field).contains("nope");
  }

  private static RecommendRequest.Builder good() {
    return RecommendRequest.newBuilder()
        .setSession(SessionContext.newBuilder().addEvents(inline("a")))
        .setK(1)
        .setNoImpression(true);
  }

  private static SessionEvent inline(String itemId) {
    return SessionEvent.newBuilder().setItemId(itemId).build();
  }

  private static void addEvents(SessionContext.Builder session, int n) {
    session.clearEvents();
    for (int i = 0; i < n; i++) {
      session.addEvents(inline("a"));
    }
  }

  private interface Spoil extends Consumer<RecommendRequest.Builder> {
    default RecommendRequest.Builder apply(RecommendRequest.Builder request) {
      accept(request);
      return request;
    }
  }

  private static Spoil session(Consumer<SessionContext.Builder> change) {
    return r -> change.accept(r.getSessionBuilder());
  }

  private static Spoil second(Consumer<SessionEvent.Builder> change) {
    return session(s -> {
      SessionEvent.Builder event = inline("b").toBuilder();
      change.accept(event);
      s.addEvents(event);
    });
  }

  private static Arguments bad(
      String field, String message, Consumer<RecommendRequest.Builder> spoil) {
    return Arguments.of(field, message, spoil);
  }

  private static Arguments badEvent(
      String field, String message, Consumer<FeedbackEvent.Builder> spoil) {
    return Arguments.of(field, message, spoil);
  }

  private static Timestamp seconds(long seconds) {
    return Timestamp.newBuilder().setSeconds(seconds).build();
  }

  private static Filter anyOf(String slot, String token) {
    return Filter.newBuilder()
        .setSlot(slot)
        .setAnyOf(TokenList.newBuilder().addToken(token))
        .build();
  }

  private static Filter range(String slot, double min, double max) {
    return Filter.newBuilder()
        .setSlot(slot)
        .setRange(NumberRange.newBuilder().setMin(min).setMax(max))
        .build();
  }
}
