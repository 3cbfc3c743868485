package dev.dolmen.evaluation.tune;

import dev.dolmen.evaluation.comparison.ValidationTrials;
import dev.dolmen.evaluation.options.ConfigOption;
import dev.dolmen.evaluation.options.DatasetOptions;
import dev.dolmen.evaluation.options.ProtocolOptions;
import dev.dolmen.evaluation.protocol.ProtocolRun;
import dev.dolmen.server.cli.CommandFailedException;
import dev.dolmen.server.cli.ImportText;
import dev.dolmen.server.cli.OptionCheck;
import dev.dolmen.server.cli.terminal.ProgressBar;
import dev.dolmen.server.cli.terminal.Terminal;
import dev.dolmen.server.config.DolmenConfig;
import dev.dolmen.server.data.SchemaYaml;
import dev.dolmen.traffic.local.LocalServer;
import dev.dolmen.traffic.report.Reporting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
      "  model.temperature                     4 to 20",
      "  model.tasks.label_smoothing           0, 0.02, 0.05, 0.1",
      "  model.optimizer.learning_rate         0.0005 to 0.02",
      "  model.optimizer.weight_decay          0, 0.001, 0.01, 0.03, 0.1",
      "  training.batch_events                 128, 256, 512, 1024",
      "  training.negatives                    256, 512, 1024, 2048",
      "  training.log_q                        0.5, 0.75, 1",
      "  training.newness                      0, 0.05, 0.1, 0.2, 0.3",
      "  training.popularity_half_life_events  10000, 20000, 50000, 100000",
      "  schema.slots.ID.optimizer.learning_rate",
      "                                        0.02 to 0.5; ID is the slot of item ids",
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
      "  dolmen tune --data DIR --trials 9 --rungs 2 \\",
      "      --keys model.temperature,passes --metric recall",
      "  dolmen tune --data datasets/globo --protocol stream --limit 300000 \\",
      "      --json tune.json"
    })
public final class TuneCommand implements Callable<Integer> {
  private static final String TRIALS_FILE = "trials.jsonl";

  @Mixin private DatasetOptions data = new DatasetOptions();

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

  @Mixin private ProtocolOptions protocol = new ProtocolOptions();
  @Mixin private ConfigOption config = new ConfigOption();
  @Mixin private SearchOptions search = new SearchOptions();
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
    data.check();
    protocol.check(ProtocolRun.VALIDATED);
    TuneOptions options = search.options(protocol.intervalSeed());
    ValidationTrials.Predicted predicted =
        new ValidationTrials.Predicted(
            data.folder(),
            protocol.protocol(),
            data.limit(),
            protocol.windowMs(),
            protocol.liveBatchMs());
    String given = config.text();
    DolmenConfig named = given == null ? null : config.parse(given);
    LocalServer.quietLogs();
    try {
      ValidationTrials read = read(predicted, named);
      search(read, given == null ? SchemaYaml.write(read.schema()) : given, options);
    } catch (IOException e) {
      throw new CommandFailedException(1, e);
    }
    return 0;
  }

  private ValidationTrials read(ValidationTrials.Predicted predicted, @Nullable DolmenConfig named)
      throws IOException {
    ProgressBar bar = new ProgressBar(progress, "reading", 0, System::nanoTime);
    ValidationTrials read =
        ValidationTrials.read(
            predicted,
            data.files(named),
            named == null ? null : named.schema(),
            rows -> bar.show(rows, ""));
    bar.done();
    ImportText.print(read.report(), progress);
    return read;
  }

  private void search(ValidationTrials read, String text, TuneOptions options)
      throws IOException, InterruptedException {
    DolmenConfig base = config.parse(text);
    SearchSpace space = search.of(SearchSpace.of(base, protocol.stream()));
    TunableConfig tunable = new TunableConfig(ConfigText.of(text), base, space, System.getenv());
    String overriding = tunable.overriding();
    OptionCheck.require(
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
      reporting.publish(
          out, () -> new TuneReport(result).print(out, tuned, file), TuneJson.of(result));
    }
  }
}
