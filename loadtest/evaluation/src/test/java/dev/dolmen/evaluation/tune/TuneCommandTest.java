package dev.dolmen.evaluation.tune;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dolmen.evaluation.EvalCommand;
import dev.dolmen.evaluation.protocol.SmallDatasets;
import dev.dolmen.server.cli.DolmenCommand;
import dev.dolmen.server.cli.terminal.Terminal;
import dev.dolmen.server.config.DolmenConfig;
import dev.dolmen.traffic.local.Machine;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class TuneCommandTest {
  /** Six on half of the history, three on all of it, one of which may be the one that was. */
  private static final List<String> SMALL =
      List.of("--trials=6", "--eta=2", "--rungs=2", "--keys=model.temperature,model.width,passes");

  @TempDir Path folder;
  private Path shop = Path.of("");
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  @BeforeEach
  void writeShop() throws IOException {
    shop = Files.createDirectory(folder.resolve("shop"));
    SmallDatasets.items(shop, "shop");
    SmallDatasets.clicks(
        shop.resolve("shop.train.inter"), "session_id", 300, SmallDatasets.FROM_SEC, 1);
    // Nobody may look at it: it cannot be read.
    Files.write(shop.resolve("shop.test.inter"), new byte[] {1, 2, 3});
  }

  private Terminal terminal() {
    return new Terminal(new PrintStream(out, true, StandardCharsets.UTF_8), false);
  }

  private int execute(Object command, List<String> arguments) {
    return new CommandLine(command)
        .setExecutionExceptionHandler((e, line, parsed) -> {
          terminal().line(String.valueOf(e));
          return 3;
        })
        .execute(arguments.toArray(String[]::new));
  }

  private String printed() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private List<String> arguments(Path to, List<String> more) {
    List<String> all =
        new ArrayList<>(List.of("--data=" + shop, "--to=" + to, "--json=" + to + ".json"));
    all.addAll(more);
    return all;
  }

  private int run(Path to, List<String> more) {
    Terminal errors = new Terminal(new PrintStream(new ByteArrayOutputStream()), false);
    return execute(new TuneCommand(terminal(), errors), arguments(to, more));
  }

  /** Tunes, and gives the figures without the times. */
  private JsonNode tuned(Path to, List<String> more) throws IOException {
    assertThat(run(to, more)).as(printed()).isZero();
    JsonNode json = new ObjectMapper().readTree(Path.of(to + ".json").toFile());
    dropSeconds(json);
    return json;
  }

  private static void dropSeconds(JsonNode json) {
    if (json instanceof ObjectNode object) {
      object.remove("seconds");
    }
    json.forEach(TuneCommandTest::dropSeconds);
  }

  private static List<String> with(List<String> some, String... more) {
    List<String> all = new ArrayList<>(some);
    all.addAll(Arrays.asList(more));
    return all;
  }

  /** The figures that the command which the search names gives for the file that it wrote. */
  private JsonNode evaluated(Path to, String... more) throws IOException {
    Path json = folder.resolve("eval.json");
    List<String> arguments =
        with(
            List.of(
                "--data=" + shop,
                "--config=" + to.resolve("tuned.yaml"),
                "--models=dolmen",
                "--json=" + json),
            more);
    Terminal errors = new Terminal(new PrintStream(new ByteArrayOutputStream()), false);
    assertThat(execute(new EvalCommand(terminal(), errors), arguments)).as(printed()).isZero();
    return new ObjectMapper().readTree(json.toFile());
  }

  @Test
  void theSameSeedGivesTheSameSearchWithoutALookAtTheTestPart() throws Exception {
    JsonNode one = tuned(folder.resolve("one"), SMALL);
    JsonNode two = tuned(folder.resolve("two"), SMALL);
    assertThat(one).isEqualTo(two);
    assertThat(folder.resolve("one/tuned.yaml"))
        .hasSameTextualContentAs(folder.resolve("two/tuned.yaml"));
    assertThat(one.at("/rungs/0/trials")).hasSize(6);
    assertThat(one.at("/rungs/1/trials")).hasSize(3);
    assertThat(one.at("/rungs/1/learned").asInt()).isEqualTo(1_350);
    assertThat(one.at("/rungs/0/learned").asInt()).isEqualTo(675);
    JsonNode other = tuned(folder.resolve("other"), with(SMALL, "--seed=2", "--no-explain"));
    assertThat(other.at("/rungs/0/trials")).isNotEqualTo(one.at("/rungs/0/trials"));
    assertThat(printed()).contains("shop, static (validation): 6 settings").contains("as it was");
  }

  /** Sure to be better, and what is written is a configuration that gives the figure again. */
  @Test
  void theBetterSettingIsFoundAndWritten() throws Exception {
    Path to = folder.resolve("to");
    JsonNode json = tuned(to, badStart());
    JsonNode difference = json.at("/compared/ndcg@20/difference");
    assertThat(difference.get("significant").asBoolean()).isTrue();
    assertThat(difference.get("low").asDouble()).isPositive();
    assertThat(json.at("/start/settings")).isEmpty();
    JsonNode change = json.at("/changes/0");
    assertThat(change.get("key").asText()).isEqualTo("model.temperature");
    assertThat(change.get("from").asText()).isEqualTo("0.02");
    assertThat(change.at("/by/low").asDouble()).isPositive();
    assertThat(printed()).contains("an interval that does not hold 0");
    String passes = json.at("/best/settings/passes").asText("1");
    assertThat(
            DolmenConfig.load(to.resolve("tuned.yaml"), Map.of())
                .model()
                .optimizer()
                .learningRate())
        .isEqualTo(
            Float.parseFloat(json.at("/best/settings/model.optimizer.learning_rate").asText()));
    JsonNode again = evaluated(to, "--validation", "--passes=" + passes);
    for (String metric : List.of("recall@20", "mrr@20", "ndcg@20")) {
      assertThat(again.at("/models/dolmen").get(metric))
          .isEqualTo(json.get("compared").get(metric).get("best"));
    }
    assertThat(Files.readString(to.resolve("tuned.yaml")))
        .containsPattern(
            "# from 0.02 to \\d+(\\.\\d)?: ndcg@20 \\+\\d+\\.\\d\\d \\[.*\\] points on the last 1/2"
                + " of the history\n *temperature: ")
        .contains("--validation");
  }

  /** Passes are no key: the file says which option is meant, and the commands that it names. */
  @Test
  void passesThatAreBetterAreNamedBesideTheConfiguration() throws Exception {
    Path to = folder.resolve("to");
    JsonNode json = tuned(to, List.of("--trials=3", "--eta=3", "--rungs=1", "--keys=passes"));
    String passes = json.at("/best/settings/passes").asText();
    assertThat(passes).isIn("2", "3");
    assertThat(Files.readString(to.resolve("tuned.yaml")))
        .contains("# passes: from 1 to " + passes + ": ndcg@20 +")
        .contains("--models dolmen --passes " + passes + " --validation");
    JsonNode again = evaluated(to, "--validation", "--passes=" + passes);
    assertThat(again.at("/models/dolmen/ndcg@20")).isEqualTo(json.at("/compared/ndcg@20/best"));
  }

  /** A temperature at which every score is about the same, and a rate that learns nothing. */
  private List<String> badStart() throws IOException {
    Path file = folder.resolve("bad.yaml");
    Files.writeString(
        file,
        """
        schema:
          slots:
            - {name: item_id, kind: id}
            - {name: shelf, kind: category}
        model:
          temperature: 0.02
          optimizer:
            learning_rate: 1.0E-9
        """);
    return List.of(
        "--config=" + file,
        "--trials=6",
        "--eta=2",
        "--rungs=2",
        "--keys=model.temperature,model.optimizer.learning_rate");
  }

  /** Where nothing can be better nothing is changed, and where chance decides that is said. */
  @Test
  void anIntervalThatHoldsNothingIsCalledSo() throws Exception {
    List<String> one = List.of("--trials=2", "--eta=2", "--rungs=1", "--no-explain");
    for (String key : List.of("model.optimizer.weight_decay", "training.negatives")) {
      out.reset();
      JsonNode json = tuned(folder.resolve(key), with(one, "--keys=" + key));
      JsonNode difference = json.at("/compared/ndcg@20/difference");
      boolean sure = difference.get("significant").asBoolean();
      assertThat(sure).as("neither matters in so small a shop").isFalse();
      assertThat(printed())
          .containsPattern(
              json.at("/best/settings").isEmpty()
                  ? "nothing is changed"
                  : "an interval that holds 0: .* no reason to change anything");
    }
  }

  @Test
  void aSearchThatWasCutOffAnywhereComesToTheSameEnd() throws Exception {
    Path to = folder.resolve("to");
    JsonNode whole = tuned(to, SMALL);
    String text = Files.readString(to.resolve("tuned.yaml"));
    List<String> lines = Files.readAllLines(to.resolve("trials.jsonl"));
    for (int kept : new int[] {1, 4, lines.size() - 1}) {
      String left = String.join("\n", lines.subList(0, kept)) + "\n";
      Files.writeString(
          to.resolve("trials.jsonl"),
          left + lines.get(kept).substring(0, 30),
          StandardCharsets.UTF_8);
      Files.delete(to.resolve("tuned.yaml"));
      assertThat(tuned(to, SMALL)).isEqualTo(whole);
      assertThat(to.resolve("tuned.yaml")).content().isEqualTo(text);
      assertThat(Files.readAllLines(to.resolve("trials.jsonl"))).hasSameSizeAs(lines);
    }
  }

  @Test
  @Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // Else it waits for ever.
  void aSearchThatIsKilledGoesOnWhereItWas() throws Exception {
    JsonNode whole = tuned(folder.resolve("whole"), SMALL);
    Path to = folder.resolve("killed");
    Path trials = to.resolve("trials.jsonl");
    Path log = folder.resolve("log");
    Process process =
        Machine.javaProcess(List.of("-Xmx1g"), DolmenCommand.class, with(List.of("tune"), args(to)))
            .redirectOutput(log.toFile())
            .start();
    try {
      while (!Files.exists(trials) || Files.readAllLines(trials).size() < 4) {
        assertThat(process.isAlive()).as(() -> read(log)).isTrue();
        process.waitFor(5, TimeUnit.MILLISECONDS);
      }
    } finally {
      process.destroyForcibly().waitFor();
    }
    assertThat(to.resolve("tuned.yaml")).doesNotExist();
    List<String> before = Files.readAllLines(trials);
    assertThat(tuned(to, SMALL)).isEqualTo(whole);
    // What was there was kept, line by line, but for one that was not whole.
    List<String> after = Files.readAllLines(trials);
    assertThat(after.subList(0, 4)).isEqualTo(before.subList(0, 4));
    assertThat(to.resolve("tuned.yaml"))
        .hasSameTextualContentAs(folder.resolve("whole/tuned.yaml"));
  }

  private String[] args(Path to) {
    return arguments(to, SMALL).toArray(String[]::new);
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return e.toString();
    }
  }

  @Test
  void anotherSearchIsNotGoneOnWith() throws Exception {
    Path to = folder.resolve("to");
    List<String> one =
        List.of("--trials=2", "--eta=2", "--rungs=1", "--keys=model.width", "--no-explain");
    tuned(to, one);
    out.reset();
    assertThat(run(to, with(one, "--seed=2"))).isEqualTo(3);
    assertThat(printed())
        .contains("seed of the search that was begun there: 1, expected as now: 2");
    assertThat(run(to, List.of("--trials=2", "--eta=2", "--rungs=1", "--keys=model.layers")))
        .isEqualTo(3);
    assertThat(printed()).contains("keys of the search that was begun there: model.width");
    Path trials = to.resolve("trials.jsonl");
    String before = Files.readString(trials);
    Files.writeString(trials, before.replaceFirst("\"software\":\"[^\"]*", "\"software\":\"0.0.1"));
    assertThat(run(to, one)).isEqualTo(3);
    assertThat(printed()).contains("software of the search that was begun there: 0.0.1");
    Files.writeString(trials, before);
    Path clicks = shop.resolve("shop.train.inter");
    Files.writeString(clicks, Files.readString(clicks).replaceFirst("\ti1\t", "\ti2\t"));
    assertThat(run(to, one)).isEqualTo(3);
    assertThat(printed()).contains("data of the search that was begun there: shop ");
    assertThat(run(to, with(one, "--anew"))).as(printed()).isZero();
  }

  @Test
  void usersAndStreamsAreTunedByTheirProtocols() throws Exception {
    Files.delete(shop.resolve("shop.test.inter"));
    Files.move(shop.resolve("shop.train.inter"), shop.resolve("shop.inter"));
    List<String> one =
        List.of("--trials=4", "--eta=2", "--rungs=2", "--keys=model.width,training.batch_events");
    Path users = folder.resolve("users");
    JsonNode json = tuned(users, with(one, "--protocol=leave-one-out"));
    assertThat(json.at("/rungs/1/predictions").asInt()).isEqualTo(300);
    assertThat(json.at("/rungs/1/learned").asInt()).isEqualTo(900);
    JsonNode again = evaluated(users, "--protocol=leave-one-out", "--validation");
    assertThat(again.at("/models/dolmen/ndcg@20")).isEqualTo(json.at("/compared/ndcg@20/best"));

    // A tenth of a stream is left for the test.
    Path stream = folder.resolve("stream");
    json = tuned(stream, with(one, "--protocol=stream"));
    assertThat(json.at("/rungs/1/learned").asInt()).isEqualTo(1_350);
    again = evaluated(stream, "--protocol=stream", "--readings=live", "--limit=1350");
    assertThat(again.at("/sections/live-next/models/dolmen/ndcg@20"))
        .isEqualTo(json.at("/compared/ndcg@20/best"));
    assertThat(printed())
        .contains("--readings live")
        .contains("--limit 1350")
        .contains("--after 1350");
  }

  @Test
  void whatCannotBeDoneIsRefused() {
    Path to = folder.resolve("to");
    for (String bad :
        List.of(
            "--protocol=best",
            "--metric=auc",
            "--eta=1",
            "--rungs=9",
            "--trials=8",
            "--keys=model.wdth",
            "--limit=0",
            "--window=soon",
            "--config=nowhere.yaml")) {
      assertThat(run(to, List.of(bad))).as(bad).isEqualTo(3);
    }
    assertThat(printed())
        .contains("--protocol: best, expected one of [static, leave-one-out, stream]")
        .contains("--metric: auc, expected one of [recall, mrr, ndcg]")
        .contains("--eta: 1, expected 2 to 10")
        .contains("--rungs: 9, expected 1 to 6")
        .contains("--trials: 8, expected 9 to 10000")
        .contains("--keys: model.wdth, expected some of [model.width, model.layers,")
        .contains("--limit: 0, expected 1 or more")
        .contains("--window: soon, expected a duration")
        .contains("nowhere.yaml: no such file");
    assertThat(to).doesNotExist();
  }
}
