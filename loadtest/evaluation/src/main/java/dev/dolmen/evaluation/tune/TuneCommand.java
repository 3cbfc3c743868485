package dev.dolmen.evaluation.tune;

import dev.dolmen.evaluation.comparison.ValidationTrials;
import dev.dolmen.server.cli.CommandFailedException;
import dev.dolmen.server.cli.terminal.ProgressBar;
import dev.dolmen.server.cli.terminal.Terminal;
import dev.dolmen.server.config.ConfigException;
import dev.dolmen.server.config.DolmenConfig;
import dev.dolmen.server.config.HumanUnits;
import dev.dolmen.server.data.SchemaYaml;
import dev.dolmen.traffic.local.LocalServer;
import dev.dolmen.trainer.validation.RankMetric;
import dev.dolmen.traffic.report.Reporting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code dolmen tune}. */
@Command(
    name = "tune",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Searches for a configuration that suits a dataset, by successive halving, and writes it.",
      "",
      "Random settings learn the most recent part of the history and predict the validation part, as"
          + " dolmen eval --validation does; of ETA settings the best learns ETA times as much, and so"
          + " on until those that are left learn everything. The configuration as it was is always"
          + " among them. The test part is not read; of a stream without one the last tenth is left"
          + " for it, unless --limit says how much is read.",
      "",
      "Each trial is on disk before the next begins. The same command goes on where a search was"
          + " stopped, however that was; with other data, keys or options, or another version of the"
          + " program, it refuses.",
      "",
      "Keys and values, each left as it is with a chance of a half:",
      "  model.width                           32, 64, 96, 128",
      "  model.layers                          1, 2, 3",
      "  model.heads                           1, 2, 4",
      "  model.feed_forward_width              64, 128, 256",
      "  model.max_session_length              10, 20, 40",
      "  model.pooling                         last, attention",
      "  model.id_dropout                      0, 0.05, 0.1, 0.2, 0.3",
      "  model.temperature                     4 to 20",
      "  model.tasks.label_smoothing           0, 0.02, 0.05, 0.1",
      "  model.optimizer.learning_rate         0.0005 to 0.02",
      "  model.optimizer.weight_decay          0, 0.001, 0.01, 0.03, 0.1",
      "  training.batch_events                 128, 256, 512, 1024",
      "  training.negatives                    256, 512, 1024, 2048",
      "  training.log_q                        0.5, 0.75, 1",
      "  training.popularity_half_life_events  3000, 10000, 30000, 100000",
      "  schema.slots.ID.optimizer.learning_rate  0.02 to 0.5; ID is the slot of item ids",
      "  passes                                1, 2, 3; not of a stream",
      ""
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:searched, and written",
      "1:the dataset cannot be read, or does not fit the protocol; or the trials cannot be written",
      "2:an option or the configuration is not valid, or another search's trials are there"
    },
    footer = {
      "",
      "Examples:",
      "  dolmen tune --data datasets/diginetica --to tuned-diginetica",
      "  dolmen tune --data DIR --trials 9 --rungs 2 --keys model.temperature,passes --metric recall",
      "  dolmen tune --data datasets/globo --protocol stream --limit 300000 --json tune.json"
    })
public final class TuneCommand implements Callable<Integer> {
  private static final int TRIALS_MAX = 10_000;
  private static final int ETA_MAX = 10;
  private static final int RUNGS_MAX = 6;
  private static final String TRIALS_FILE = "trials.jsonl";
  private static final Map<String, RankMetric> METRICS =
      Map.of("recall", RankMetric.RECALL_20, "mrr", RankMetric.MRR_20, "ndcg", RankMetric.NDCG_20);

  @Option(
      names = "--data",
      required = true,
      paramLabel = "DIR",
      description = "Folder of a dataset in RecBole's atomic files.")
  private Path data = Path.of("");

  @Option(
      names = "--to",
      paramLabel = "DIR",
      defaultValue = "tune",
      description =
          "Folder for trials.jsonl and tuned.yaml, made if there is none. Default:"
              + " ${DEFAULT-VALUE}.")
  private Path to = Path.of("tune");

  @Option(names = "--anew", description = "Throws away the trials that are in --to.")
  private boolean anew;

  @Option(
      names = "--protocol",
      paramLabel = "NAME",
      defaultValue = "static",
      description = "static, leave-one-out or stream (read live). Default: ${DEFAULT-VALUE}.")
  private String protocol = "static";

  @Option(
      names = {"-c", "--config"},
      paramLabel = "FILE",
      description =
          "The configuration to begin with, its schema included. Default: as it is shipped, with a"
              + " schema that follows from the files.")
  private @Nullable Path config;

  @Option(
      names = "--metric",
      paramLabel = "NAME",
      defaultValue = "ndcg",
      description =
          "What is to be high, at 20: recall, mrr or ndcg, which counts both whether an item is"
              + " found and how high. Default: ${DEFAULT-VALUE}.")
  private String metric = "ndcg";

  @Option(
      names = "--trials",
      paramLabel = "N",
      defaultValue = "27",
      description = "Settings on the lowest rung, up to 10,000. Default: ${DEFAULT-VALUE}.")
  private int trials = 27;

  @Option(
      names = "--eta",
      paramLabel = "N",
      defaultValue = "3",
      description = "Of so many settings one climbs on, 2 to 10. Default: ${DEFAULT-VALUE}.")
  private int eta = 3;

  @Option(
      names = "--rungs",
      paramLabel = "N",
      defaultValue = "3",
      description =
          "Of the ladder, 1 to 6: the lowest learns 1 / ETA^(N - 1) of the history. Default:"
              + " ${DEFAULT-VALUE}.")
  private int rungs = 3;

  @Option(
      names = "--keys",
      split = ",",
      paramLabel = "KEY",
      description = "Only these are changed. Default: all.")
  private @Nullable List<String> keys;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "Of the settings that are drawn; what a trial learns has the configuration's. Default:"
              + " ${DEFAULT-VALUE}.")
  private long seed = 1;

  @Option(
      names = "--no-explain",
      description =
          "Does not measure what each change of the best settings gave, by a trial without it on the"
              + " rung below the last.")
  private boolean unexplained;

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "Only the first N clicks of each file.")
  private long limit = Long.MAX_VALUE;

  @Option(
      names = "--window",
      paramLabel = "DURATION",
      defaultValue = "1h",
      description = "Of a stream. Default: ${DEFAULT-VALUE}.")
  private String window = "1h";

  @Option(
      names = "--live-batch",
      paramLabel = "DURATION",
      defaultValue = "10s",
      description =
          "Event time after which what was clicked is learned, of a stream. Default:"
              + " ${DEFAULT-VALUE}.")
  private String liveBatch = "10s";

  @Option(
      names = "--interval-seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Seed of the intervals. Default: ${DEFAULT-VALUE}.")
  private long intervalSeed = 1;

  @Mixin private Reporting reporting = new Reporting();

  private final Terminal out;
  private final Terminal progress;

  /** Prints to standard output. */
  public TuneCommand() {
    this(Terminal.stdout(), Terminal.stderr());
  }

  /** Prints figures to {@code out} and progress to {@code progress}. */
  public TuneCommand(Terminal out, Terminal progress) {
    this.out = out;
    this.progress = progress;
  }

  @Override
  public Integer call() throws InterruptedException {
    TuneOptions options = options();
    ValidationTrials.Part part =
        new ValidationTrials.Part(
            data,
            protocol,
            limit,
            duration("--window", window),
            duration("--live-batch", liveBatch));
    String given = given();
    DolmenConfig named = given == null ? null : parsed(given);
    LocalServer.quietLogs();
    try {
      ValidationTrials read = read(part, named);
      String text = given == null ? SchemaYaml.write(read.schema()) : given;
      search(read, text, options);
    } catch (IOException e) {
      throw new CommandFailedException(1, e);
    }
    return 0;
  }

  private TuneOptions options() {
    List<String> protocols = ValidationTrials.protocols();
    check(protocols.contains(protocol), "--protocol", protocol, "one of " + protocols);
    RankMetric wanted = METRICS.get(metric);
    check(eta >= 2 && eta <= ETA_MAX, "--eta", eta, "2 to 10");
    check(rungs >= 1 && rungs <= RUNGS_MAX, "--rungs", rungs, "1 to 6");
    int least = Math.max(2, Ladder.trialsMin(eta, rungs));
    check(
        trials >= least && trials <= TRIALS_MAX,
        "--trials",
        trials,
        least + " to 10000, so that one is left on the last of " + rungs + " rungs");
    check(limit >= 1, "--limit", limit, "1 or more");
    if (wanted == null) {
      throw failed("--metric", metric, "one of [recall, mrr, ndcg]");
    }
    return new TuneOptions(
        new Ladder(trials, eta, rungs), wanted, seed, intervalSeed, !unexplained);
  }

  private static void check(boolean holds, String option, Object value, String expected) {
    if (!holds) {
      throw failed(option, value, expected);
    }
  }

  private static CommandFailedException failed(String option, Object value, String expected) {
    return new CommandFailedException(2, option + ": " + value + ", expected " + expected);
  }

  private static long duration(String option, String text) {
    long ms = HumanUnits.duration(text).orElse(Duration.ZERO).toMillis();
    check(ms > 0, option, text, "a duration such as 10s, 30m or 1h");
    return ms;
  }

  private @Nullable String given() {
    if (config == null) {
      return null;
    }
    try {
      DolmenConfig.load(config, System.getenv());
      return Files.readString(config);
    } catch (ConfigException | IOException e) {
      throw new CommandFailedException(2, e);
    }
  }

  private DolmenConfig parsed(String text) {
    try {
      return DolmenConfig.parse(String.valueOf(config), text, System.getenv());
    } catch (ConfigException e) {
      throw new CommandFailedException(2, e);
    }
  }

  private ValidationTrials read(ValidationTrials.Part part, @Nullable DolmenConfig named)
      throws IOException {
    ProgressBar bar = new ProgressBar(progress, "reading", 0, System::nanoTime);
    ValidationTrials read =
        ValidationTrials.read(
            part, named == null ? null : named.schema(), rows -> bar.show(rows, ""));
    bar.done();
    return read;
  }

  private SearchSpace space(DolmenConfig base) {
    SearchSpace whole = SearchSpace.of(base, protocol.equals("stream"));
    if (keys == null) {
      return whole;
    }
    for (String key : keys) {
      check(whole.keys().contains(key), "--keys", key, "some of " + whole.keys());
    }
    return whole.only(keys);
  }

  private void search(ValidationTrials read, String text, TuneOptions options)
      throws IOException, InterruptedException {
    DolmenConfig base = parsed(text);
    SearchSpace space = space(base);
    TunableConfig tunable = new TunableConfig(ConfigText.of(text), base, space, System.getenv());
    String overriding = tunable.overriding();
    check(
        overriding == null,
        "environment variable " + overriding,
        "set",
        "not set, as it overrides what is searched");
    Files.createDirectories(to);
    Map<String, String> identity = SearchIdentity.of(read, base, space, options);
    try (TrialLog log = TrialLog.open(to.resolve(TRIALS_FILE), identity, anew)) {
      int before = log.counts().values().stream().mapToInt(n -> n).sum();
      if (before > 0) {
        progress.line("going on after " + before + " trials in " + to.resolve(TRIALS_FILE));
      }
      TuneResult result = new Tuning(read, tunable, options, log, progress).run();
      TunedFile tuned = new TunedFile(result, tunable);
      Path file = tuned.write(to);
      reporting.publish(out, () -> print(result, tuned, file), TuneJson.of(result));
    }
  }

  private void print(TuneResult result, TunedFile tuned, Path file) {
    TuneReport report = new TuneReport(result);
    out.line(report.summary());
    out.line("");
    out.line(out.dim(result.options().metric().title() + ", %, by how much was learned"));
    out.text(report.trials());
    if (!result.effects().isEmpty()) {
      out.line("");
      out.line(out.dim(report.effectsTitle()));
      out.text(report.effects());
    }
    out.line("");
    out.text(report.compared());
    out.line("");
    report.verdict().forEach(out::line);
    out.line("");
    out.line("written: " + file);
    out.line("again:   " + tuned.again(file.toString()));
    out.line("test:    " + tuned.test(file.toString()));
  }
}
