package dev.dolmen.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dolmen.trainer.snapshot.SnapshotOptions;
import dev.dolmen.v1.CreateSnapshotRequest;
import dev.dolmen.v1.DeleteItemsRequest;
import dev.dolmen.v1.FeedbackServiceGrpc;
import dev.dolmen.v1.GetItemRequest;
import dev.dolmen.v1.GetStatusRequest;
import dev.dolmen.v1.ListItemsRequest;
import dev.dolmen.v1.PublishRequest;
import dev.dolmen.v1.PublishResponse;
import dev.dolmen.v1.RecommendRequest;
import dev.dolmen.v1.RecommendResponse;
import dev.dolmen.v1.SessionContext;
import dev.dolmen.v1.SessionEvent;
import dev.dolmen.v1.StatusResponse;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An old snapshot, served over a real socket beside the server that owns the directory. */
class SnapshotServingTest {
  @TempDir Path directory;

  private static RecommendRequest request(String session, String... items) {
    SessionContext.Builder context = SessionContext.newBuilder().setSessionId(session);
    for (String item : items) {
      context.addEvents(SessionEvent.newBuilder().setItemId(item));
    }
    return RecommendRequest.newBuilder().setSession(context).setK(30).build();
  }

  private static String snapshot(TestServer server) {
    return server
        .admin()
        .createSnapshot(CreateSnapshotRequest.getDefaultInstance())
        .getSnapshotId();
  }

  @Test
  void anOldSnapshotIsServedAndNothingIsTakenOrWritten() throws Exception {
    // It merges nothing by itself meanwhile: what is written, the reader would have written.
    SnapshotOptions unmerged =
        SnapshotOptions.defaults()
            .with(s ->
                s.intervalSec(0)
                    .onClose(false)
                    .maxDeltas(100)
                    .compactShare(100)
                    .copyBytes(1L << 20));
    try (TestServer owner =
        new TestServer(TestServer.config(directory).withEngine(e -> e.snapshots(unmerged)))) {
      for (int i = 0; i < 20; i++) {
        owner.upsert(TestServer.item("i" + i, i % 2 == 0 ? "books" : "shoes", i).build());
      }
      owner.click("before", "i1", "i3", "i5");
      RecommendRequest inline = request("", "i2", "i4").toBuilder().setNoImpression(true).build();
      RecommendResponse then = owner.recommendations().recommend(inline);
      String old = snapshot(owner);
      owner.upsert(TestServer.item("late", "books", 1).build());
      owner.click("after", "i2", "late", "i4");
      snapshot(owner);

      Map<String, Long> files = files();
      try (SnapshotServer started =
              SnapshotServer.start(TestServer.config(directory), old, TestServer.ticking());
          TestServer server = new TestServer(started.port())) {
        // The owner may delete it: it was read.
        delete(directory.resolve("snapshots").resolve(old));
        RecommendResponse now = server.recommendations().recommend(inline);
        assertThat(now.getModelVersion()).isEqualTo(then.getModelVersion());
        assertThat(now.getItemsList()).isEqualTo(then.getItemsList());
        assertThat(server.recommendations().recommend(request("before")).getSessionEventsUsed())
            .isEqualTo(3);
        assertThat(server.recommendations().recommend(request("after")).getSessionEventsUsed())
            .isZero();
        assertThat(server.recommendations().recommend(request("x", "late")).getUnknownItemIdsList())
            .containsExactly("late");
        assertThat(server.catalog().listItems(ListItemsRequest.getDefaultInstance()).getItemsList())
            .hasSize(20);
        refusesEveryWrite(server, old);
        StatusResponse status = server.admin().getStatus(GetStatusRequest.getDefaultInstance());
        assertThat(status.getServedSnapshotId()).isEqualTo(old);
        assertThat(status.getNotReadyReason()).isEmpty();
        assertThat(status.getCatalogItems()).isEqualTo(20);
        assertThat(health(server, "")).isEqualTo(ServingStatus.SERVING);
        assertThat(health(server, "dolmen.v1.FeedbackService"))
            .isEqualTo(ServingStatus.NOT_SERVING);
      }
      files.keySet().removeIf(file -> file.contains(old));
      assertThat(files()).isEqualTo(files);
      owner.click("on", "late");
      assertThat(owner.catalog().getItem(GetItemRequest.newBuilder().setItemId("late").build()))
          .isNotNull();
    }
  }

  private static void refusesEveryWrite(TestServer server, String id) {
    CompletableFuture<PublishResponse> stream = new CompletableFuture<>();
    for (ThrowingCallable write :
        new ThrowingCallable[] {
          () -> server.publish(TestServer.event("e", "s", "i1", 1).build()),
          () -> {
            var requests =
                FeedbackServiceGrpc.newStub(server.channel)
                    .withDeadlineAfter(30, TimeUnit.SECONDS)
                    .publish(new TestServer.Answer<>(stream));
            requests.onNext(PublishRequest.getDefaultInstance());
            stream.get();
          },
          () -> server.upsert(TestServer.item("i1", "books", 1).build()),
          () ->
              server
                  .catalog()
                  .deleteItems(DeleteItemsRequest.newBuilder().addItemIds("i1").build()),
          () -> snapshot(server)
        }) {
      assertThatThrownBy(write)
          .hasMessageContaining("FAILED_PRECONDITION")
          .hasMessageContaining("it serves snapshot " + id);
    }
  }

  @Test
  void anUnknownSnapshotIsAnsweredWithThoseThatThereAre() throws Exception {
    List<String> ids = new ArrayList<>();
    try (TestServer owner = new TestServer(directory)) {
      owner.upsert(TestServer.item("i", "books", 1).build());
      ids.add(snapshot(owner));
      owner.click("s", "i");
      ids.add(snapshot(owner));
    }
    for (String wrong : List.of("17", "../x", "")) {
      assertThatThrownBy(() ->
              SnapshotServer.start(TestServer.config(directory), wrong, TestServer.ticking())
                  .close())
          .isInstanceOf(StartException.class)
          .hasMessageContaining("\"" + wrong + "\"")
          .hasMessageContaining(ids.get(0))
          .hasMessageContaining(ids.get(1));
    }
    Path none = directory.resolve("none");
    assertThatThrownBy(
            () -> SnapshotServer.start(TestServer.config(none), "17", TestServer.ticking()).close())
        .isInstanceOf(StartException.class)
        .hasMessageContaining("which holds none");
    assertThat(none).doesNotExist();
  }

  /** Paths and sizes of what is in the directory. */
  private Map<String, Long> files() throws IOException {
    Map<String, Long> files = new TreeMap<>();
    try (Stream<Path> paths = Files.walk(directory)) {
      for (Path path : paths.filter(Files::isRegularFile).toList()) {
        files.put(path.toString(), Files.size(path));
      }
    }
    return files;
  }

  private static void delete(Path snapshot) throws IOException {
    try (Stream<Path> files = Files.list(snapshot)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(snapshot);
  }

  private static ServingStatus health(TestServer server, String service) {
    return HealthGrpc.newBlockingStub(server.channel)
        .withDeadlineAfter(30, TimeUnit.SECONDS)
        .check(HealthCheckRequest.newBuilder().setService(service).build())
        .getStatus();
  }
}
