package dev.dolmen.evaluation;

import dev.dolmen.evaluation.comparison.EvalResult;
import dev.dolmen.evaluation.comparison.Evaluation;
import dev.dolmen.evaluation.comparison.ReportSection;
import dev.dolmen.evaluation.model.EvalOptions;
import dev.dolmen.evaluation.model.ModelKind;
import dev.dolmen.evaluation.protocol.EvalDataset;
import dev.dolmen.evaluation.protocol.ProtocolRun;
import dev.dolmen.evaluation.protocol.StreamSplit;
import dev.dolmen.evaluation.report.EvalJson;
import dev.dolmen.evaluation.report.EvalReport;
import dev.dolmen.evaluation.report.EvalTables;
import dev.dolmen.server.cli.CommandFailedException;
import dev.dolmen.server.cli.terminal.ProgressBar;
import dev.dolmen.server.cli.terminal.Terminal;
import dev.dolmen.server.cli.terminal.TextTable;
import dev.dolmen.server.config.ConfigException;
import dev.dolmen.server.config.DolmenConfig;
import dev.dolmen.server.config.HumanUnits;
import dev.dolmen.server.data.TimeScale;
import dev.dolmen.traffic.local.LocalServer;
import dev.dolmen.traffic.report.Reporting;
import dev.dolmen.trainer.EngineOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code dolmen eval}. */
@Command(
    name = "eval",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Compares the model with baselines on a dataset, by the protocols of the literature.",
      "",
      "static: learns NAME.train.inter and predicts every click of the sessions of NAME.test.inter"
          + " from the second on, each from those before it, among all items learned; one that was"
          + " never learned is a miss. Before the target such items stand with their metadata, which"
          + " Dolmen reads.",
      "leave-one-out: learns all but the last two items of each user, or session, and predicts the"
          + " last one among all items.",
      "stream: in windows of event time, each predicted by what was learned before. Read as in the"
          + " paper of Transformers4Rec (a session belongs to the window in which it began),"
          + " strictly (nothing of a click's own window is known) and live (every click is learned"
          + " as it happens). An item counts once a session, and those that the session has clicked"
          + " are not ranked.",
      "",
      "Dolmen learns as a server does and ranks with the code that serves. Ties count against the"
          + " target. Intervals are of 95%%, over sessions, or windows of a stream, drawn 1,000 times"
          + " with replacement; differences are paired.",
      ""
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:evaluated",
      "1:the dataset cannot be read, or does not fit the protocol",
      "2:an option or the configuration is not valid"
    },
    footer = {
      "",
      "Examples:",
      "  dolmen eval --data datasets/diginetica",
      "  dolmen eval --data datasets/diginetica --validation --models dolmen,blend --passes 2",
      "  dolmen eval --data datasets/globo --protocol stream --limit 300000 --report report",
      "  dolmen eval --data datasets/beauty --protocol leave-one-out --seeds 3 --json eval.json",
      "  dolmen eval --data datasets/diginetica --ablations --report report",
      "  dolmen eval --data datasets/diginetica --models dolmen,gru4rec,sasrec --network-passes 6"
    })
public final class EvalCommand implements Callable<Integer> {
  private static final int PASSES_MAX = 100;
  private static final int SEEDS_MAX = 100;

  @Option(
      names = "--data",
      required = true,
      paramLabel = "DIR",
      description = "Folder of a dataset in RecBole's atomic files.")
  private Path data = Path.of("");

  @Option(
      names = "--protocol",
      paramLabel = "NAME",
      defaultValue = "static",
      description = "static, leave-one-out or stream. Default: ${DEFAULT-VALUE}.")
  private String protocol = "static";

  @Option(
      names = "--models",
      split = ",",
      paramLabel = "NAME",
      description =
          "Of dolmen, gru4rec, sasrec (Dolmen's transformer on ids alone, with nothing beside it),"
              + " popular, popular-of-late, popular-in-session, co-occurrence, sknn, v-sknn,"
              + " vmis-knn, blend, blend-diginetica, blend-yoochoose, and those of --ablations."
              + " Default: dolmen,popular,co-occurrence,vmis-knn,blend.")
  private @Nullable List<String> models;

  @Option(
      names = "--ablations",
      description =
          "Compares Dolmen with itself, one part changed at a time: without-metadata, without-ids,"
              + " without-signals (co-visits and the session's own items), without-popularity,"
              + " without-log-q, with- or without-category-tasks, pooling-mean or pooling-last,"
              + " hashed (a table with as many buckets as values, which share them),"
              + " and with history another-pass, with a stream nightly (learns a day's clicks when"
              + " it is over). What the configuration does not have is left out. --models adds"
              + " others.")
  private boolean ablations;

  @Option(
      names = {"-c", "--config"},
      paramLabel = "FILE",
      description =
          "The configuration of Dolmen, its schema included; its directory, log and snapshots are"
              + " not touched. Default: as it is shipped, with a schema that follows from the files.")
  private @Nullable Path config;

  @Option(
      names = "--passes",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "Times that Dolmen, and what is made of it, learns the history, 1 to 100; a stream is"
              + " learned once. Default: ${DEFAULT-VALUE}.")
  private int passes = 1;

  @Option(
      names = "--network-passes",
      paramLabel = "N",
      description = "The same of gru4rec and sasrec. Default: as --passes.")
  private @Nullable Integer networkPasses;

  @Option(
      names = "--seeds",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "Runs of Dolmen, what is made of it, and gru4rec, each with another seed, whose mean is"
              + " reported; 1 to 100. Default: ${DEFAULT-VALUE}.")
  private int seeds = 1;

  @Option(
      names = "--validation",
      description =
          "For tuning: predicts NAME.valid.inter, or the sessions in the last 10%% of the training"
              + " part; with leave-one-out the item before the last. The test part is not read.")
  private boolean validation;

  @Option(
      names = "--unseen",
      description =
          "With static: also predicts, apart and once more, clicks on items that were never"
              + " learned and that the session has not clicked before, when these have come into the"
              + " catalogue with their metadata.")
  private boolean unseen;

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "Only the first N clicks of each file.")
  private long limit = Long.MAX_VALUE;

  @Option(
      names = "--after",
      paramLabel = "N",
      description =
          "Of a stream: only windows that begin after the first N clicks are predicted; what comes"
              + " before is learned. For what tuning has not seen. Default: 0.")
  private int after;

  @Option(
      names = "--readings",
      split = ",",
      paramLabel = "NAME",
      description =
          "Of a stream: paper, strict and live, the first being the headline. Default: all.")
  private List<String> readings = StreamSplit.READINGS;

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
          "Event time after which Dolmen has learned what was clicked, in the reading live;"
              + " baselines know a click at once. Default: ${DEFAULT-VALUE}.")
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
  public EvalCommand() {
    this(Terminal.stdout(), Terminal.stderr());
  }

  /** Prints figures to {@code out} and progress to {@code progress}. */
  public EvalCommand(Terminal out, Terminal progress) {
    this.out = out;
    this.progress = progress;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    check();
    long windowMs = duration("--window", window);
    long liveBatchMs = duration("--live-batch", liveBatch);
    DolmenConfig named = config();
    LocalServer.quietLogs();
    EvalResult result = evaluated(named, windowMs, liveBatchMs);
    EvalReport report = new EvalReport(result);
    reporting.publishPage(
        out, () -> print(result), EvalJson.of(result), report::markdown, report::html);
    return 0;
  }

  private EvalResult evaluated(@Nullable DolmenConfig named, long windowMs, long liveBatchMs) {
    try {
      EvalDataset dataset = read(named);
      EngineOptions engine = engine(named, dataset);
      EvalOptions options = options(engine);
      ProtocolRun study = study(dataset, windowMs, liveBatchMs);
      return run(new Evaluation(dataset, engine, options), study);
    } catch (IOException e) {
      throw new CommandFailedException(1, e);
    }
  }

  private void check() {
    check(ProtocolRun.PROTOCOLS.contains(protocol), "--protocol", protocol, ProtocolRun.PROTOCOLS);
    check(passes >= 1 && passes <= PASSES_MAX, "--passes", passes, "1 to 100");
    check(seeds >= 1 && seeds <= SEEDS_MAX, "--seeds", seeds, "1 to 100");
    check(limit >= 1, "--limit", limit, "1 or more");
    boolean stream = protocol.equals(ProtocolRun.STREAM);
    check(!stream || passes == 1, "--passes", passes, "1: a stream is learned once");
    if (networkPasses != null) {
      int n = networkPasses;
      check(n >= 1 && n <= PASSES_MAX, "--network-passes", n, "1 to 100");
      check(!stream || n == 1, "--network-passes", n, "1: a stream is learned once");
    }
    check(!stream || !validation, "--validation", true, "none with a stream: give --limit");
    check(!unseen || protocol.equals(ProtocolRun.STATIC), "--unseen", true, "none but with static");
    check(after >= 0, "--after", after, "0 or more");
    check(stream || after == 0, "--after", after, "0: it is of a stream");
    for (String reading : readings) {
      check(StreamSplit.READINGS.contains(reading), "--readings", reading, StreamSplit.READINGS);
    }
    named();
  }

  private EvalOptions options(EngineOptions engine) {
    boolean stream = protocol.equals(ProtocolRun.STREAM);
    LinkedHashSet<ModelKind> kinds = new LinkedHashSet<>();
    if (ablations) {
      kinds.add(ModelKind.DOLMEN);
      ModelKind.ABLATIONS.stream()
          .filter(kind -> kind.pointless(engine, stream) == null)
          .forEach(kinds::add);
    }
    for (ModelKind kind : named()) {
      String pointless = kind.pointless(engine, stream);
      if (pointless != null) {
        throw failed("--models", kind.title(), pointless);
      }
      kinds.add(kind);
    }
    return new EvalOptions(
        List.copyOf(kinds),
        passes,
        networkPasses == null ? passes : networkPasses,
        seeds,
        intervalSeed);
  }

  private List<ModelKind> named() {
    List<ModelKind> kinds = new ArrayList<>();
    List<String> names = models;
    for (String model : names != null ? names : ablations ? List.<String>of() : ModelKind.USUAL) {
      ModelKind kind = ModelKind.of(model);
      if (kind == null) {
        throw failed("--models", model, ModelKind.titles());
      }
      kinds.add(kind);
    }
    return kinds;
  }

  private static void check(boolean holds, String option, Object value, Object expected) {
    if (!holds) {
      throw failed(option, value, expected);
    }
  }

  private static CommandFailedException failed(String option, Object value, Object expected) {
    String wanted = expected instanceof List<?> ? "one of " + expected : expected.toString();
    return new CommandFailedException(2, option + ": " + value + ", expected " + wanted);
  }

  private static long duration(String option, String text) {
    long ms = HumanUnits.duration(text).orElse(Duration.ZERO).toMillis();
    check(ms > 0, option, text, "a duration such as 10s, 30m or 1h");
    return ms;
  }

  private @Nullable DolmenConfig config() {
    if (config == null) {
      return null;
    }
    try {
      return DolmenConfig.load(config, System.getenv());
    } catch (ConfigException | IOException e) {
      String message = e.getMessage();
      throw new CommandFailedException(2, message == null ? e.toString() : message);
    }
  }

  private EvalDataset read(@Nullable DolmenConfig named) throws IOException {
    ProgressBar bar = new ProgressBar(progress, "reading", 0, System::nanoTime);
    EvalDataset dataset =
        EvalDataset.read(
            data,
            named == null ? null : named.schema(),
            ProtocolRun.held(protocol, validation, data),
            limit,
            rows -> bar.show(rows, ""));
    bar.done();
    return dataset;
  }

  private ProtocolRun study(EvalDataset dataset, long windowMs, long liveBatchMs)
      throws IOException {
    if (protocol.equals(ProtocolRun.STATIC)) {
      return ProtocolRun.ofStatic(dataset, validation, unseen);
    }
    if (protocol.equals(ProtocolRun.LEAVE_ONE_OUT)) {
      return ProtocolRun.ofLeaveOneOut(dataset, validation);
    }
    if (dataset.timeScale() == TimeScale.RUNNING_NUMBER) {
      throw new IOException(
          dataset.name()
              + ": its timestamps are a running number, expected seconds or milliseconds since"
              + " 1970: without real times there are no windows to stream");
    }
    int clicks = dataset.learned().size();
    check(after < clicks, "--after", after, "less than the " + clicks + " clicks there are");
    return ProtocolRun.ofStream(
        dataset, List.copyOf(new LinkedHashSet<>(readings)), windowMs, liveBatchMs, after);
  }

  private static EngineOptions engine(@Nullable DolmenConfig named, EvalDataset dataset) {
    return named == null
        ? DolmenConfig.defaults(Path.of(""), dataset.schema()).engine()
        : named.engine();
  }

  private EvalResult run(Evaluation evaluation, ProtocolRun study) throws IOException {
    ProgressBar bar =
        new ProgressBar(progress, "evaluating", evaluation.work(study), System::nanoTime);
    EvalResult result = evaluation.run(study, bar::show);
    bar.done();
    return result;
  }

  private void print(EvalResult result) {
    out.line(result.summary());
    for (ReportSection section : result.sections()) {
      out.line("");
      out.line(out.bold(section.title()));
      for (EvalTables.Table table : EvalTables.all(section)) {
        TextTable text = new TextTable(table.headers().toArray(String[]::new));
        table.rows().forEach(row -> text.row(row.toArray()));
        out.line(out.dim(table.title()));
        out.text(text.text());
        out.line("");
      }
    }
    if (result.unknownTargets() > 0) {
      out.line(
          String.format(
              Locale.ROOT,
              "%,d predictions are of items that were never learned: a miss for every model",
              result.unknownTargets()));
    }
    out.line(
        String.format(
            Locale.ROOT,
            "%.0f s, peak memory %,d MB",
            result.seconds(),
            result.peakRssBytes() / 1_000_000));
  }
}
