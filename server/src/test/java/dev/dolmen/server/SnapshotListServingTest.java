package dev.dolmen.server;

import static dev.dolmen.server.HttpClientCalls.good;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dolmen.trainer.snapshot.SnapshotOptions;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The snapshots on disk and the room there, asked over HTTP. */
class SnapshotListServingTest {
  private static final String PATH = "/v1/snapshots";

  @TempDir Path directory;

  private static JsonNode take(HttpClientCalls http) throws Exception {
    HttpRequest.Builder post =
        http.request(PATH)
            .header("content-type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString("{}"));
    return good(http.send(post));
  }

  @Test
  void snapshotsAreListedTheNewestFirstWithTheDamagedOnes() throws Exception {
    // It merges nothing by itself, so that the second builds on the first.
    SnapshotOptions unmerged =
        SnapshotOptions.defaults()
            .with(s -> s.intervalSec(0).onClose(false).maxDeltas(100).compactShare(100));
    try (TestServer server =
            new TestServer(TestServer.config(directory).withEngine(e -> e.snapshots(unmerged)));
        HttpClientCalls http = new HttpClientCalls(server.running().httpPort())) {
      JsonNode before = good(http.get(PATH));
      assertThat(before.get("snapshots")).isEmpty();
      long total = before.get("disk_total_bytes").asLong();
      assertThat(total).isEqualTo(Files.getFileStore(directory).getTotalSpace());
      assertThat(before.get("disk_free_bytes").asLong()).isBetween(1L, total);
      assertThat(before.get("disk_min_free_bytes").asLong()).isEqualTo(256L << 20);
      Instant began = Instant.now().minusSeconds(5);
      server.upsert(TestServer.item("a", "books", 1).build());
      JsonNode first = take(http);
      server.upsert(TestServer.item("b", "books", 2).build());
      JsonNode second = take(http);
      JsonNode listed = good(http.get(PATH)).get("snapshots");
      assertThat(listed.findValuesAsText("snapshot_id"))
          .containsExactly(second.get("snapshot_id").asText(), first.get("snapshot_id").asText());
      JsonNode newest = listed.get(0);
      assertThat(newest.get("parent_id")).isEqualTo(first.get("snapshot_id"));
      assertThat(newest.get("bytes")).isEqualTo(second.get("bytes"));
      assertThat(newest.get("log_offset")).isEqualTo(second.get("log_offset"));
      assertThat(newest.get("model_version")).isEqualTo(second.get("model_version"));
      assertThat(Instant.parse(newest.get("time").asText()))
          .isBetween(began, Instant.now().plusSeconds(5));
      assertThat(newest.get("damage").asText()).isEmpty();
      assertThat(listed.at("/1/parent_id").asText()).isEmpty();

      Path manifest =
          directory
              .resolve("snapshots")
              .resolve(first.get("snapshot_id").asText())
              .resolve("manifest");
      Files.writeString(manifest, Files.readString(manifest).replace("batches", "botches"));
      JsonNode damaged = good(http.get(PATH)).get("snapshots");
      assertThat(damaged).hasSize(2);
      assertThat(damaged.at("/1/damage").asText()).contains("checksum");
      assertThat(damaged.at("/0/damage").asText()).as("what it builds on").contains("checksum");
    }
  }
}
