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

/** News whose items are read for two hours each: who syncs seldom cannot rank them. */
class SyncIntervalCommandTest {
  private static final long FROM_SEC = 1_600_000_000;
  private static final int HOURS = 20;
  private static final int SESSIONS_PER_HOUR = 60;
  private static final int CLICKS = 3;
  private static final int NEWS_PER_HOUR = 10;

  @TempDir Path folder;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  @BeforeEach
  void write() throws IOException {
    Random random = new Random(1);
    StringBuilder items = new StringBuilder("item_id:token\tborn:float\n");
    StringBuilder clicks = new StringBuilder("session_id:token\titem_id:token\ttimestamp:float\n");
    for (int hour = 0; hour < HOURS; hour++) {
      for (int i = 0; i < NEWS_PER_HOUR; i++) {
        long born = FROM_SEC + hour * 3_600L;
        items.append(hour + "-" + i).append('\t').append(born).append('\n');
      }
      for (int s = 0; s < SESSIONS_PER_HOUR; s++) {
        for (int c = 0; c < CLICKS; c++) {
          int of = Math.max(0, hour - random.nextInt(2));
          long time = FROM_SEC + hour * 3_600L + s * 60L + c * 10L;
          String item = of + "-" + random.nextInt(NEWS_PER_HOUR);
          clicks.append(hour + "/" + s + "\t" + item + "\t" + time + "\n");
        }
      }
    }
    Files.writeString(folder.resolve("news.item"), items);
    Files.writeString(folder.resolve("news.inter"), clicks);
  }

  private int run(String... arguments) {
    Terminal to = new Terminal(new PrintStream(out, true, StandardCharsets.UTF_8), false);
    Terminal errors = new Terminal(new PrintStream(new ByteArrayOutputStream()), false);
    return new CommandLine(new SyncIntervalCommand(to, errors))
        .setExecutionExceptionHandler((e, line, parsed) -> {
          to.line(String.valueOf(e.getMessage()));
          return 3;
        })
        .execute(arguments);
  }

  private JsonNode json(String name, String... more) throws IOException {
    Path json = folder.resolve(name);
    String[] arguments = new String[more.length + 3];
    arguments[0] = "--data=" + folder;
    arguments[1] = "--json=" + json;
    arguments[2] = "--intervals=5h,10m";
    System.arraycopy(more, 0, arguments, 3, more.length);
    assertThat(run(arguments)).as(out.toString(StandardCharsets.UTF_8)).isZero();
    return new ObjectMapper().readTree(json.toFile());
  }

  @Test
  void whoSyncsMoreOftenRanksBetter() throws Exception {
    Path svg = folder.resolve("s.svg");
    JsonNode report = json("s.json", "--plot=" + svg);
    JsonNode results = report.get("results");
    assertThat(results.findValuesAsText("sync")).containsExactly("never", "5h", "10m", "at once");
    // The stream begins at 60% of the time to the last click, which is 38 s before the end.
    int streamed = report.get("predictions").asInt();
    assertThat(streamed)
        .isBetween((int) (0.38 * HOURS * SESSIONS_PER_HOUR * 2), HOURS * SESSIONS_PER_HOUR);
    double before = -1;
    for (JsonNode result : results) {
      double hits = result.get("recall@20").asDouble();
      assertThat(hits).isGreaterThan(before).isLessThanOrEqualTo(1.0);
      assertThat(hits).isLessThanOrEqualTo(result.get("item_coverage").asDouble());
      before = hits;
    }
    // Of the eight hours' clicks only those of the first two are on items known before, and some of
    // the next: here the 256 clicks that an item comes before its first one are an hour and a half.
    assertThat(results.get(0).get("item_coverage").asDouble()).isBetween(0.05, 0.4);
    assertThat(results.get(0).get("syncs").asInt()).isZero();
    assertThat(results.get(1).get("syncs").asInt()).isEqualTo(1);
    assertThat(results.get(3).get("item_coverage").asDouble()).isEqualTo(1.0);
    assertThat(results.get(0).get("recall@20_difference_high").asDouble()).isNegative();
    assertThat(out.toString(StandardCharsets.UTF_8)).contains("synced every").contains("at once");
    assertThat(Files.readString(svg)).contains("10m").contains("at once");
    javax.xml.parsers.DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(svg.toFile());
  }

  /** A click comes every 20 s: one or two in ten seconds, thirty in ten minutes. */
  @Test
  void saysWhenABatchHoldsFewClicks() throws Exception {
    assertThat(json("few.json").get("clicks_per_batch").asDouble()).isBetween(1.0, 2.0);
    assertThat(out.toString(StandardCharsets.UTF_8)).contains("clicks in the mean");
    out.reset();
    JsonNode report = json("many.json", "--batch=10m");
    assertThat(report.get("clicks_per_batch").asDouble()).isBetween(20.0, 40.0);
    assertThat(out.toString(StandardCharsets.UTF_8)).doesNotContain("clicks in the mean");
  }

  /** Copies that are synced with every batch rank as the trainer's own state does. */
  @Test
  void aCopySyncedWithEveryBatchRanksAsServingAtOnce() throws Exception {
    JsonNode results = json("b.json", "--intervals=1s", "--batch=1s").get("results");
    JsonNode copied = results.get(results.size() - 2);
    JsonNode atOnce = results.get(results.size() - 1);
    assertThat(copied.get("sync").asText()).isEqualTo("1s");
    // No item comes in the batch of its first click, which at once alone could see.
    assertThat(copied.get("item_coverage").asDouble()).isEqualTo(1.0);
    assertThat(atOnce.get("item_coverage").asDouble()).isEqualTo(1.0);
    assertThat(atOnce.get("recall@20").asDouble() - copied.get("recall@20").asDouble())
        .isBetween(-0.01, 0.01);
    assertThat(copied.get("recall@20_known_items").asDouble())
        .isEqualTo(atOnce.get("recall@20_known_items").asDouble());
  }

  @Test
  void theSameSeedGivesTheSameFigures() throws Exception {
    assertThat(json("one.json")).isEqualTo(json("two.json"));
  }

  @Test
  void whatCannotBeDoneIsRefused() throws Exception {
    assertThat(run("--data=" + folder, "--intervals=15s")).isEqualTo(3);
    assertThat(run("--data=" + folder, "--learn-first=1")).isEqualTo(3);
    assertThat(run("--data=" + folder, "--batch=soon")).isEqualTo(3);
    Files.writeString(
        folder.resolve("news.inter"),
        "session_id:token\titem_id:token\ttimestamp:float\na\t0-1\t1\na\t0-2\t2\n");
    assertThat(run("--data=" + folder)).isEqualTo(3);
    assertThat(out.toString(StandardCharsets.UTF_8))
        .contains("15s, expected a duration such as 10s, 1m or 5h, a multiple of --batch")
        .contains("--learn-first: 1.0, expected more than 0 and less than 1")
        .contains("--batch: soon, expected a duration")
        .contains("timestamps from 1 to 2 are a running number");
  }
}
