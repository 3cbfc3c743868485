package dev.dolmen.evaluation.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.dolmen.evaluation.exchange.Aggregation;
import dev.dolmen.evaluation.exchange.Fault;
import dev.dolmen.evaluation.exchange.Summing;
import dev.dolmen.evaluation.options.DatasetOptions;
import dev.dolmen.server.cli.DatasetReading;
import dev.dolmen.server.cli.terminal.Terminal;
import dev.dolmen.server.data.Interaction;
import dev.dolmen.server.data.Interactions;
import dev.dolmen.server.data.ItemArrivals;
import dev.dolmen.server.data.RecBoleDataset;
import dev.dolmen.trainer.EngineOptions;
import dev.dolmen.trainer.HistoryTraining;
import dev.dolmen.trainer.learn.LiveState;
import dev.dolmen.trainer.learn.PendingSession;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.function.Consumer;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Visits that stay within a group of ten items. */
class TrainersCommandTest {
  private static final int VISITS = 1_000;
  private static final int GROUPS = 10;
  private static final int BATCH = 256;

  @TempDir Path folder;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final Terminal silent = new Terminal(new PrintStream(new ByteArrayOutputStream()), false);

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
    StringBuilder items = new StringBuilder("item_id:token\tcategory:token\n");
    for (int item = 0; item < 10 * GROUPS; item++) {
      items.append(item / 10 + "/" + item % 10 + "\tc" + item / 10 + "\n");
    }
    Files.writeString(folder.resolve("groups.item"), items);
  }

  private int run(String... arguments) {
    Terminal to = new Terminal(new PrintStream(out, true, StandardCharsets.UTF_8), false);
    return new CommandLine(new TrainersCommand(to, silent))
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
  void severalTrainersPredictWhatOneDoesAndEachLearnsLess() throws Exception {
    JsonNode report = json("--trainers=2,4", "--exchange-every=512", "--learn-first=0.5");
    JsonNode runs = report.get("runs");
    assertThat(runs.findValuesAsText("trainers")).containsExactly("1", "2", "4");
    assertThat(runs.findValuesAsText("batch_clicks")).containsExactly("256", "512", "1024");
    // The half, in batches of 1,024.
    assertThat(report.get("clicks").asInt()).isEqualTo(4 * VISITS - 8 * BATCH);
    for (JsonNode one : runs) {
      // By chance a fifth; a group has ten.
      assertThat(one.get("recall@20").asDouble()).isGreaterThan(0.8);
      assertThat(one.get("mrr@20_low").asDouble()).isLessThan(one.get("mrr@20_high").asDouble());
      assertThat(one.get("skipped_batches").asInt()).isZero();
      assertThat(one.get("refused").asInt()).isZero();
      assertThat(one.get("clicks_per_second").asDouble()).isPositive();
    }
    assertThat(runs.get(0).get("recall@20_difference").asDouble()).isZero();
    assertThat(runs.get(0).get("bytes_per_click").asDouble()).isZero();
    assertThat(runs.get(1).get("exchanges").asInt()).isEqualTo(7);
    assertThat(runs.get(1).get("bytes_per_click").asDouble()).isPositive();
    // Half of the clicks give steps as long, so their changes are added up.
    assertThat(runs.findValuesAsText("sum")).containsExactly("none", "all", "all");
    assertThat(out.toString(StandardCharsets.UTF_8)).contains("to one", "bytes a click");
  }

  @Test
  void garbageIsRefusedOrDoesHarmByTheRule() throws Exception {
    JsonNode runs =
        json(
                "--trainers=4",
                "--exchange-every=1024",
                "--aggregate=mean,median",
                "--faults=large,nan",
                "--learn-first=0.4")
            .get("runs");
    assertThat(runs.findValuesAsText("fault"))
        .containsExactly("none", "large", "nan", "large", "nan");
    for (JsonNode one : runs) {
      boolean nan = one.get("fault").asText().equals("nan");
      assertThat(one.get("refused").asInt()).isEqualTo(nan ? one.get("exchanges").asInt() : 0);
    }
    double harmed = runs.get(1).get("recall@20").asDouble();
    assertThat(runs.get(2).get("recall@20").asDouble()).isGreaterThan(harmed + 0.02);
    assertThat(runs.get(3).get("recall@20").asDouble()).isGreaterThan(harmed + 0.02);
  }

  @Test
  void theSameSeedRanksAlike() throws Exception {
    String[] arguments = {"--trainers=2", "--aggregate=flag", "--sum=rows", "--faults=lags"};
    JsonNode first = json(arguments).get("runs").get(1);
    JsonNode second = json(arguments).get("runs").get(1);
    assertThat(second.get("recall@20")).isEqualTo(first.get("recall@20"));
    assertThat(second.get("bytes_per_click")).isEqualTo(first.get("bytes_per_click"));
  }

  private EngineFeed feed() throws IOException {
    DatasetOptions data = CommandLine.populateCommand(new DatasetOptions(), "--data=" + folder);
    RecBoleDataset dataset = RecBoleDataset.find(folder);
    return new EngineFeed(
        DatasetReading.read(dataset, data.files(null), null, data.limit(), silent));
  }

  private EngineOptions engine(EngineFeed feed, int number) {
    return EngineOptions.defaults(folder.resolve("engine" + number), feed.read().schema());
  }

  private TrainersStudy study(EngineFeed feed, int trainers, int batch) throws IOException {
    TrainersStudy.Setup setup =
        new TrainersStudy.Setup(
            trainers, batch, 1, Aggregation.MEAN, Summing.NONE, Fault.NONE, 1, 0, 1);
    return new TrainersStudy(feed, number -> engine(feed, number), setup, () -> 0);
  }

  /** The product's own replay, without partition, exchange or a table in between. */
  private SessionScores plainReplay(EngineFeed feed) throws IOException {
    SessionScores scores = new SessionScores();
    EngineOptions options =
        engine(feed, 99).with(e -> e.training(engine(feed, 99).training().with(t -> t.threads(1))));
    ItemArrivals arrivals = feed.read().arrivals(BATCH, 1);
    try (HistoryTraining training = HistoryTraining.open(options, InstantSource.system());
        Interactions clicks = feed.clicks()) {
      ServingCopy copy = ServingCopy.shared(training.live());
      training.beforeEachBatch(batch -> {
        copy.sync(training.live());
        scores.add(batch, copy.rank(batch));
      });
      long n = 0;
      for (Interaction click = clicks.next(); click != null; click = clicks.next()) {
        arrivals.before(n, training::upsert);
        training.learn(feed.event(click, n++));
      }
      double byProduct = training.endPass().model().recallAt20();
      double sum = scores.bySession().values().stream().mapToDouble(s -> s.recall).sum();
      // The product's own validation encodes visits from rows, not from vectors made before.
      assertThat(sum / scores.predictions()).isCloseTo(byProduct, Offset.offset(0.01));
    }
    return scores;
  }

  @Test
  void oneTrainerIsThePlainReplay() throws Exception {
    EngineFeed feed = feed();
    SessionScores plain = plainReplay(feed);
    try (TrainersStudy study = study(feed, 1, BATCH)) {
      TrainersStudy.Run run = study.run(clicks -> {});
      assertThat(run.scores().predictions()).isEqualTo(plain.predictions()).isEqualTo(3 * VISITS);
      assertThat(run.scores().bySession().keySet()).isEqualTo(plain.bySession().keySet());
      assertThat(run.scores().bySession()).usingRecursiveComparison().isEqualTo(plain.bySession());
    }
  }

  @Test
  void afterAnExchangeAllHoldTheSame() throws Exception {
    EngineFeed feed = feed();
    try (TrainersStudy study = study(feed, 3, BATCH)) {
      study.run(clicks -> {});
      List<LiveState> states =
          study.trainers().stream().map(t -> t.training().refreshed()).toList();
      for (LiveState other : states.subList(1, 3)) {
        assertThat(other.published().model().hash())
            .isEqualTo(states.getFirst().published().model().hash());
        for (int item = 0; item < 10 * GROUPS; item++) {
          assertThat(vector(other, item))
              .containsExactly(vector(states.getFirst(), item), Offset.offset(1e-4f));
        }
      }
    }
  }

  private static float[] vector(LiveState live, int item) {
    float[] vector = new float[live.vectors().width()];
    assertThat(live.vectors().get(item, vector, 0)).isTrue();
    return vector;
  }

  /** A leak that is planted: predictions are scored again, when their batch has been learned. */
  @Test
  void whatHasBeenLearnedIsNotScored() throws Exception {
    EngineFeed feed = feed();
    SessionScores scores = new SessionScores();
    try (PartitionTrainer trainer =
            new PartitionTrainer(
                new PartitionTrainer.Part(0, 1), engine(feed, 0), scores, () -> 0);
        Interactions clicks = feed.clicks()) {
      List<PendingSession> kept = new ArrayList<>();
      ItemArrivals arrivals = feed.read().arrivals(BATCH, 1);
      List<Consumer<HistoryTraining>> block = new ArrayList<>();
      block.add(training ->
          training.beforeEachBatch(batch -> {
            kept.addAll(batch);
            trainer.score(batch);
          }));
      for (int i = 0; i < 100; i++) {
        arrivals.before(i, item -> block.add(training -> training.upsert(item)));
        Interaction click = Objects.requireNonNull(clicks.next());
        long number = i;
        block.add(training -> training.learn(feed.event(click, number)));
      }
      trainer.learn(block);
      assertThat(scores.predictions()).isEqualTo(75);
      assertThatThrownBy(() -> trainer.score(kept))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("batch 1 is scored after 1 were learned");
      assertThat(scores.predictions()).isEqualTo(75);
    }
  }

  @Test
  void whatCannotBeDoneIsRefused() {
    assertThat(run("--data=" + folder, "--trainers=65")).isEqualTo(3);
    assertThat(run("--data=" + folder, "--aggregate=krum")).isEqualTo(3);
    assertThat(run("--data=" + folder, "--faults=slow")).isEqualTo(3);
    assertThat(run("--data=" + folder, "--sum=dense")).isEqualTo(3);
    assertThat(run("--data=" + folder, "--batches=small")).isEqualTo(3);
    assertThat(run("--data=" + folder, "--lag=0")).isEqualTo(3);
    assertThat(run("--data=" + folder, "--exchange-every=0")).isEqualTo(3);
    assertThat(run("--data=" + folder, "--learn-first=1")).isEqualTo(3);
    assertThat(out.toString(StandardCharsets.UTF_8))
        .contains("--trainers: 65, expected 1 to 64")
        .contains("--aggregate: krum, expected one of mean, median, trimmed, flag, bounded")
        .contains("--faults: slow, expected one of none, lags, random, large, nan, garbage")
        .contains("--sum: dense, expected one of none, rows, all")
        .contains("--batches: small, expected one of own, stream")
        .contains("--lag: 0, expected 1 to 10,000")
        .contains("--exchange-every: 0, expected 1 to 1,000,000,000")
        .contains("--learn-first: 1.0, expected 0 to less than 1");
  }
}
