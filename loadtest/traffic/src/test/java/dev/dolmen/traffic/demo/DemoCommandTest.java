package dev.dolmen.traffic.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.dolmen.server.cli.terminal.Terminal;
import dev.dolmen.traffic.generator.ValidationTotals;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** A few seconds of the demonstration, the whole product included. */
class DemoCommandTest {
  private static final Pattern ADDRESS =
      Pattern.compile("(http://127\\.0\\.0\\.1:\\d+)/console/#key=(local_[\\w-]+)\\s");

  @TempDir Path folder;

  @Test
  void showsEverythingAndReports() throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    Terminal out = new Terminal(new PrintStream(bytes, true, StandardCharsets.UTF_8), false);
    Path json = folder.resolve("demo.json");
    CommandLine demo = new CommandLine(new DemoCommand(out));
    FutureTask<Integer> running =
        new FutureTask<>(() ->
            demo.execute(
                "--seconds",
                "3",
                "--rate",
                "100",
                "--warm-up",
                "1",
                "--console",
                "127.0.0.1:0",
                "--json",
                json.toString()));
    Thread.ofPlatform().start(running);
    assertTheConsoleIsThere(bytes, running);
    int exit = running.get();
    String text = bytes.toString(StandardCharsets.UTF_8);
    assertThat(exit).as(text).isZero();
    assertThat(text)
        .contains("taste changes")
        .contains("One session, before and after three clicks")
        .contains(", never clicked by anybody");
    JsonNode report = new ObjectMapper().readTree(json.toFile());
    for (String share : List.of("recall@20", "popularity_recall@20")) {
      assertThat(report.get(share).asDouble()).isBetween(0.0, 1.0);
    }
    for (String figure :
        List.of(
            "events_per_second", "latency_p50_ms", "latency_p99_ms", "freshness_p99_ms", "rows")) {
      assertThat(report.has(figure)).as(figure).isTrue();
    }
    assertThat(report.get("events").asLong()).isPositive();
    assertThat(report.get("cold_item_rank").asInt()).isBetween(1, 2_100);
    assertThat(report.get("cold_item_ranks")).hasSize(9);
  }

  private static void assertTheConsoleIsThere(
      ByteArrayOutputStream printed, FutureTask<Integer> running) throws Exception {
    Matcher address = ADDRESS.matcher("");
    while (!running.isDone() && !address.reset(printed.toString(StandardCharsets.UTF_8)).find()) {
      Thread.sleep(20);
    }
    assertThat(address.reset(printed.toString(StandardCharsets.UTF_8)).find()).isTrue();
    assertThat(status(address.group(1) + "/console/", "")).isEqualTo(200);
    assertThat(status(address.group(1) + "/v1/schema", "")).isEqualTo(401);
    assertThat(status(address.group(1) + "/v1/schema", address.group(2))).isEqualTo(200);
  }

  private static int status(String url, String key) throws IOException, InterruptedException {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url));
    if (!key.isEmpty()) {
      request.header("authorization", "Bearer " + key);
    }
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(request.build(), BodyHandlers.discarding()).statusCode();
    }
  }

  @Test
  void anAddressThatCannotBeListenedOnIsNamed() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String place = "127.0.0.1:" + taken.getLocalPort();
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      Terminal out = new Terminal(new PrintStream(bytes, true, StandardCharsets.UTF_8), false);
      int exit = new CommandLine(new DemoCommand(out)).execute("--warm-up=0", "--console", place);
      assertThat(exit).isEqualTo(1);
      assertThat(bytes.toString(StandardCharsets.UTF_8))
          .contains("--console: " + place + " cannot be listened on");
    }
  }

  /** The picture in the README has 100 columns, and is made on machines that are slow. */
  @Test
  void linesHaveRoomForSlowMachines() {
    ValidationTotals none = ValidationTotals.ZERO;
    assertThat(DemoView.line(59_999, none, none, 100_000, 99_999, 99_999))
        .hasSizeLessThanOrEqualTo(100)
        .endsWith("visible 99999 ms");
  }

  @Test
  void theWayThroughTheCategoriesIsNotCutAtAHundredColumns() {
    ProductCatalog catalog = new ProductCatalog(ShopVocabulary.load(), 1);
    assertThat(catalog.products())
        .allSatisfy(p -> assertThat(Finale.way(p, 20)).hasSizeLessThanOrEqualTo(20));
    Product first = catalog.products().getFirst();
    assertThat(Finale.way(first, 60))
        .isEqualTo(first.department() + " › " + first.category() + " › " + first.typeName());
  }

  @Test
  void drawsATerminal() throws IOException {
    Path file = folder.resolve("demo.svg");
    TerminalPicture.write(
        file, "./dolmen demo", List.of("recall  <20>  ▂█", "x".repeat(50) + " y"), 40);
    String svg = Files.readString(file);
    assertThat(svg)
        .contains(">recall</text>", "x=\"82.4\" y=\"63.0\" fill=\"#d6d9e0\">&lt;20></text>")
        .contains("<rect x=\"129.2\" y=\"63.5\" width=\"7.8\" height=\"4.5\"")
        .contains("x".repeat(39) + "…<")
        .doesNotContain("y</text>");
  }
}
