package dev.dolmen.server;

import static dev.dolmen.server.TestServer.item;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.dolmen.server.access.KeyFile;
import dev.dolmen.server.access.KeyText;
import dev.dolmen.server.access.Role;
import dev.dolmen.server.config.AuditConfig;
import dev.dolmen.server.config.DolmenConfig;
import dev.dolmen.v1.AdminServiceGrpc;
import dev.dolmen.v1.CatalogServiceGrpc;
import dev.dolmen.v1.CreateSnapshotRequest;
import dev.dolmen.v1.DeleteItemsRequest;
import dev.dolmen.v1.GetStatusRequest;
import dev.dolmen.v1.ListItemsRequest;
import dev.dolmen.v1.UpsertItemsRequest;
import dev.dolmen.v1.UpsertItemsResponse;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the audit log says, of real calls with real keys. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // Else it waits for ever.
class AuditTest {
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  @TempDir Path directory;

  @Test
  void eachChangeIsThereWithWhoAndWhatCameOfIt() throws Exception {
    KeyText shop = key("shop", Role.CATALOG);
    KeyText operator = key("operator", Role.ADMIN, Role.READ);
    try (TestServer server = new TestServer(TestServer.config(data()))) {
      UpsertItemsResponse upserted = upsert(as(server, shop), 300);
      CatalogServiceGrpc.newBlockingStub(as(server, shop))
          .deleteItems(
              DeleteItemsRequest.newBuilder().addItemIds("item7").addItemIds("nobody").build());
      String snapshot =
          AdminServiceGrpc.newBlockingStub(as(server, operator))
              .createSnapshot(CreateSnapshotRequest.getDefaultInstance())
              .getSnapshotId();
      // Reading changes nothing.
      AdminServiceGrpc.newBlockingStub(as(server, operator))
          .getStatus(GetStatusRequest.getDefaultInstance());
      CatalogServiceGrpc.newBlockingStub(as(server, operator))
          .listItems(ListItemsRequest.getDefaultInstance());

      List<JsonNode> entries = entries();
      assertThat(entries).hasSize(3);
      JsonNode upsert = entries.get(0);
      assertThat(upsert.get("principal").asText()).isEqualTo("shop");
      assertThat(upsert.get("method").asText()).isEqualTo("dolmen.v1.CatalogService/UpsertItems");
      assertThat(upsert.get("remote").asText()).matches("127\\.0\\.0\\.1:\\d+");
      assertThat(Instant.parse(upsert.get("time").asText()))
          .isBetween(TestServer.NOW, TestServer.NOW.plusSeconds(3_600));
      assertThat(upsert.get("items").asLong()).isEqualTo(302);
      assertThat(upsert.get("item_ids").toString())
          .isEqualTo("[\"item0\",\"item1\",\"item2\",\"item3\",\"item4\"]");
      assertThat(upsert.get("upserted").asLong()).isEqualTo(300);
      assertThat(upsert.get("rejected").asLong()).isEqualTo(2);
      assertThat(upsert.get("log_offset").asLong()).isEqualTo(upserted.getLogOffset());
      assertThat(upsert.get("status").asText()).isEqualTo("OK");
      JsonNode delete = entries.get(1);
      assertThat(delete.get("item_ids").toString()).isEqualTo("[\"item7\",\"nobody\"]");
      assertThat(delete.get("deleted").asLong()).isEqualTo(1);
      assertThat(delete.get("unknown").asLong()).isEqualTo(1);
      assertThat(entries.get(2).get("principal").asText()).isEqualTo("operator");
      assertThat(entries.get(2).get("snapshot_id").asText()).isEqualTo(snapshot);
    }
  }

  @Test
  void whoeverIsNotLetInIsThereWithoutTheKey() throws Exception {
    KeyText reader = key("reader", Role.READ);
    try (TestServer server = new TestServer(TestServer.config(data()))) {
      refused(() ->
          CatalogServiceGrpc.newBlockingStub(as(server, reader))
              .deleteItems(DeleteItemsRequest.newBuilder().addItemIds("a").build()));
      refused(() ->
          AdminServiceGrpc.newBlockingStub(server.channel)
              .getStatus(GetStatusRequest.getDefaultInstance()));
      List<JsonNode> entries = entries();
      assertThat(entries).hasSize(2);
      assertThat(entries.get(0).get("principal").asText()).isEqualTo("reader");
      assertThat(entries.get(0).get("status").asText()).isEqualTo("PERMISSION_DENIED");
      assertThat(entries.get(0).get("method").asText())
          .isEqualTo("dolmen.v1.CatalogService/DeleteItems");
      assertThat(entries.get(1).get("principal")).isNull();
      assertThat(entries.get(1).get("status").asText()).isEqualTo("UNAUTHENTICATED");
      assertThat(Files.readString(file())).doesNotContain(reader.secret());
    }
  }

  @Test
  void tryingAgainAndAgainDoesNotFillTheFiles() throws Exception {
    KeyText reader = key("reader", Role.READ);
    KeyText operator = key("operator", Role.ADMIN);
    try (TestServer server = new TestServer(TestServer.config(data()))) {
      for (int i = 0; i < 500; i++) {
        refused(() ->
            AdminServiceGrpc.newBlockingStub(as(server, reader))
                .getStatus(GetStatusRequest.getDefaultInstance()));
      }
      AdminServiceGrpc.newBlockingStub(as(server, operator))
          .createSnapshot(CreateSnapshotRequest.getDefaultInstance());
      List<JsonNode> entries = entries();
      double skipped =
          server
              .running()
              .meters()
              .get("dolmen.audit.missing")
              .tag("reason", "rate")
              .counter()
              .count();
      assertThat(skipped).isPositive();
      assertThat(entries).hasSize(501 - (int) skipped);
      assertThat(entries.getLast().get("status").asText()).isEqualTo("OK");
      long told = entries.stream().mapToLong(e -> e.path("refused_before").asLong()).sum();
      assertThat(told).isEqualTo((long) skipped);
    }
  }

  @Test
  void whatIsCancelledOrRefusedMidwayIsThereToo() throws Exception {
    KeyText shop = key("shop", Role.CATALOG);
    try (TestServer server = new TestServer(TestServer.config(data()))) {
      ClientCall<UpsertItemsRequest, UpsertItemsResponse> call =
          as(server, shop).newCall(CatalogServiceGrpc.getUpsertItemsMethod(), CallOptions.DEFAULT);
      call.start(new ClientCall.Listener<>() {}, new Metadata());
      call.request(1);
      call.sendMessage(request("left"));
      while (server.running().engine().live().catalog().item("left") == null) {
        LockSupport.parkNanos(100_000);
      }
      call.cancel("gone", null);
      List<JsonNode> entries = entries();
      while (entries.isEmpty()) {
        LockSupport.parkNanos(100_000);
        entries = entries();
      }
      assertThat(entries.getFirst().get("status").asText()).isEqualTo("CANCELLED");
      assertThat(entries.getFirst().get("item_ids").toString()).isEqualTo("[\"left\"]");

      CompletableFuture<UpsertItemsResponse> answer = new CompletableFuture<>();
      StreamObserver<UpsertItemsRequest> out =
          CatalogServiceGrpc.newStub(as(server, shop)).upsertItems(new TestServer.Answer<>(answer));
      out.onNext(request("kept"));
      out.onNext(UpsertItemsRequest.getDefaultInstance());
      assertThatThrownBy(answer::join).hasMessageContaining("items: 0 items");
      assertThat(entries().getLast().get("status").asText()).isEqualTo("INVALID_ARGUMENT");
      assertThat(entries().getLast().get("item_ids").toString()).isEqualTo("[\"kept\"]");
    }
  }

  @Test
  void aLogThatCannotBeWrittenStopsNothingAndIsSaid() throws Exception {
    try (TestServer server = new TestServer(TestServer.config(data()))) {
      Path folder = data().resolve("audit");
      Files.writeString(folder, "in the way");
      server.upsert(item("a", "books", 1).build());
      server.upsert(item("b", "books", 1).build());
      assertThat(missing(server, "failed")).isEqualTo(2);
      Files.delete(folder);
      server.upsert(item("c", "books", 1).build());
      assertThat(entries()).hasSize(1);
      assertThat(entries().getFirst().get("missing_before").asLong()).isEqualTo(2);
      assertThat(entries().getFirst().get("principal").asText()).isEqualTo("anybody");
      assertThat(missing(server, "failed")).isEqualTo(2);
    }
  }

  @Test
  void itCanBeSwitchedOff() throws Exception {
    DolmenConfig config = TestServer.config(data());
    DolmenConfig off = config.withServer(config.server().with(s -> s.audit(AuditConfig.OFF)));
    try (TestServer server = new TestServer(off)) {
      server.upsert(item("a", "books", 1).build());
    }
    assertThat(data().resolve("audit")).doesNotExist();
  }

  private static double missing(TestServer server, String reason) {
    return server
        .running()
        .meters()
        .get("dolmen.audit.missing")
        .tag("reason", reason)
        .counter()
        .count();
  }

  private Path data() {
    return directory.resolve("data");
  }

  private Path file() {
    return data().resolve("audit").resolve("audit.jsonl");
  }

  private List<JsonNode> entries() throws Exception {
    List<JsonNode> entries = new ArrayList<>();
    if (Files.exists(file())) {
      for (String line : Files.readAllLines(file())) {
        entries.add(new JsonMapper().readTree(line));
      }
    }
    return entries;
  }

  private KeyText key(String name, Role... roles) throws Exception {
    return new KeyFile("keys", data().resolve("keys"))
        .create(name, Set.of(roles), TestServer.NOW, null, new SecureRandom());
  }

  private static Channel as(TestServer server, @Nullable KeyText key) {
    Metadata headers = new Metadata();
    if (key != null) {
      headers.put(AUTHORIZATION, "Bearer " + key.text());
    }
    return ClientInterceptors.intercept(
        server.channel, MetadataUtils.newAttachHeadersInterceptor(headers));
  }

  private static void refused(Runnable call) {
    assertThatThrownBy(call::run).isInstanceOf(StatusRuntimeException.class);
  }

  private static UpsertItemsRequest request(String id) {
    return UpsertItemsRequest.newBuilder().addItems(item(id, "books", 1)).build();
  }

  /** So many items in several messages, and two that are not valid. */
  private static UpsertItemsResponse upsert(Channel channel, int n) {
    CompletableFuture<UpsertItemsResponse> answer = new CompletableFuture<>();
    StreamObserver<UpsertItemsRequest> out =
        CatalogServiceGrpc.newStub(channel).upsertItems(new TestServer.Answer<>(answer));
    for (int i = 0; i < n; i++) {
      out.onNext(request("item" + i));
    }
    out.onNext(request(""));
    out.onNext(request("x".repeat(5_000)));
    out.onCompleted();
    return answer.join();
  }
}
