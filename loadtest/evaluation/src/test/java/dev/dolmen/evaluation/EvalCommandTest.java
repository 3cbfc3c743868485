package dev.dolmen.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dolmen.evaluation.protocol.SmallDatasets;
import dev.dolmen.evaluation.report.ReportPageTest;
import dev.dolmen.server.cli.terminal.Terminal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class EvalCommandTest {
  @TempDir Path folder;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  private int run(String... arguments) {
    Terminal to = new Terminal(new PrintStream(out, true, StandardCharsets.UTF_8), false);
    Terminal errors = new Terminal(new PrintStream(new ByteArrayOutputStream()), false);
    return new CommandLine(new EvalCommand(to, errors))
        .setExecutionExceptionHandler((e, line, parsed) -> {
          to.line(String.valueOf(e.getMessage()));
          return 3;
        })
        .execute(arguments);
  }

  private JsonNode json(String... more) throws IOException {
    Path json = folder.resolve("eval.json");
    List<String> arguments = new ArrayList<>(List.of("--data=" + folder, "--json=" + json));
    arguments.addAll(List.of(more));
    assertThat(run(arguments.toArray(String[]::new))).as(printed()).isZero();
    return new ObjectMapper().readTree(json.toFile());
  }

  private String printed() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private void writeParts() throws IOException {
    SmallDatasets.items(folder, "shop");
    SmallDatasets.clicks(
        folder.resolve("shop.train.inter"), "session_id", 300, SmallDatasets.FROM_SEC, 1);
    SmallDatasets.clicks(
        folder.resolve("shop.test.inter"), "session_id", 30, SmallDatasets.FROM_SEC + 300 * 60, 2);
  }

  private void writeWhole(String user) throws IOException {
    SmallDatasets.items(folder, "shop");
    SmallDatasets.clicks(folder.resolve("shop.inter"), user, 300, SmallDatasets.FROM_SEC, 1);
  }

  private static void checkEstimate(JsonNode estimate) {
    assertThat(estimate.get("low").asDouble()).isBetween(0.0, estimate.get("mean").asDouble());
    assertThat(estimate.get("high").asDouble()).isBetween(estimate.get("mean").asDouble(), 1.0);
  }

  @Test
  void modelsAreComparedOnTheTestPart() throws Exception {
    writeParts();
    Path report = folder.resolve("report");
    JsonNode json = json("--models=dolmen,popular,co-occurrence,vmis-knn", "--report=" + report);
    assertThat(json.get("protocol").asText()).isEqualTo("static");
    assertThat(json.get("dataset").asText()).isEqualTo("shop");
    assertThat(json.get("predictions").asInt()).isEqualTo(120);
    assertThat(json.get("units").asInt()).isEqualTo(30);
    assertThat(json.get("learned").asInt()).isEqualTo(1_500);
    JsonNode models = json.get("models");
    assertThat(models.properties())
        .extracting(Map.Entry::getKey)
        .containsExactly("dolmen", "popular", "co-occurrence", "vmis-knn");
    for (JsonNode model : models) {
      for (String metric : List.of("recall@5", "recall@10", "mrr@20", "ndcg@20", "recall@20")) {
        checkEstimate(model.get(metric));
      }
      assertThat(model.get("coverage@20").asDouble()).isBetween(0.4, 1.0);
      // The kernel is the shelf: of four shelves no list is more diverse than four items.
      assertThat(model.get("vendi@20").asDouble()).isBetween(1.0, 4.0);
      assertThat(model.get("popularity_bias@20").asDouble())
          .isEqualTo(
              model.get("popularity@20").asDouble() - json.get("target_popularity").asDouble());
      for (String cost : List.of("learn_seconds", "ask_seconds", "prediction_us")) {
        assertThat(model.get(cost).asDouble()).isPositive();
      }
      assertThat(model.get("peak_rss_bytes").asLong())
          .isBetween(1L, json.get("peak_rss_bytes").asLong());
      assertThat(model.get("held_bytes").asLong()).isNotNegative();
      assertThat(model.get("runs").asInt()).isEqualTo(1);
    }
    checkCalibration(json.get("calibration"));
    // The next item is one of two: whoever learned that finds it among five, popularity does not.
    double popular = models.at("/popular/recall@5/mean").asDouble();
    assertThat(models.at("/co-occurrence/recall@5/mean").asDouble()).isGreaterThan(0.9);
    assertThat(models.at("/dolmen/recall@5/mean").asDouble()).isGreaterThan(popular + 0.3);
    assertThat(json.get("differences")).hasSize(6 * 3);
    int sliced = 0;
    for (JsonNode slice : json.get("slices")) {
      sliced += slice.get("predictions").asInt();
      assertThat(slice.get("models").properties()).hasSize(4);
    }
    assertThat(sliced).isEqualTo(2 * 120);
    assertThat(json.get("seconds").asDouble()).isPositive();
    assertThat(json.get("peak_rss_bytes").asLong()).isPositive();
    assertThat(printed()).contains("co-occurrence").contains("120 predictions of 40 items");
    checkReport(report);
  }

  /** Dolmen alone gives chances: of its first item, and of its first 20. */
  private static void checkCalibration(JsonNode calibration) {
    assertThat(calibration).hasSize(2);
    for (JsonNode one : calibration) {
      assertThat(one.get("model").asText()).isEqualTo("dolmen");
      assertThat(one.get("predictions").asInt()).isEqualTo(120);
      assertThat(one.get("given").asDouble()).isBetween(0.0, 1.0);
      assertThat(one.get("calibration_error").asDouble()).isBetween(0.0, 1.0);
      assertThat(one.get("bins")).hasSize(4);
    }
    assertThat(calibration.get(0).get("cut").asInt()).isEqualTo(1);
    assertThat(calibration.get(1).get("cut").asInt()).isEqualTo(20);
  }

  /** The one file of that kind. */
  private static String reported(Path report, String end) throws IOException {
    try (Stream<Path> files = Files.list(report)) {
      List<Path> found = files.filter(f -> f.toString().endsWith(end)).toList();
      assertThat(found).hasSize(1);
      return Files.readString(found.getFirst());
    }
  }

  private static void checkReport(Path report) throws Exception {
    String html = reported(report, ".html");
    ReportPageTest.check(html);
    assertThat(html)
        .contains("vmis-knn")
        .contains("The item ranked first is next")
        .contains("6 predictions, evenly spaced")
        .contains("item i");
    assertThat(reported(report, ".md"))
        .contains("| model | recall@20 |")
        .contains("| dolmen |")
        .contains("the next item is among the first 20 in")
        .contains("- came next: item i");
  }

  @Test
  void theSameSeedGivesTheSameFigures() throws Exception {
    writeParts();
    ObjectNode one = (ObjectNode) json("--models=dolmen,popular", "--seeds=2");
    ObjectNode two = (ObjectNode) json("--models=dolmen,popular", "--seeds=2");
    for (ObjectNode json : List.of(one, two)) {
      json.remove(List.of("seconds", "peak_rss_bytes"));
      for (JsonNode model : json.get("models")) {
        ((ObjectNode) model)
            .remove(
                List.of(
                    "learn_seconds",
                    "ask_seconds",
                    "prediction_us",
                    "held_bytes",
                    "peak_rss_bytes"));
      }
    }
    assertThat(one).isEqualTo(two);
    JsonNode bySeed = one.at("/models/dolmen/by_seed/mrr@20");
    assertThat(bySeed).hasSize(2);
    assertThat((bySeed.get(0).asDouble() + bySeed.get(1).asDouble()) / 2)
        .isCloseTo(one.at("/models/dolmen/mrr@20/mean").asDouble(), within(1e-12));
    assertThat(one.at("/models/popular").has("by_seed")).isFalse();
    JsonNode single = json("--models=dolmen");
    assertThat(single.at("/models/dolmen/mrr@20/mean"))
        .isNotEqualTo(one.at("/models/dolmen/mrr@20/mean"));
  }

  /** With validation the test part may be anything: nobody looks at it. */
  @Test
  void forTuningTheTestPartIsNotRead() throws Exception {
    writeParts();
    Files.writeString(folder.resolve("shop.test.inter"), "no such header\n");
    JsonNode json = json("--validation", "--models=popular,blend");
    assertThat(json.get("validation").asBoolean()).isTrue();
    assertThat(json.get("learned").asInt()).isEqualTo(1_350);
    assertThat(json.get("predictions").asInt()).isEqualTo(120);
  }

  @Test
  void itemsThatWereNeverLearnedAreCountedApart() throws Exception {
    writeParts();
    Files.writeString(
        folder.resolve("shop.item"), "new\tshelf1\t1.6e9\n", StandardOpenOption.APPEND);
    Files.writeString(
        folder.resolve("shop.test.inter"),
        """
        x\ti1\t1700000000\td0
        x\tnew\t1700000005\td0
        y\tnew\t1700000010\td0
        y\tnew\t1700000011\td0
        y\ti2\t1700000015\td0
        """,
        StandardOpenOption.APPEND);
    JsonNode json =
        json("--unseen", "--models=dolmen,popular,popular-in-session,co-occurrence,blend");
    assertThat(json.get("unknown_targets").asInt()).isEqualTo(2);
    assertThat(json.get("predictions").asInt()).isEqualTo(123);
    assertThat(json.get("items").asInt()).isEqualTo(40);
    JsonNode never = slice(json, "never");
    assertThat(never.get("predictions").asInt()).isEqualTo(2);
    // The session itself has the item: who ranked it would find it.
    for (JsonNode model : never.get("models")) {
      assertThat(model.get("recall@20").asDouble()).isZero();
    }
    JsonNode unseen = json.at("/sections/unseen");
    assertThat(unseen.get("predictions").asInt()).isEqualTo(1);
    assertThat(unseen.at("/models/popular/recall@20/mean").asDouble()).isZero();
  }

  private static JsonNode slice(JsonNode json, String name) {
    for (JsonNode slice : json.get("slices")) {
      if (slice.get("slice").asText().equals(name)) {
        return slice;
      }
    }
    throw new AssertionError("no slice " + name + " in " + json.get("slices"));
  }

  @Test
  void dolmenIsComparedWithItselfLessOnePart() throws Exception {
    writeParts();
    JsonNode json = json("--ablations", "--models=sasrec,popular");
    assertThat(json.get("models").properties())
        .extracting(Map.Entry::getKey)
        .containsExactly(
            "dolmen",
            "without-metadata",
            "without-ids",
            "without-signals",
            "without-popularity",
            "without-log-q",
            "with-category-tasks",
            "pooling-mean",
            "hashed",
            "another-pass",
            "sasrec",
            "popular");
    Set<String> changing =
        Set.of("without-metadata", "without-signals", "without-popularity", "another-pass");
    int changed = 0;
    for (JsonNode difference : json.get("differences")) {
      String model = difference.get("model").asText();
      String than = difference.get("than").asText();
      assertThat(model.equals("dolmen") || model.equals("sasrec")).as(model).isTrue();
      if (difference.get("metric").asText().equals("mrr@20") && changing.contains(than)) {
        assertThat(difference.get("mean").asDouble()).as(than).isNotZero();
        changed++;
      }
    }
    assertThat(changed).isEqualTo(changing.size());
    // Nine variations to the whole alone, two other models to the whole and to each other.
    assertThat(json.get("differences")).hasSize(3 * (9 + 3));
  }

  /** The first is what a report measures the others by; it need not be the product. */
  @Test
  void modelsOfWhichNoneIsDolmenAreComparedWithTheFirst() throws Exception {
    writeParts();
    Path report = folder.resolve("report");
    JsonNode json =
        json("--models=without-signals,sasrec,without-popularity", "--report=" + report);
    assertThat(json.get("differences"))
        .extracting(d -> d.get("model").asText() + " and " + d.get("than").asText())
        .containsOnly("without-signals and sasrec", "without-signals and without-popularity");
    assertThat(out.toString(StandardCharsets.UTF_8)).contains("Differences to without-signals");
  }

  @Test
  void aNetworkLearnsThePassesThatItIsGivenAndEachSeedIsAnotherRun() throws Exception {
    writeParts();
    JsonNode once = json("--models=gru4rec").at("/models/gru4rec/mrr@20/mean");
    JsonNode often =
        json("--models=gru4rec", "--network-passes=4").at("/models/gru4rec/mrr@20/mean");
    assertThat(often.asDouble()).isGreaterThan(once.asDouble());
    JsonNode seeds = json("--models=gru4rec", "--seeds=2").at("/models/gru4rec/mrr@20/mean");
    assertThat(seeds.asDouble()).isNotEqualTo(once.asDouble());
  }

  @Test
  void theItemLeftOutOfEachUserIsPredicted() throws Exception {
    writeWhole("user_id");
    JsonNode json = json("--protocol=leave-one-out", "--models=dolmen,co-occurrence");
    assertThat(json.get("predictions").asInt()).isEqualTo(300);
    assertThat(json.get("learned").asInt()).isEqualTo(900);
    assertThat(json.at("/models/co-occurrence/recall@10/mean").asDouble()).isGreaterThan(0.9);
  }

  @Test
  void aStreamIsReadInThreeWays() throws Exception {
    writeWhole("session_id");
    Path report = folder.resolve("report");
    JsonNode json =
        json("--protocol=stream", "--models=dolmen,co-occurrence", "--report=" + report);
    assertThat(json.get("section").asText()).isEqualTo("paper-last");
    assertThat(json.get("unit").asText()).isEqualTo("windows");
    assertThat(json.get("sections").properties())
        .extracting(Map.Entry::getKey)
        .containsExactly(
            "paper-last", "paper-next", "strict-last", "strict-next", "live-last", "live-next");
    for (JsonNode section : json.get("sections")) {
      assertThat(section.get("units").asInt()).isEqualTo(5);
      assertThat(section.get("windows").size()).isBetween(5, 6);
      checkEstimate(section.at("/models/dolmen/ndcg@20"));
    }
    // 34 of 300 sessions begin before 13:00, in the hour that asks nothing; the last of them ends
    // on the hour.
    assertThat(json.get("predictions").asInt()).isEqualTo(266);
    assertThat(json.at("/sections/paper-next/predictions").asInt()).isEqualTo(4 * 266);
    for (String reading : List.of("strict", "live")) {
      JsonNode sections = json.get("sections");
      assertThat(sections.get(reading + "-last").get("predictions").asInt()).isEqualTo(267);
      assertThat(sections.get(reading + "-next").get("predictions").asInt()).isEqualTo(4 * 266 + 1);
    }
    double recall = json.at("/models/co-occurrence/recall@20/mean").asDouble();
    assertThat(recall).isGreaterThan(0.8);
    String html = reported(report, ".html");
    ReportPageTest.check(html);
    assertThat(html).contains("ndcg@20 over the stream").contains("6 windows, in 5 of which");
    // What is recommended where the session ends is a part of what is recommended in it.
    for (String reading : List.of("paper", "strict", "live")) {
      JsonNode sections = json.get("sections");
      assertThat(sections.get(reading + "-last").at("/models/dolmen/coverage@20").asDouble())
          .isLessThanOrEqualTo(
              sections.get(reading + "-next").at("/models/dolmen/coverage@20").asDouble());
    }
  }

  @Test
  void whatCannotBeDoneIsRefused() throws Exception {
    writeWhole("session_id");
    assertThat(run("--data=" + folder)).isEqualTo(3);
    assertThat(run("--data=" + folder, "--protocol=best")).isEqualTo(3);
    assertThat(run("--data=" + folder, "--models=dolmen,magic")).isEqualTo(3);
    assertThat(run("--data=" + folder, "--validation", "--min-clicks=5")).isEqualTo(3);
    assertThat(run("--data=" + folder, "--protocol=leave-one-out", "--min-clicks=0")).isEqualTo(3);
    assertThat(run("--data=" + folder, "--passes=0")).isEqualTo(3);
    assertThat(run("--data=" + folder, "--protocol=stream", "--readings=fast")).isEqualTo(3);
    assertThat(run("--data=" + folder, "--protocol=stream", "--window=soon")).isEqualTo(3);
    assertThat(run("--data=" + folder, "--validation", "--models=nightly")).isEqualTo(3);
    assertThat(run("--data=" + folder, "--validation", "--models=pooling-last")).isEqualTo(3);
    assertThat(run("--data=" + folder, "--protocol=stream", "--network-passes=2")).isEqualTo(3);
    Files.writeString(
        folder.resolve("shop.inter"),
        "session_id:token\titem_id:token\ttimestamp:float\na\ti1\t1\na\ti2\t2\n");
    assertThat(run("--data=" + folder, "--protocol=stream")).isEqualTo(3);
    assertThat(printed())
        .contains("no test part NAME.test.inter")
        .contains("--protocol: best, expected one of [static, leave-one-out, stream, new-items,")
        .contains("--min-clicks: 5, expected 1: it is of leave-one-out")
        .contains("--min-clicks: 0, expected 1 or more")
        .contains("--models: magic, expected one of [dolmen, without-metadata,")
        .contains("--passes: 0, expected 1 to 100")
        .contains("--readings: fast, expected one of [paper, strict, live]")
        .contains("--window: soon, expected a duration")
        .contains("--models: nightly, expected a model for the protocol stream")
        .contains("--models: pooling-last, expected a model that differs from dolmen")
        .contains("--network-passes: 2, expected 1: a stream is learned once")
        .contains("its timestamps are a running number");
  }

  /** Items of a shelf follow each other: who has read the shelf finds those that nobody clicked. */
  @Test
  void newItemsAreAskedApartInEachPart() throws Exception {
    writeWhole("session_id");
    JsonNode json = json("--protocol=new-items", "--splits=2", "--history=0.8");
    Map<String, JsonNode> slices = new TreeMap<>();
    for (JsonNode slice : json.get("new_items")) {
      String name =
          slice.get("part").asText()
              + ", "
              + slice.get("slice").asText()
              + ", "
              + slice.get("candidates").asText();
      slices.put(name, slice);
      assertThat(slice.get("models").properties())
          .extracting(Map.Entry::getKey)
          .containsExactly("dolmen", "sasrec-content", "content-knn", "category-popular");
      for (JsonNode model : slice.get("models")) {
        assertThat(model.at("/hr@20/mean").asDouble())
            .isBetween(model.at("/hr@20/low").asDouble(), model.at("/hr@20/high").asDouble());
        assertThat(model.at("/ndcg@20/mean").asDouble())
            .isLessThanOrEqualTo(model.at("/hr@20/mean").asDouble());
      }
    }
    assertThat(slices.keySet())
        .contains(
            "held-out, cold, all items",
            "held-out, cold, cold items",
            "held-out, total, all items",
            "held-out, warm, all items",
            "stream, clicks 2 to 5, all items",
            "stream, first clicks, all items",
            "stream, total, all items",
            "time-split, total, all items");
    JsonNode cold = questions(slices, "held-out, cold, all items");
    assertThat(questions(slices, "held-out, cold, cold items").asInt()).isEqualTo(cold.asInt());
    assertThat(cold.asInt() + questions(slices, "held-out, warm, all items").asInt())
        .isEqualTo(questions(slices, "held-out, total, all items").asInt());
    JsonNode held = slices.getOrDefault("held-out, cold, all items", json);
    assertThat(held.get("click_share_cold").asDouble()).isBetween(0.05, 0.5);
    assertThat(held.at("/exposure_share_cold/dolmen").asDouble()).isBetween(0.0, 1.0);
    // Five or so of forty items are easier to find among themselves than among all.
    JsonNode among = slices.getOrDefault("held-out, cold, cold items", json);
    for (String model : List.of("dolmen", "content-knn")) {
      assertThat(among.at("/models/" + model + "/mrr@20/mean").asDouble())
          .isGreaterThan(held.at("/models/" + model + "/mrr@20/mean").asDouble());
    }
    assertThat(json.at("/half_recall/dolmen").has("clicks")).isTrue();
  }

  private static JsonNode questions(Map<String, JsonNode> slices, String name) {
    return slices.getOrDefault(name, MissingNode.getInstance()).path("questions");
  }

  @Test
  void whatTheProtocolOfNewItemsDoesNotHaveIsRefused() throws Exception {
    writeWhole("session_id");
    for (String wrong : List.of("--history=1", "--splits=0", "--parts=all", "--validation")) {
      assertThat(run("--data=" + folder, "--protocol=new-items", wrong)).as(wrong).isNotZero();
    }
    assertThat(run("--data=" + folder, "--parts=stream")).isNotZero();
  }
}
