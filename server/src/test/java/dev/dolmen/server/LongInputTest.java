package dev.dolmen.server;

import static dev.dolmen.server.TestServer.event;
import static dev.dolmen.server.TestServer.item;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.dolmen.server.config.DolmenConfig;
import dev.dolmen.server.config.UnknownKeys;
import dev.dolmen.server.config.UnknownKeys.Handling;
import dev.dolmen.v1.Acknowledgement;
import dev.dolmen.v1.DeleteItemsRequest;
import dev.dolmen.v1.Filter;
import dev.dolmen.v1.GetItemRequest;
import dev.dolmen.v1.Item;
import dev.dolmen.v1.ItemError;
import dev.dolmen.v1.ListItemsRequest;
import dev.dolmen.v1.RecommendRequest;
import dev.dolmen.v1.ScoreRequest;
import dev.dolmen.v1.SessionContext;
import dev.dolmen.v1.SessionEvent;
import dev.dolmen.v1.SimilarRequest;
import dev.dolmen.v1.TokenList;
import io.grpc.Metadata;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Long names and values reach their caller as a status that it can read. */
class LongInputTest {
  private static final int HEADER_BYTES_MAX = 4_096;
  private static final Metadata.Key<byte[]> DETAILS =
      Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER);

  @TempDir static Path directory;
  private static TestServer server;

  @BeforeAll
  static void start() throws Exception {
    DolmenConfig config = TestServer.config(directory);
    UnknownKeys refused = new UnknownKeys(Handling.REFUSE, Handling.REFUSE, Handling.REFUSE);
    server = new TestServer(config.withServer(config.server().with(s -> s.unknownKeys(refused))));
    server.upsert(item("a", "books", 1).build());
    server.click("known", "a");
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "日", "%", "\u0007", "😀"})
  void longNamesAndValuesAreInvalidArguments(String character) {
    String text = character.repeat(3_000);
    TokenList tokens = TokenList.newBuilder().addToken("t").build();
    SessionEvent event = SessionEvent.newBuilder().setItemId("a").putContext(text, text).build();
    assertInvalid(() -> recommend(s -> s.putContext(text, text)));
    assertInvalid(() -> recommend(s -> s.addEvents(event)));
    assertInvalid(() -> recommend(s -> s.addEvents(SessionEvent.newBuilder().setItemId(text))));
    assertInvalid(() -> recommend(s -> s.setSessionId(text)));
    assertInvalid(() -> recommend(s -> s.putContext("device", text)));
    assertInvalid(() -> recommend(s -> s.addItems(withSlot(text))));
    assertInvalid(() -> recommend(s -> s.addItems(item(text, "books", 1))));
    assertInvalid(() ->
        server
            .recommendations()
            .recommend(
                request().addFilters(Filter.newBuilder().setSlot(text).setAnyOf(tokens)).build()));
    assertInvalid(
        () -> server.catalog().listItems(ListItemsRequest.newBuilder().setPageToken(text).build()));
    assertInvalid(() ->
        server.catalog().deleteItems(DeleteItemsRequest.newBuilder().addItemIds(text).build()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "日", "%", "\u0007", "😀"})
  void longIdsOfNoItemAreNotFound(String character) {
    int bytes = character.getBytes(StandardCharsets.UTF_8).length;
    String id = character.repeat(512 / bytes);
    SessionEvent event = SessionEvent.newBuilder().setItemId(id).build();
    RecommendRequest.Builder strict = request().setStrict(true);
    strict.getSessionBuilder().addEvents(event);
    assertFails(Code.NOT_FOUND, () -> server.recommendations().recommend(strict.build()));
    assertFails(
        Code.NOT_FOUND,
        () ->
            server
                .recommendations()
                .recommend(request().setStrict(true).addCandidateItemIds(id).build()));
    assertFails(
        Code.NOT_FOUND,
        () ->
            server
                .recommendations()
                .score(
                    ScoreRequest.newBuilder()
                        .setSession(request().getSession())
                        .addItemIds(id)
                        .setStrict(true)
                        .build()));
    assertFails(
        Code.NOT_FOUND,
        () ->
            server
                .recommendations()
                .similar(SimilarRequest.newBuilder().setItemId(id).setK(1).build()));
    assertFails(
        Code.NOT_FOUND,
        () -> server.catalog().getItem(GetItemRequest.newBuilder().setItemId(id).build()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "日", "%", "\u0007", "😀"})
  void whatIsRefusedInAnAnswerIsShort(String character) {
    String text = character.repeat(3_000);
    List<Acknowledgement> answers =
        server
            .publish(
                event("e", "s", "a", 1).putContext(text, text).build(),
                event(text, "s", "a", 1).build(),
                event("f", text, "a", 1).build(),
                event("g", "s", "a", 1).putContext("device", text).build())
            .getAcknowledgementsList();
    assertThat(answers)
        .allSatisfy(answer -> {
          assertThat(answer.getStatus()).isEqualTo(Acknowledgement.Status.STATUS_REJECTED);
          assertThat(answer.getSerializedSize()).isLessThan(1_200);
          assertThat(answer.getField() + answer.getMessage()).doesNotContainPattern("\\p{Cc}");
        });
    List<ItemError> errors =
        server
            .upsert(item(text, "books", 1).build(), withSlot(text), withBrand(text))
            .getErrorsList();
    assertThat(errors)
        .hasSize(3)
        .allSatisfy(error -> {
          assertThat(error.getSerializedSize()).isLessThan(1_200);
          assertThat(error.getField() + error.getMessage()).doesNotContainPattern("\\p{Cc}");
        });
  }

  private static RecommendRequest.Builder request() {
    return RecommendRequest.newBuilder()
        .setSession(SessionContext.newBuilder().addEvents(SessionEvent.newBuilder().setItemId("a")))
        .setK(1)
        .setNoImpression(true);
  }

  private static void recommend(Consumer<SessionContext.Builder> change) {
    RecommendRequest.Builder request = request();
    change.accept(request.getSessionBuilder());
    var _ = server.recommendations().recommend(request.build());
  }

  private static Item withSlot(String name) {
    return item("n", "books", 1).putSlots(name, TestServer.token("red")).build();
  }

  private static Item withBrand(String token) {
    return item("n", "books", 1).putSlots("brand", TestServer.token(token)).build();
  }

  private static void assertInvalid(Executable call) {
    assertFails(Code.INVALID_ARGUMENT, call);
  }

  private static void assertFails(Code code, Executable call) {
    StatusRuntimeException e = assertThrows(StatusRuntimeException.class, call);
    assertThat(e.getStatus().getCode()).as(e.toString()).isEqualTo(code);
    String message = Objects.requireNonNull(e.getStatus().getDescription());
    assertThat(message).doesNotContainPattern("\\p{Cc}");
    Metadata trailers = Objects.requireNonNull(e.getTrailers());
    byte[] details = Objects.requireNonNull(trailers.get(DETAILS));
    assertThat(percentEncodedBytes(message) + (details.length + 2) / 3 * 4)
        .as(message)
        .isLessThan(HEADER_BYTES_MAX);
  }

  /** What gRPC sends of a message. */
  private static int percentEncodedBytes(String message) {
    int bytes = 0;
    for (byte b : message.getBytes(StandardCharsets.UTF_8)) {
      bytes += b >= ' ' && b <= '~' && b != '%' ? 1 : 3;
    }
    return bytes;
  }
}
