package dev.dolmen.evaluation.study;

import dev.dolmen.evaluation.options.DatasetOptions;
import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.server.DirectoryTree;
import dev.dolmen.server.cli.CommandFailedException;
import dev.dolmen.server.cli.DatasetReading;
import dev.dolmen.server.cli.OptionCheck;
import dev.dolmen.server.cli.terminal.JsonReport;
import dev.dolmen.server.cli.terminal.ProgressBar;
import dev.dolmen.server.cli.terminal.Terminal;
import dev.dolmen.server.cli.terminal.TextTable;
import dev.dolmen.server.config.HumanUnits;
import dev.dolmen.server.data.DatasetImport;
import dev.dolmen.server.data.InteractionProfile;
import dev.dolmen.server.data.RecBoleDataset;
import dev.dolmen.traffic.local.Machine;
import dev.dolmen.traffic.report.Reporting;
import dev.dolmen.trainer.EngineOptions;
import dev.dolmen.trainer.HistoryTraining;
import dev.dolmen.trainer.alternatives.RankingOptions;
import dev.dolmen.trainer.validation.RankMetric;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code dolmen experiment sync-interval}. */
@Command(
    name = "sync-interval",
    mixinStandardHelpOptions = true,
    description = {
      "What is lost when the parameters that serve are synced with the trainer now and then.",
      "",
      "The first clicks are learned, the rest is streamed in event time (an experiment of Monolith):"
          + " every click is ranked, before it is learned, with everything that a ranking reads as of"
          + " the last sync; sessions are always those of now. One pass of training, and a copy of"
          + " what serves for each interval. Intervals of confidence are of the differences to"
          + " serving at once, over hours drawn with replacement.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  dolmen experiment sync-interval --data datasets/globo --plot sync-interval.svg",
      "  dolmen experiment sync-interval --data DIR --intervals 1d,1h --json sync.json"
    })
public final class SyncIntervalCommand implements Callable<Integer> {
  @Mixin private DatasetOptions data = new DatasetOptions();

  @Option(
      names = "--learn-first",
      paramLabel = "SHARE",
      defaultValue = "0.6",
      description =
          "Share of the time that is learned before anything is ranked, more than 0 and less than"
              + " 1. Default: ${DEFAULT-VALUE}.")
  private double learnFirst = 0.6;

  @Option(
      names = "--intervals",
      split = ",",
      paramLabel = "DURATION",
      defaultValue = "5h,1h,10m,1m",
      description =
          "Times between two syncs, beside never and at once: multiples of --batch."
              + " Default: ${DEFAULT-VALUE}.")
  private List<String> intervals = List.of("5h", "1h", "10m", "1m");

  @Option(
      names = "--batch",
      paramLabel = "DURATION",
      defaultValue = "10s",
      description =
          "Event time of a batch at most, which is what at once means here. Default:"
              + " ${DEFAULT-VALUE}.")
  private String batch = "10s";

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Of the model and the intervals of confidence. Default: ${DEFAULT-VALUE}.")
  private long seed = 1;

  @Mixin private Reporting reporting = new Reporting();

  @Option(names = "--plot", paramLabel = "FILE.svg", description = "Also draw them.")
  private @Nullable Path plot;

  /** Below so many clicks a batch, the batches are named as what may explain the figures. */
  private static final double FEW_CLICKS = 8;

  private final Terminal out;
  private final Terminal progress;

  /** Prints to standard output. */
  public SyncIntervalCommand() {
    this(Terminal.stdout(), Terminal.stderr());
  }

  /** Prints figures to {@code out} and progress to {@code progress}. */
  public SyncIntervalCommand(Terminal out, Terminal progress) {
    this.out = out;
    this.progress = progress;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    data.check();
    OptionCheck.require(
        learnFirst > 0 && learnFirst < 1,
        "--learn-first",
        learnFirst,
        "more than 0 and less than 1");
    long batchMs = duration("--batch", batch, 1, "of whole milliseconds").toMillis();
    List<SyncExperiment.Interval> syncs = new ArrayList<>();
    for (String interval : intervals) {
      syncs.add(
          new SyncExperiment.Interval(
              interval, duration("--intervals", interval, batchMs, "a multiple of --batch")));
    }
    RecBoleDataset dataset = RecBoleDataset.find(data.folder());
    DatasetImport read =
        DatasetReading.read(dataset, data.files(null), null, data.limit(), progress);
    SyncExperiment.Result result =
        run(read, new SyncExperiment.Options(fromMs(read.profile()), batchMs, syncs, seed));
    if (result.predictions() == 0) {
      throw new CommandFailedException(
          2,
          "--learn-first: "
              + learnFirst
              + " leaves nothing to rank: no session goes on after that");
    }
    reporting.publish(out, () -> print(result), json(result));
    if (plot != null) {
      Files.writeString(plot, SyncPlot.svg(result.figures(), data.title()));
    }
    return 0;
  }

  private static Duration duration(String option, String text, long unitMs, String unit) {
    Duration duration = HumanUnits.duration(text).orElse(Duration.ZERO);
    long ms = duration.toMillis();
    OptionCheck.require(
        ms > 0 && ms % unitMs == 0 && duration.equals(Duration.ofMillis(ms)),
        option,
        text,
        "a duration such as 10s, 1m or 5h, " + unit);
    return duration;
  }

  /**
   * When ranking begins.
   *
   * @throws CommandFailedException if the timestamps are no times
   */
  private long fromMs(InteractionProfile profile) {
    double min = Double.POSITIVE_INFINITY;
    double max = Double.NEGATIVE_INFINITY;
    for (InteractionProfile.Part part : profile.parts()) {
      min = Math.min(min, part.minTime());
      max = Math.max(max, part.maxTime());
    }
    if (!profile.timeScale().isEpoch()) {
      throw new CommandFailedException(
          2,
          String.format(
              Locale.ROOT,
              "%s: timestamps from %.0f to %.0f are a running number, expected seconds or"
                  + " milliseconds since 1970: syncs go by real time",
              data.folder(),
              min,
              max));
    }
    return profile.timeScale().toMillis(min + learnFirst * (max - min));
  }

  private SyncExperiment.Result run(DatasetImport read, SyncExperiment.Options options)
      throws IOException {
    InteractionProfile profile = read.profile();
    EngineFeed feed = new EngineFeed(read);
    ProgressBar bar = new ProgressBar(progress, "clicks", profile.events(), System::nanoTime);
    Path directory = Files.createTempDirectory("dolmen-experiment-");
    EngineOptions engine = engine(directory, read.schema());
    try (HistoryTraining training = HistoryTraining.open(engine, InstantSource.system())) {
      return new SyncExperiment(feed, feed.arrivals(engine), training, options)
          .run(clicks -> bar.show(clicks, ""));
    } finally {
      bar.done();
      DirectoryTree.delete(directory);
    }
  }

  private EngineOptions engine(Path directory, Schema schema) {
    EngineOptions d = EngineOptions.defaults(directory, schema);
    return d.with(e -> e.seed(seed).ranking(RankingOptions.defaults()));
  }

  private void print(SyncExperiment.Result result) {
    TextTable table =
        new TextTable(
            "synced every",
            "syncs",
            RankMetric.RECALL_20.key(),
            "to at once [95%]",
            RankMetric.NDCG_20.key(),
            "to at once [95%]",
            "item was there",
            RankMetric.RECALL_20.key() + ", items known before");
    for (SyncFigures f : result.figures()) {
      table.row(f.cells());
    }
    out.text(table.text());
    out.line(
        String.format(
            Locale.ROOT,
            "%s: %,d of %,d clicks predicted, those after the first of their session, in %,d"
                + " hours; at once is after at most %s",
            data.title(),
            result.predictions(),
            result.clicks(),
            result.hours(),
            batch));
    double perBatch = clicksPerBatch(result);
    if (perBatch < FEW_CLICKS) {
      out.line(
          String.format(
              Locale.ROOT,
              "a batch held %.1f clicks in the mean: steps of so few follow single visitors, and"
                  + " what stands still may rank better than what is trained so; a longer --batch"
                  + " has fewer and larger ones",
              perBatch));
    }
  }

  /** Serving at once is synced with every batch. */
  private static double clicksPerBatch(SyncExperiment.Result result) {
    return (double) result.clicks() / Math.max(1, result.figures().getLast().syncs());
  }

  private JsonReport json(SyncExperiment.Result result) {
    return new JsonReport()
        .put("machine", Machine.description())
        .put("dataset", data.title())
        .put("seed", seed)
        .put("learn_first", learnFirst)
        .put("clicks", result.clicks())
        .put("predictions", result.predictions())
        .put("hours", result.hours())
        .put("clicks_per_batch", clicksPerBatch(result))
        .put("results", result.figures().stream().map(f -> f.json()).toList());
  }
}
