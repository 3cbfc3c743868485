package dev.dolmen.traffic.generator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.util.Timestamps;
import dev.dolmen.parameterstore.schema.KnotOptions;
import dev.dolmen.parameterstore.schema.RowOptions;
import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.parameterstore.schema.Slot;
import dev.dolmen.parameterstore.schema.SlotKind;
import dev.dolmen.parameterstore.schema.SparseOptimizerOptions;
import dev.dolmen.server.StandaloneServer;
import dev.dolmen.server.access.KeyFile;
import dev.dolmen.server.access.Role;
import dev.dolmen.server.cli.terminal.Terminal;
import dev.dolmen.server.config.DolmenConfig;
import dev.dolmen.traffic.local.LocalServer;
import dev.dolmen.v1.EventType;
import dev.dolmen.v1.FeedbackEvent;
import dev.dolmen.v1.Item;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.IExitCodeGenerator;

/** Load on a server in this process, and what is said where there is nothing to load. */
class LoadCommandTest {
  @TempDir Path folder;
  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

  private int run(String... arguments) {
    Terminal out = new Terminal(new PrintStream(printed, true, StandardCharsets.UTF_8), false);
    return new CommandLine(new LoadCommand(out, out))
        .setExecutionExceptionHandler((e, line, given) -> {
          if (e instanceof IExitCodeGenerator code) {
            return code.getExitCode();
          }
          throw e;
        })
        .execute(arguments);
  }

  private static Schema schema() {
    SparseOptimizerOptions optimizer =
        new SparseOptimizerOptions(SparseOptimizerOptions.Kind.ROW_WISE_ADAGRAD, 0.1f, 0.1f, 0, 0);
    RowOptions rows = new RowOptions(16, 1, 0, 10_000, optimizer, 0.05f);
    return new Schema(
        List.of(new Slot("item_id", SlotKind.ID, false, 1, 1, KnotOptions.NONE, rows)));
  }

  @Test
  void showsItsKeyAndSaysWhyItIsNotLetIn() throws Exception {
    KeyFile keys = new KeyFile("keys", folder.resolve("keys"));
    String key =
        keys.create("load", Set.of(Role.READ), Instant.EPOCH, null, new SecureRandom()).text();
    try (StandaloneServer server =
        StandaloneServer.start(DolmenConfig.defaults(folder, schema()))) {
      String target = "127.0.0.1:" + server.port();
      assertThat(run("--server", target, "--rate", "10")).isEqualTo(1);
      assertThat(printed.toString(StandardCharsets.UTF_8))
          .contains("dolmen load: " + target + ": the server asks for a key: the call has no key");
      String file = Files.writeString(folder.resolve("load.key"), key).toString();
      assertThat(run("--server", target, "--rate", "10", "--key-file", file)).isEqualTo(1);
      assertThat(printed.toString(StandardCharsets.UTF_8)).contains("the catalogue is empty");
    }
  }

  @Test
  void measuresAServer() throws IOException, InterruptedException {
    Path json = folder.resolve("load.json");
    try (LocalServer server = LocalServer.start(DolmenConfig.defaults(folder, schema()));
        Connection connection = Connection.toLocal(server.port())) {
      String target = connection.target();
      assertThat(run("--server", target, "--rate", "10")).isEqualTo(1);
      assertThat(printed.toString(StandardCharsets.UTF_8)).contains("the catalogue is empty");
      CatalogUpload.upload(
          connection,
          IntStream.range(0, 50)
              .mapToObj(i -> Item.newBuilder().setItemId("i" + i).build())
              .toList());
      int exit =
          run(
              "--server",
              target,
              "--rate",
              "100",
              "--seconds",
              "2",
              "--warm-up",
              "1",
              "--json",
              json.toString());
      assertThat(exit).as(printed.toString(StandardCharsets.UTF_8)).isZero();
    }
    JsonNode report = new ObjectMapper().readTree(json.toFile());
    for (String kind : List.of("recommend", "publish")) {
      JsonNode figures = report.get(kind);
      assertThat(figures.get("sent").asLong())
          .isEqualTo(figures.get("answered").asLong() + figures.get("failed").asLong());
      assertThat(figures.get("answered").asLong()).isPositive();
    }
    assertThat(report.get("latency_p99_ms").asDouble())
        .isGreaterThanOrEqualTo(report.get("latency_p50_ms").asDouble());
  }

  /** Each click that is acknowledged has its time once it is visible, a duplicate has none. */
  @Test
  void followsEveryClickUntilItIsVisible() throws IOException, InterruptedException {
    try (LocalServer server = LocalServer.start(DolmenConfig.defaults(folder, schema()));
        Connection connection = Connection.toLocal(server.port())) {
      CatalogUpload.upload(connection, List.of(Item.newBuilder().setItemId("i").build()));
      VisibilityWatch watch = new VisibilityWatch(connection, "i");
      try (watch;
          FeedbackStream stream =
              new FeedbackStream(
                  connection.feedback(), 64, 8, (ack, sent) -> watch.acknowledged(ack))) {
        for (int i = 0; i < 101; i++) {
          stream.send(
              FeedbackEvent.newBuilder()
                  .setEventId("e" + i % 100)
                  .setSessionId("s" + i % 10)
                  .setItemId("i")
                  .setType(EventType.EVENT_TYPE_CLICK)
                  .setTime(Timestamps.fromMillis(System.currentTimeMillis()))
                  .build(),
              System.nanoTime());
        }
        stream.drain();
      }
      assertThat(watch.latencies().total().getTotalCount()).isEqualTo(100);
      assertThat(watch.notFollowed()).isZero();
    }
  }

  @Test
  void saysWhereNobodyListens() {
    assertThat(run("--server", "127.0.0.1:1", "--rate", "10")).isEqualTo(1);
    assertThat(printed.toString(StandardCharsets.UTF_8))
        .contains("127.0.0.1:1: nobody answers there");
    assertThat(run("--server", "nowhere", "--rate", "10")).isEqualTo(1);
    assertThat(run("--rate", "-1")).isEqualTo(2);
  }
}
