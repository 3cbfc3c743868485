package dev.dolmen.server;

import static dev.dolmen.server.TestServer.event;
import static dev.dolmen.server.TestServer.item;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.dolmen.server.config.DolmenConfig;
import dev.dolmen.server.config.SizeLimits;
import dev.dolmen.v1.Acknowledgement;
import dev.dolmen.v1.Item;
import dev.dolmen.v1.RecommendRequest;
import dev.dolmen.v1.ScoreRequest;
import dev.dolmen.v1.SessionContext;
import dev.dolmen.v1.SessionEvent;
import dev.dolmen.v1.SimilarRequest;
import dev.dolmen.v1.SlotValue;
import dev.dolmen.v1.TokenList;
import dev.dolmen.v1.UpsertItemsResponse;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** Each part of a request is bounded, and what is just within the bounds is taken. */
class SizeLimitsTest {
  private static final SizeLimits SIZES = new SizeLimits(2_048, 8, 4, 1_024, 1_500, 256, 4_096);

  @TempDir static Path directory;
  private static TestServer server;

  @BeforeAll
  static void start() throws Exception {
    DolmenConfig config = TestServer.config(directory);
    server = new TestServer(config.withServer(config.server().with(s -> s.sizes(SIZES))));
    server.upsert(item("a", "books", 1).build());
    server.click("known", "a");
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void itemsOfTheCatalogueAreBounded() {
    UpsertItemsResponse response =
        server.upsert(
            withTitle("just", 1_900),
            withTitle("large", 2_048),
            item("labels8", "books", 1).putSlots("labels", labels(8)).build(),
            item("labels9", "books", 1).putSlots("labels", labels(9)).build(),
            item("levels4", "books", 1).putSlots("category", path(4)).build(),
            item("levels5", "books", 1).putSlots("category", path(5)).build());
    assertThat(response.getUpserted()).isEqualTo(3);
    assertThat(response.getErrorsList().stream().map(e -> e.getIndex() + " " + e.getField()))
        .containsExactly("1 slots", "3 slots[labels].tokens.token", "5 slots[category].path.token");
    assertThat(response.getErrors(0).getMessage())
        .contains("bytes", "expected at most 2048 (server.sizes.max_item_bytes)");
    assertThat(response.getErrors(1).getMessage())
        .isEqualTo("9 tokens, expected at most 8 (server.sizes.max_item_tokens)");
    assertThat(response.getErrors(2).getMessage())
        .isEqualTo("5 levels, expected at most 4 (server.sizes.max_item_levels)");
  }

  @Test
  void inlineItemsAreBounded() {
    recommend(s -> s.addItems(withTitle("n", 900)));
    String expected = "expected at most 1024 (server.sizes.max_inline_item_bytes)";
    assertInvalid(
        "session.items[1].slots",
        expected,
        () -> recommend(s -> s.addItems(withTitle("n", 9)).addItems(withTitle("m", 1_024))));
    assertInvalid(
        "session.items[0].slots[labels].tokens.token",
        "9 tokens, expected at most 8",
        () ->
            recommend(
                s -> s.addItems(item("n", "books", 1).putSlots("labels", labels(9)).build())));
    SimilarRequest.Builder similar = SimilarRequest.newBuilder().setK(1);
    assertInvalid(
        "item.slots",
        expected,
        () -> server.recommendations().similar(similar.setItem(withTitle("n", 1_024)).build()));
    ScoreRequest.Builder score =
        ScoreRequest.newBuilder().setSession(request().getSession()).addItems(withTitle("n", 800));
    assertThat(server.recommendations().score(score.build()).getItemsCount()).isEqualTo(1);
    score.addItems(withTitle("m", 800));
    assertInvalid(
        "items",
        "expected at most 1500 (server.sizes.max_inline_items_bytes)",
        () -> server.recommendations().score(score.build()));
  }

  @Test
  void contextsAreBounded() {
    String expected = "257 bytes, expected at most 256 (server.sizes.max_context_bytes)";
    String just = "x".repeat(250);
    recommend(s -> s.putContext("device", just));
    assertInvalid(
        "session.context", expected, () -> recommend(s -> s.putContext("device", just + "x")));
    SessionEvent event =
        SessionEvent.newBuilder().setItemId("a").putContext("device", just + "x").build();
    assertInvalid("session.events[1].context", expected, () -> recommend(s -> s.addEvents(event)));
    Acknowledgement answer =
        server
            .publish(event("e", "s", "a", 1).putContext("device", just + "x").build())
            .getAcknowledgements(0);
    assertThat(answer.getStatus()).isEqualTo(Acknowledgement.Status.STATUS_REJECTED);
    assertThat(answer.getField()).isEqualTo("events[0].context");
    assertThat(answer.getMessage()).isEqualTo(expected);
  }

  @Test
  void sessionsAreBounded() {
    SessionEvent event = SessionEvent.newBuilder().setItemId("a").build();
    recommend(s -> s.addAllEvents(Collections.nCopies(800, event)));
    assertInvalid(
        "session",
        "bytes, expected at most 4096 (server.sizes.max_session_bytes)",
        () -> recommend(s -> s.addAllEvents(Collections.nCopies(900, event))));
  }

  private static RecommendRequest.Builder request() {
    return RecommendRequest.newBuilder()
        .setSession(SessionContext.newBuilder().addEvents(SessionEvent.newBuilder().setItemId("a")))
        .setK(1)
        .setIncludeSeen(true)
        .setNoImpression(true);
  }

  private static void recommend(Consumer<SessionContext.Builder> change) {
    RecommendRequest.Builder request = request();
    change.accept(request.getSessionBuilder());
    assertThat(server.recommendations().recommend(request.build()).getItemsCount()).isEqualTo(1);
  }

  private static Item withTitle(String id, int characters) {
    SlotValue title = TestServer.token("x".repeat(characters));
    return item(id, "books", 1).putSlots("title", title).build();
  }

  private static SlotValue labels(int n) {
    TokenList.Builder tokens = TokenList.newBuilder();
    for (int i = 0; i < n; i++) {
      tokens.addToken("label" + i);
    }
    return SlotValue.newBuilder().setTokens(tokens).build();
  }

  private static SlotValue path(int levels) {
    return TestServer.path(Collections.nCopies(levels, "level").toArray(String[]::new));
  }

  private static void assertInvalid(String field, String message, Executable call) {
    StatusRuntimeException e = assertThrows(StatusRuntimeException.class, call);
    assertThat(e.getStatus().getCode()).as(e.toString()).isEqualTo(Code.INVALID_ARGUMENT);
    assertThat(e.getStatus().getDescription()).startsWith(field + ": ").contains(message);
  }
}
