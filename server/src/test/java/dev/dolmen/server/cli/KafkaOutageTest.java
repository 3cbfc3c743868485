package dev.dolmen.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Timestamp;
import com.google.rpc.RetryInfo;
import dev.dolmen.trainer.log.KafkaBroker;
import dev.dolmen.trainer.log.KafkaLogOptions;
import dev.dolmen.v1.Acknowledgement;
import dev.dolmen.v1.CatalogServiceGrpc;
import dev.dolmen.v1.EventType;
import dev.dolmen.v1.FeedbackEvent;
import dev.dolmen.v1.FeedbackServiceGrpc;
import dev.dolmen.v1.Item;
import dev.dolmen.v1.PublishRequest;
import dev.dolmen.v1.UpsertItemsRequest;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A server process whose broker is away at the start, and whose topic is deleted under load. */
@Timeout(value = 240, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // Else it waits for ever.
class KafkaOutageTest {
  private static final String ITEM = "i";

  @TempDir Path directory;
  private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
  private long events;

  private Process serve(KafkaLogOptions kafka, int port, int metricsPort) throws IOException {
    Path config = directory.resolve("dolmen.yaml");
    Files.writeString(
        config,
        """
        data_directory: %s
        server: {host: 127.0.0.1, warm_up: 0s}
        schema:
          slots:
            - {name: item_id, kind: id, dimension: 4}
        log:
          kind: kafka
          kafka: {bootstrap_servers: "%s", topic: %s, timeout: 2s}
        """
            .formatted(directory.resolve("data"), kafka.bootstrapServers(), kafka.topic()));
    List<String> command = new ArrayList<>(ServeProcess.command(config));
    command.set(command.indexOf("--port") + 1, Integer.toString(port));
    command.set(command.indexOf("--metrics-port") + 1, Integer.toString(metricsPort));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    BufferedReader log =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    Thread.ofVirtual().start(() -> log.lines().forEach(lines::add));
    return process;
  }

  private void awaitLine(String text) throws InterruptedException {
    String line = "";
    while (!line.contains(text)) {
      line = lines.take();
    }
  }

  private static String ready(int metricsPort, String path) throws InterruptedException {
    URI uri = URI.create("http://127.0.0.1:" + metricsPort + path);
    try (HttpClient client = HttpClient.newHttpClient()) {
      var answer = client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
      return answer.statusCode() + " " + answer.body();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private PublishRequest click() {
    return PublishRequest.newBuilder()
        .addEvents(
            FeedbackEvent.newBuilder()
                .setEventId("e" + events++)
                .setSessionId("s")
                .setItemId(ITEM)
                .setType(EventType.EVENT_TYPE_CLICK)
                .setTime(Timestamp.newBuilder().setSeconds(1_700_000_000)))
        .build();
  }

  @Test
  void whatIsAwayIsSaidOnce() throws Exception {
    int port;
    int metrics;
    try (ServerSocket free = new ServerSocket(0);
        ServerSocket other = new ServerSocket(0)) {
      port = free.getLocalPort();
      metrics = other.getLocalPort();
    }
    try (KafkaBroker broker = KafkaBroker.start(directory.resolve("broker"))) {
      KafkaLogOptions kafka = broker.options(Duration.ofSeconds(20));
      broker.stop();
      Process process = serve(kafka, port, metrics);
      try {
        awaitLine("Waiting for the feedback log: Kafka at " + kafka.bootstrapServers());
        assertThat(ready(metrics, "/readyz"))
            .startsWith("503 ")
            .contains("starting: waiting for the feedback log: Kafka at");
        broker.start();
        awaitLine("Serving gRPC");
        ManagedChannel channel =
            Grpc.newChannelBuilder("127.0.0.1:" + port, InsecureChannelCredentials.create())
                .build();
        try {
          lose(kafka, channel, metrics);
        } finally {
          channel.shutdownNow();
        }
      } finally {
        process.destroyForcibly().waitFor();
      }
    }
  }

  private void lose(KafkaLogOptions kafka, ManagedChannel channel, int metrics) throws Exception {
    var catalog = CatalogServiceGrpc.newBlockingStub(channel);
    var feedback = FeedbackServiceGrpc.newBlockingStub(channel);
    assertThat(
            catalog
                .upsertItemsBatch(
                    UpsertItemsRequest.newBuilder()
                        .addItems(Item.newBuilder().setItemId(ITEM))
                        .build())
                .getUpserted())
        .isEqualTo(1);
    assertThat(feedback.publishBatch(click()).getAcknowledgements(0).getStatus())
        .isEqualTo(Acknowledgement.Status.STATUS_ACCEPTED);
    assertThat(ready(metrics, "/readyz/feedback")).startsWith("200 ");
    lines.clear();
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
      admin.deleteTopics(List.of(kafka.topic())).all().get();
    }
    StatusRuntimeException refused = null;
    for (int i = 0; i < 2_000 || refused == null; i++) {
      try {
        feedback.publishBatch(click());
      } catch (StatusRuntimeException e) {
        refused = e;
      }
    }
    assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    var status = StatusProto.fromThrowable(refused);
    assertThat(status).isNotNull();
    assertThat(status.getDetails(0).is(RetryInfo.class)).isTrue();
    while (!ready(metrics, "/readyz/feedback").contains("is not in the cluster any more")) {
      Thread.sleep(100);
    }
    assertThat(ready(metrics, "/readyz")).startsWith("200 ");
    awaitLine("The feedback log is away: ");
    assertThat(List.copyOf(lines)).hasSizeLessThan(5);
  }
}
