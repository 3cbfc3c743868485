package dev.dolmen.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolmen.v1.Acknowledgement.Status;
import dev.dolmen.v1.AdminServiceGrpc;
import dev.dolmen.v1.CatalogServiceGrpc;
import dev.dolmen.v1.CreateSnapshotRequest;
import dev.dolmen.v1.EventType;
import dev.dolmen.v1.FeedbackEvent;
import dev.dolmen.v1.FeedbackServiceGrpc;
import dev.dolmen.v1.Item;
import dev.dolmen.v1.PublishRequest;
import dev.dolmen.v1.PublishResponse;
import dev.dolmen.v1.RecommendRequest;
import dev.dolmen.v1.RecommendationServiceGrpc;
import dev.dolmen.v1.SessionContext;
import dev.dolmen.v1.SlotValue;
import dev.dolmen.v1.UpsertItemsRequest;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A server that may open few files, and callers who open more connections and say nothing. */
class FewFilesTest {
  /** The JVM opens each file of the class path, and Chronicle's compiler does so once more. */
  private static final int FILES =
      220 + 2 * System.getProperty("java.class.path").split(File.pathSeparator).length;

  private static final int SILENT = FILES + 100;
  private static final Pattern PORTS =
      Pattern.compile("Serving gRPC on [^ ]*:(\\d+), .* and metrics on [^ ]*:(\\d+)");

  @TempDir Path directory;
  private int events;

  private static Process serve(Path config) throws IOException {
    List<String> command = new ArrayList<>();
    Collections.addAll(command, "bash", "-c", "ulimit -n " + FILES + " && exec \"$@\"", "serve");
    command.addAll(ServeProcess.command(config));
    return new ProcessBuilder(command).redirectErrorStream(true).start();
  }

  private Path config() throws IOException {
    return Files.writeString(
        directory.resolve("c.yaml"),
        """
        data_directory: "%s"
        server: {host: 127.0.0.1, metrics_host: 127.0.0.1, warm_up: 0s}
        log: {min_free_bytes: 16MiB, segment_bytes: 1MiB}
        schema:
          slots:
            - {name: item_id, kind: id}
            - {name: category, kind: category}
        """
            .formatted(directory.resolve("data")));
  }

  private PublishRequest click(int count) {
    PublishRequest.Builder request = PublishRequest.newBuilder();
    for (int i = 0; i < count; i++) {
      FeedbackEvent.Builder event =
          FeedbackEvent.newBuilder()
              .setEventId("e" + events++)
              .setSessionId("s" + "x".repeat(200) + events % 50)
              .setItemId("a")
              .setType(EventType.EVENT_TYPE_VIEW);
      event.getTimeBuilder().setSeconds(Instant.now().getEpochSecond());
      request.addEvents(event);
    }
    return request.build();
  }

  private static String metric(int port, String name) throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      String all =
          client
              .send(
                  HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/metrics"))
                      .build(),
                  BodyHandlers.ofString())
              .body();
      Matcher found = Pattern.compile("(?m)^" + name + " (\\S+)$").matcher(all);
      return found.find() ? found.group(1) : "none in " + all;
    }
  }

  @Test
  @Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // Else it hangs for ever.
  void silentConnectionsKeepNothingFromItsFiles() throws Exception {
    Process process = serve(config());
    List<Socket> silent = new ArrayList<>();
    try (BufferedReader log =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      List<String> lines = new ArrayList<>();
      Matcher ports = PORTS.matcher(ServeProcess.readUntil(log, lines, "Serving gRPC"));
      assertThat(ports.find()).as(String.join("\n", lines)).isTrue();
      int port = Integer.parseInt(ports.group(1));
      int metrics = Integer.parseInt(ports.group(2));
      assertThat(lines).anyMatch(l -> l.contains("server.limits.max_connections: 10000 is cut to"));
      Thread rest = Thread.ofVirtual().start(() -> log.lines().forEach(lines::add));
      ManagedChannel channel =
          Grpc.newChannelBuilder("127.0.0.1:" + port, InsecureChannelCredentials.create()).build();
      try {
        fill(channel);
        for (int i = 0; i < SILENT; i++) {
          silent.add(new Socket(InetAddress.getLoopbackAddress(), port));
        }
        useFiles(channel);
        assertThat(metric(metrics, "dolmen_impressions_dropped_total")).isEqualTo("0.0");
        assertThat(metric(metrics, "dolmen_connections_refused_total")).isNotEqualTo("0.0");
      } finally {
        channel.shutdownNow();
      }
      process.toHandle().destroy(); // SIGTERM
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      rest.join();
      assertThat(process.exitValue()).as(String.join("\n", lines)).isZero();
    } finally {
      for (Socket socket : silent) {
        socket.close();
      }
      process.destroyForcibly();
    }
  }

  private static void fill(ManagedChannel channel) {
    UpsertItemsRequest.Builder items = UpsertItemsRequest.newBuilder();
    for (String id : List.of("a", "b", "c")) {
      items.addItems(
          Item.newBuilder()
              .setItemId(id)
              .putSlots("category", SlotValue.newBuilder().setToken("x").build()));
    }
    assertThat(
            CatalogServiceGrpc.newBlockingStub(channel)
                .upsertItemsBatch(items.build())
                .getUpserted())
        .isEqualTo(3);
  }

  /** New files of the log, an impression, a snapshot. */
  private void useFiles(ManagedChannel channel) throws IOException {
    for (int batch = 0; batch < 20; batch++) {
      PublishResponse answer =
          FeedbackServiceGrpc.newBlockingStub(channel)
              .withDeadlineAfter(60, TimeUnit.SECONDS)
              .publishBatch(click(500));
      assertThat(answer.getAcknowledgementsList())
          .allMatch(a -> a.getStatus() == Status.STATUS_ACCEPTED);
    }
    try (var files = Files.list(directory.resolve("data").resolve("log"))) {
      assertThat(files.filter(f -> f.toString().endsWith(".cq4")).count()).isGreaterThan(2);
    }
    assertThat(
            RecommendationServiceGrpc.newBlockingStub(channel)
                .recommend(
                    RecommendRequest.newBuilder()
                        .setSession(SessionContext.newBuilder().setSessionId("new"))
                        .setK(2)
                        .build())
                .getItemsCount())
        .isEqualTo(2);
    assertThat(
            AdminServiceGrpc.newBlockingStub(channel)
                .withDeadlineAfter(60, TimeUnit.SECONDS)
                .createSnapshot(CreateSnapshotRequest.getDefaultInstance())
                .getSnapshotId())
        .isNotEmpty();
  }
}
