package dev.dolmen.traffic.replay;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.dolmen.server.cli.terminal.Terminal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.IExitCodeGenerator;

/** A small dataset through a whole server over a real socket, and what happens to a broken one. */
class ReplayCommandTest {
  private static final int ITEMS = 40;
  private static final int SESSIONS = 120;
  private static final int CLICKS = 5;

  @TempDir Path folder;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  /** Visitors walk from an item to the one after it, mostly. */
  @BeforeEach
  void write() throws IOException {
    Random random = new Random(1);
    StringBuilder items = new StringBuilder("item_id:token\tkind:token\n");
    for (int i = 0; i < ITEMS; i++) {
      items.append(i).append("\tk").append(i % 5).append('\n');
    }
    Files.writeString(folder.resolve("walk.item"), items);
    String header = "session_id:token\titem_id:token\ttimestamp:float\tdevice:token\n";
    StringBuilder train = new StringBuilder(header);
    StringBuilder test = new StringBuilder(header);
    int time = 0;
    for (int s = 0; s < SESSIONS; s++) {
      int item = random.nextInt(ITEMS);
      for (int c = 0; c < CLICKS; c++) {
        (s < SESSIONS * 3 / 4 ? train : test)
            .append(s)
            .append('\t')
            .append(item)
            .append('\t')
            .append(time++)
            .append(s % 2 == 0 ? "\tphone\n" : "\tdesktop\n");
        item = random.nextInt(10) == 0 ? random.nextInt(ITEMS) : (item + 1) % ITEMS;
      }
    }
    Files.writeString(folder.resolve("walk.train.inter"), train);
    Files.writeString(folder.resolve("walk.test.inter"), test);
  }

  private int run(String... arguments) {
    Terminal to = new Terminal(new PrintStream(out, true, StandardCharsets.UTF_8), false);
    Terminal errors = new Terminal(new PrintStream(err, true, StandardCharsets.UTF_8), false);
    return new CommandLine(new ReplayCommand(to, errors))
        .setExecutionExceptionHandler((e, line, given) -> {
          if (e instanceof IExitCodeGenerator code) {
            return code.getExitCode();
          }
          throw e;
        })
        .execute(arguments);
  }

  @Test
  void replaysEveryClickAndReports() throws IOException {
    Path json = folder.resolve("replay.json");
    int exit = run("--data", folder.toString(), "--slices", "4", "--json", json.toString());
    assertThat(err.toString(StandardCharsets.UTF_8)).doesNotContain("dolmen replay:");
    assertThat(exit).isZero();
    JsonNode report = new ObjectMapper().readTree(json.toFile());
    assertThat(report.get("events").asLong()).isEqualTo((long) SESSIONS * CLICKS);
    assertThat(report.get("predictions").asLong()).isEqualTo((long) SESSIONS * (CLICKS - 1));
    assertThat(report.get("slices")).hasSize(4);
    assertThat(report.get("slices").get(3).get("file").asText()).isEqualTo("walk.test.inter");
    long events = 0;
    for (JsonNode slice : report.get("slices")) {
      events += slice.get("events").asLong();
    }
    assertThat(events).isEqualTo((long) SESSIONS * CLICKS);
    for (String share : new String[] {"recall@20", "mrr@20", "popularity_recall@20"}) {
      assertThat(report.get(share).asDouble()).isBetween(0.0, 1.0);
    }
    assertThat(report.get("events_per_second").asDouble()).isPositive();
    assertThat(report.get("peak_rss_bytes").asLong()).isPositive();
    assertThat(report.has("freshness_p50_ms")).isTrue();
    assertThat(report.has("freshness_p99_ms")).isTrue();
    assertThat(out.toString(StandardCharsets.UTF_8)).contains("recall@20").contains("walk.test");
  }

  @Test
  void namesFileLineAndColumnOfAMalformedLine() throws IOException {
    Path train = folder.resolve("walk.train.inter");
    Files.writeString(train, Files.readString(train) + "9\t1\tlate\tphone\n");
    assertThat(run("--data", folder.toString())).isEqualTo(1);
    assertThat(err.toString(StandardCharsets.UTF_8))
        .contains("walk.train.inter, line 452, column 3 (timestamp): \"late\"");
  }

  @Test
  void refusesOptionsThatMakeNoSense() {
    String data = folder.toString();
    assertThat(run("--data", data, "--speed", "fast")).isEqualTo(2);
    assertThat(run("--data", data, "--slices", "0")).isEqualTo(2);
    assertThat(run()).isEqualTo(2);
    assertThat(run("--data", data, "--speed", "10")).isEqualTo(1);
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("running numbers");
  }
}
