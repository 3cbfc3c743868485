package dev.dolmen.evaluation.study;

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

/** Visits that stay within a group of ten items. */
class SyncFormatCommandTest {
  private static final int VISITS = 1_200;
  private static final int GROUPS = 10;

  @TempDir Path folder;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  @BeforeEach
  void write() throws IOException {
    Random random = new Random(1);
    StringBuilder clicks = new StringBuilder("session_id:token\titem_id:token\ttimestamp:float\n");
    int time = 0;
    for (int visit = 0; visit < VISITS; visit++) {
      int group = random.nextInt(GROUPS);
      for (int click = 0; click < 4; click++) {
        clicks.append(visit + "\t" + group + "/" + random.nextInt(10) + "\t" + time++ + "\n");
      }
    }
    Files.writeString(folder.resolve("groups.inter"), clicks);
  }

  private int run(String... arguments) {
    Terminal to = new Terminal(new PrintStream(out, true, StandardCharsets.UTF_8), false);
    Terminal errors = new Terminal(new PrintStream(new ByteArrayOutputStream()), false);
    return new CommandLine(new SyncFormatCommand(to, errors))
        .setExecutionExceptionHandler((e, line, parsed) -> {
          to.line(String.valueOf(e.getMessage()));
          return 3;
        })
        .execute(arguments);
  }

  private JsonNode json(String... more) throws IOException {
    Path json = folder.resolve("report.json");
    String[] arguments = new String[more.length + 2];
    arguments[0] = "--data=" + folder;
    arguments[1] = "--json=" + json;
    System.arraycopy(more, 0, arguments, 2, more.length);
    assertThat(run(arguments)).as(out.toString(StandardCharsets.UTF_8)).isZero();
    return new ObjectMapper().readTree(json.toFile());
  }

  @Test
  void fewerBitsTakeFewerBytesAndRankAboutAsWell() throws Exception {
    JsonNode report = json();
    JsonNode formats = report.get("formats");
    assertThat(formats.findValuesAsText("format")).containsExactly("fp32", "bf16", "int8");
    // What is streamed, without the first click of each visit.
    assertThat(report.get("clicks").asInt()).isEqualTo(4 * VISITS * 2 / 5);
    assertThat(report.get("predictions").asInt()).isEqualTo(3 * VISITS * 2 / 5);
    double whole = formats.get(0).get("recall@20").asDouble();
    // By chance a fifth; a group has ten.
    assertThat(whole).isGreaterThan(0.9);
    for (JsonNode format : formats) {
      assertThat(format.get("recall@20").asDouble()).isBetween(whole - 0.02, whole + 0.02);
      assertThat(format.get("syncs").asInt()).isEqualTo(formats.get(0).get("syncs").asInt());
    }
    assertThat(ratio(formats, 1)).isBetween(0.45, 0.65);
    assertThat(ratio(formats, 2)).isLessThan(ratio(formats, 1));
    assertThat(out.toString(StandardCharsets.UTF_8)).contains("to fp32 [95%]", "KiB/s");
  }

  private static double ratio(JsonNode formats, int format) {
    return formats.get(format).get("bytes_per_sync").asDouble()
        / formats.get(0).get("bytes_per_sync").asDouble();
  }

  /** A server that is told nothing after the base falls behind; so what is told matters. */
  @Test
  void whatIsNotSyncedIsNotKnown() throws Exception {
    String few = "--learn-first=0.02";
    double told = json(few, "--formats=fp32").get("formats").get(0).get("ndcg@20").asDouble();
    JsonNode never = json(few, "--formats=fp32", "--sync-clicks=1000000").get("formats").get(0);
    assertThat(never.get("syncs").asInt()).isZero();
    assertThat(never.get("ndcg@20").asDouble()).isLessThan(told - 0.02);
  }

  @Test
  void theSameSeedGivesTheSameFigures() throws Exception {
    assertThat(json("--formats=bf16")).isEqualTo(json("--formats=bf16"));
  }

  @Test
  void whatCannotBeDoneIsRefused() {
    assertThat(run("--data=" + folder, "--formats=fp16")).isEqualTo(3);
    assertThat(run("--data=" + folder, "--learn-first=1")).isEqualTo(3);
    assertThat(run("--data=" + folder, "--sync-clicks=0")).isEqualTo(3);
    assertThat(out.toString(StandardCharsets.UTF_8))
        .contains("--formats: fp16, expected fp32, bf16 or int8")
        .contains("--learn-first: 1.0, expected more than 0 and less than 1")
        .contains("--sync-clicks: 0, expected 1 to 1,000,000");
  }
}
