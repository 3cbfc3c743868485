package dev.dolmen.evaluation.study;

import dev.dolmen.evaluation.options.DatasetOptions;
import dev.dolmen.server.DirectoryTree;
import dev.dolmen.server.cli.CommandFailedException;
import dev.dolmen.server.cli.DatasetReading;
import dev.dolmen.server.cli.OptionCheck;
import dev.dolmen.server.cli.terminal.JsonReport;
import dev.dolmen.server.cli.terminal.ProgressBar;
import dev.dolmen.server.cli.terminal.Terminal;
import dev.dolmen.server.cli.terminal.TextTable;
import dev.dolmen.server.data.DatasetImport;
import dev.dolmen.server.data.RecBoleDataset;
import dev.dolmen.traffic.local.Machine;
import dev.dolmen.traffic.report.Reporting;
import dev.dolmen.trainer.EngineOptions;
import dev.dolmen.trainer.HistoryTraining;
import dev.dolmen.trainer.alternatives.RankingOptions;
import dev.dolmen.trainer.sync.SyncFormat;
import dev.dolmen.trainer.validation.RankMetric;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code dolmen experiment sync-format}. */
@Command(
    name = "sync-format",
    mixinStandardHelpOptions = true,
    description = {
      "What servers of a cluster lose by syncs in fewer bits, and what the bits take.",
      "",
      "The first clicks are learned, the rest is streamed: every click is ranked, before it is"
          + " learned, by a server that is told of what is learned by syncs, in the messages that a"
          + " trainer would send. A pass for each format; the same is learned in all of them."
          + " Intervals of confidence are of the differences to the first format, over batches"
          + " drawn with replacement.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  dolmen experiment sync-format --data datasets/diginetica",
      "  dolmen experiment sync-format --data DIR --limit 100000 --json formats.json"
    })
public final class SyncFormatCommand implements Callable<Integer> {
  @Mixin private DatasetOptions data = new DatasetOptions();

  @Option(
      names = "--learn-first",
      paramLabel = "SHARE",
      defaultValue = "0.6",
      description =
          "Share of the clicks that are learned before any is ranked, more than 0 and less than 1."
              + " Default: ${DEFAULT-VALUE}.")
  private double learnFirst = 0.6;

  @Option(
      names = "--sync-clicks",
      paramLabel = "N",
      defaultValue = "600",
      description =
          "Clicks between two syncs, rounded up to whole batches. Default: ${DEFAULT-VALUE}, those"
              + " of 300 ms at 2,000 a second.")
  private int syncClicks = 600;

  @Option(
      names = "--formats",
      split = ",",
      paramLabel = "FORMAT",
      defaultValue = "fp32,bf16,int8",
      description = "The first is what the others are compared with. Default: ${DEFAULT-VALUE}.")
  private List<String> formats = List.of("fp32", "bf16", "int8");

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Of the model and the intervals of confidence. Default: ${DEFAULT-VALUE}.")
  private long seed = 1;

  @Mixin private Reporting reporting = new Reporting();

  /** For which bytes a second are told. */
  private static final double CLICKS_PER_SECOND = 2_000;

  private final Terminal out;
  private final Terminal progress;

  /** Prints to standard output. */
  public SyncFormatCommand() {
    this(Terminal.stdout(), Terminal.stderr());
  }

  /** Prints figures to {@code out} and progress to {@code progress}. */
  public SyncFormatCommand(Terminal out, Terminal progress) {
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
    OptionCheck.require(
        syncClicks >= 1 && syncClicks <= 1_000_000, "--sync-clicks", syncClicks, "1 to 1,000,000");
    List<SyncFormat> asked = new ArrayList<>();
    for (String format : formats) {
      asked.add(format(format));
    }
    RecBoleDataset dataset = RecBoleDataset.find(data.folder());
    DatasetImport read =
        DatasetReading.read(dataset, data.files(null), null, data.limit(), progress);
    List<SyncFormatStudy.Run> runs = new ArrayList<>();
    for (SyncFormat format : asked) {
      runs.add(run(read, format));
    }
    if (runs.getFirst().units().isEmpty()) {
      throw new CommandFailedException(
          2,
          "--learn-first: "
              + learnFirst
              + " leaves nothing to rank: no session goes on after that");
    }
    List<SyncFormatFigures> figures = SyncFormatFigures.of(runs, seed);
    reporting.publish(out, () -> print(runs.getFirst(), figures), json(runs.getFirst(), figures));
    return 0;
  }

  private static SyncFormat format(String name) {
    for (SyncFormat format : SyncFormat.values()) {
      if (format.name().toLowerCase(Locale.ROOT).equals(name)) {
        return format;
      }
    }
    throw new CommandFailedException(2, "--formats: " + name + ", expected fp32, bf16 or int8");
  }

  private SyncFormatStudy.Run run(DatasetImport read, SyncFormat format) throws IOException {
    long clicks = read.profile().events();
    ProgressBar bar = new ProgressBar(progress, "clicks", clicks, System::nanoTime);
    Path directory = Files.createTempDirectory("dolmen-experiment-");
    EngineOptions engine =
        EngineOptions.defaults(directory, read.schema())
            .with(e -> e.seed(seed).ranking(RankingOptions.defaults()));
    long first = Math.round(learnFirst * clicks);
    try (HistoryTraining training = HistoryTraining.open(engine, InstantSource.system())) {
      return new SyncFormatStudy(
              new EngineFeed(read),
              engine,
              training,
              new SyncFormatStudy.Options(first, syncClicks))
          .run(format, taken -> bar.show(taken, format.name().toLowerCase(Locale.ROOT)));
    } finally {
      bar.done();
      DirectoryTree.delete(directory);
    }
  }

  private void print(SyncFormatStudy.Run run, List<SyncFormatFigures> figures) {
    String first = figures.getFirst().name();
    TextTable table =
        new TextTable(
            "format",
            RankMetric.RECALL_20.key(),
            "to " + first + " [95%]",
            RankMetric.NDCG_20.key(),
            "to " + first + " [95%]",
            "KiB a sync",
            "KiB/s");
    for (int i = 0; i < figures.size(); i++) {
      table.row(figures.get(i).cells(i == 0, CLICKS_PER_SECOND));
    }
    out.text(table.text());
    out.line(
        String.format(
            Locale.ROOT,
            "%s: %,d of %,d clicks predicted, those after the first of their session; a sync every"
                + " %,.0f clicks; KiB/s at %,.0f clicks a second",
            data.title(),
            figures.getFirst().predictions(),
            run.clicks(),
            (double) run.clicks() / Math.max(1, run.syncs()),
            CLICKS_PER_SECOND));
  }

  private JsonReport json(SyncFormatStudy.Run run, List<SyncFormatFigures> figures) {
    return new JsonReport()
        .put("machine", Machine.description())
        .put("dataset", data.title())
        .put("seed", seed)
        .put("learn_first", learnFirst)
        .put("clicks", run.clicks())
        .put("predictions", figures.getFirst().predictions())
        .put("clicks_per_sync", (double) run.clicks() / Math.max(1, run.syncs()))
        .put("formats", figures.stream().map(SyncFormatFigures::json).toList());
  }
}
