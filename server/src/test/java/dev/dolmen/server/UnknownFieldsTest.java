package dev.dolmen.server;

import static dev.dolmen.server.TestServer.event;
import static dev.dolmen.server.TestServer.item;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import dev.dolmen.trainer.log.FeedbackLog;
import dev.dolmen.trainer.log.LogFactory;
import dev.dolmen.v1.Acknowledgement;
import dev.dolmen.v1.FeedbackEvent;
import dev.dolmen.v1.GetItemRequest;
import dev.dolmen.v1.Item;
import dev.dolmen.v1.LogRecord;
import dev.dolmen.v1.RecommendRequest;
import dev.dolmen.v1.RecommendResponse;
import dev.dolmen.v1.SessionContext;
import dev.dolmen.v1.SessionEvent;
import dev.dolmen.v1.SlotValue;
import dev.dolmen.v1.TokenList;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a request holds beyond the API is neither kept nor more than a message may be. */
class UnknownFieldsTest {
  private static final String MARK = "of no field that is known";
  private static final UnknownFieldSet UNKNOWN =
      UnknownFieldSet.newBuilder()
          .addField(
              9_999,
              UnknownFieldSet.Field.newBuilder()
                  .addLengthDelimited(ByteString.copyFromUtf8(MARK.repeat(1_000)))
                  .build())
          .build();

  @TempDir static Path directory;
  private static final List<byte[]> RECORDS = new CopyOnWriteArrayList<>();
  private static TestServer server;

  @BeforeAll
  static void start() throws Exception {
    LogFactory logs = (data, options) -> recorded(LogFactory.CONFIGURED.open(data, options));
    server =
        new TestServer(
            StandaloneServer.start(TestServer.config(directory), TestServer.ticking(), logs));
    server.upsert(item("a", "books", 1).build(), item("b", "books", 2).build());
    server.click("known", "a");
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void anItemIsKeptWithoutThem() {
    TokenList path = TokenList.newBuilder().addToken("books").setUnknownFields(UNKNOWN).build();
    SlotValue category = SlotValue.newBuilder().setPath(path).setUnknownFields(UNKNOWN).build();
    Item.Builder item = Item.newBuilder().setItemId("unknown-item").setUnknownFields(UNKNOWN);
    assertThat(server.upsert(item.putSlots("category", category).build()).getUpserted())
        .isEqualTo(1);
    Item kept =
        server.catalog().getItem(GetItemRequest.newBuilder().setItemId("unknown-item").build());
    assertThat(kept)
        .isEqualTo(
            Item.newBuilder()
                .setItemId("unknown-item")
                .putSlots("category", TestServer.path("books"))
                .build());
    assertThat(logged("unknown-item").getUpsert()).isEqualTo(kept);
  }

  @Test
  void anEventIsLoggedWithoutThem() {
    FeedbackEvent event = event("unknown-event", "s", "a", 1).build();
    Acknowledgement answer =
        server.publish(event.toBuilder().setUnknownFields(UNKNOWN).build()).getAcknowledgements(0);
    assertThat(answer.getStatus()).isEqualTo(Acknowledgement.Status.STATUS_ACCEPTED);
    assertThat(logged("unknown-event").getFeedback()).isEqualTo(event);
  }

  @Test
  void aRequestIsAnsweredWithoutThem() {
    SessionEvent seen = SessionEvent.newBuilder().setItemId("a").setUnknownFields(UNKNOWN).build();
    RecommendResponse answer =
        server
            .recommendations()
            .recommend(
                RecommendRequest.newBuilder()
                    .setSession(
                        SessionContext.newBuilder().addEvents(seen).setUnknownFields(UNKNOWN))
                    .setK(1)
                    .setUnknownFields(UNKNOWN)
                    .build());
    assertThat(answer.getItemsCount()).isEqualTo(1);
    assertThat(answer.toByteString().toString(StandardCharsets.ISO_8859_1)).doesNotContain(MARK);
  }

  @Test
  void aMessageIsBoundedAfterDecompression() {
    RecommendRequest request =
        RecommendRequest.newBuilder()
            .setSession(
                SessionContext.newBuilder().addEvents(SessionEvent.newBuilder().setItemId("a")))
            .setK(1)
            .addExcludeItemIds("x".repeat(TestServer.MAX_MESSAGE_BYTES + 1))
            .build();
    StatusRuntimeException e =
        assertThrows(
            StatusRuntimeException.class,
            () -> server.recommendations().withCompression("gzip").recommend(request));
    assertThat(e.getStatus().getCode()).as(e.toString()).isEqualTo(Code.RESOURCE_EXHAUSTED);
    assertThat(e.getStatus().getDescription())
        .contains(String.valueOf(TestServer.MAX_MESSAGE_BYTES));
  }

  @Test
  void compressedMessagesAreRead() {
    RecommendRequest request =
        RecommendRequest.newBuilder()
            .setSession(
                SessionContext.newBuilder().addEvents(SessionEvent.newBuilder().setItemId("a")))
            .setK(1)
            .build();
    assertThat(server.recommendations().withCompression("gzip").recommend(request).getItemsCount())
        .isEqualTo(1);
  }

  /** The one record that holds an id, after a look at all of them. */
  private static LogRecord logged(String id) {
    assertThat(RECORDS)
        .allSatisfy(record ->
            assertThat(new String(record, StandardCharsets.ISO_8859_1)).doesNotContain(MARK));
    List<byte[]> found =
        RECORDS.stream()
            .filter(record -> new String(record, StandardCharsets.ISO_8859_1).contains(id))
            .toList();
    assertThat(found).hasSize(1);
    try {
      return LogRecord.parseFrom(found.getFirst());
    } catch (com.google.protobuf.InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
  }

  /** The same log, whose records are kept for a look at them. */
  private static FeedbackLog recorded(FeedbackLog log) {
    return (FeedbackLog)
        Proxy.newProxyInstance(
            FeedbackLog.class.getClassLoader(),
            new Class<?>[] {FeedbackLog.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("begin")) {
                RECORDS.add(((byte[]) arguments[0]).clone());
              }
              try {
                return method.invoke(log, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause() == null ? e : e.getCause();
              }
            });
  }
}
