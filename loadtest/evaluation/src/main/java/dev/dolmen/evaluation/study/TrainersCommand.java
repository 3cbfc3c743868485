package dev.dolmen.evaluation.study;

import dev.dolmen.evaluation.exchange.Aggregation;
import dev.dolmen.evaluation.exchange.Fault;
import dev.dolmen.evaluation.exchange.Summing;
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
import dev.dolmen.trainer.alternatives.RankingOptions;
import dev.dolmen.trainer.learn.TrainingOptions;
import dev.dolmen.trainer.validation.RankMetric;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.apache.commons.math3.util.ArithmeticUtils;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code dolmen experiment trainers}. */
@Command(
    name = "trainers",
    mixinStandardHelpOptions = true,
    description = {
      "What several trainers come to, each of which learns from a part of the sessions.",
      "",
      "Every trainer takes the whole stream, and learns the sessions whose ids fall to it; every so"
          + " many clicks all go on from what they have changed together. Each click is ranked,"
          + " before it is learned, by the trainer of its session. One after the other in this"
          + " process: clicks a second are what machines of their own would learn, by processor"
          + " time of the busiest. Intervals of confidence are over sessions, differences are to"
          + " one trainer.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  dolmen experiment trainers --data datasets/diginetica --limit 100000",
      "  dolmen experiment trainers --data DIR --trainers 4 --json trainers.json \\",
      "      --aggregate mean,median,bounded --faults none,lags,garbage"
    })
public final class TrainersCommand implements Callable<Integer> {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
  private static final int MOST_TRAINERS = 64;

  @Mixin private DatasetOptions data = new DatasetOptions();

  @Option(
      names = "--learn-first",
      paramLabel = "SHARE",
      defaultValue = "0.5",
      description =
          "Share of the clicks that are learned before any is scored, 0 to less than 1, rounded to"
              + " batches that all have in common. Default: ${DEFAULT-VALUE}.")
  private double learnFirst = 0.5;

  @Option(
      names = "--trainers",
      split = ",",
      paramLabel = "N",
      defaultValue = "1,2,4,8",
      description =
          "How many there are, 1 to 64; one is always tried first. Default: ${DEFAULT-VALUE}.")
  private List<Integer> trainers = List.of(1, 2, 4, 8);

  @Option(
      names = "--exchange-every",
      split = ",",
      paramLabel = "N",
      defaultValue = "2000",
      description =
          "Clicks of the stream between two exchanges, rounded up to whole batches. Default:"
              + " ${DEFAULT-VALUE}.")
  private List<Long> exchangeEvery = List.of(2_000L);

  @Option(
      names = "--aggregate",
      split = ",",
      paramLabel = "RULE",
      defaultValue = "mean",
      description =
          "How changes become one: mean, median, trimmed, flag (projected onto what most have in"
              + " common), bounded (by length, and by age). Default: ${DEFAULT-VALUE}.")
  private List<String> aggregate = List.of("mean");

  @Option(
      names = "--sum",
      split = ",",
      paramLabel = "WHAT",
      defaultValue = "all",
      description =
          "What is summed up in the place of a mean, where several trainers have changed it: all,"
              + " rows, without dense parameters, or none. Default: ${DEFAULT-VALUE}.")
  private List<String> sum = List.of("all");

  @Option(
      names = "--faults",
      split = ",",
      paramLabel = "FAULT",
      defaultValue = "none",
      description =
          "What is wrong with the last trainer: none; lags; random, large or nan, which are"
              + " garbage. Default: ${DEFAULT-VALUE}.")
  private List<String> faults = List.of("none");

  @Option(
      names = "--lag",
      paramLabel = "N",
      defaultValue = "4",
      description = "Exchanges that a trainer that lags is late. Default: ${DEFAULT-VALUE}.")
  private int lag = 4;

  @Option(
      names = "--batches",
      paramLabel = "HOW",
      defaultValue = "own",
      description =
          "Clicks of a batch: own, the batch of one trainer times the trainers, so that each has as"
              + " many clicks of its own; stream, that of one trainer. Default: ${DEFAULT-VALUE}.")
  private String batches = "own";

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Of model, noise and intervals of confidence. Default: ${DEFAULT-VALUE}.")
  private long seed = 1;

  @Mixin private Reporting reporting = new Reporting();

  private final Terminal out;
  private final Terminal progress;

  /** Prints to standard output. */
  public TrainersCommand() {
    this(Terminal.stdout(), Terminal.stderr());
  }

  /** Prints figures to {@code out} and progress to {@code progress}. */
  public TrainersCommand(Terminal out, Terminal progress) {
    this.out = out;
    this.progress = progress;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    data.check();
    List<TrainersStudy.Setup> asked = setups(0);
    RecBoleDataset dataset = RecBoleDataset.find(data.folder());
    DatasetImport read =
        DatasetReading.read(dataset, data.files(null), null, data.limit(), progress);
    List<TrainersStudy.Setup> setups = setups(first(asked, read.profile().events()));
    List<TrainersStudy.Run> runs = new ArrayList<>();
    for (TrainersStudy.Setup setup : setups) {
      runs.add(run(read, setup, runs.size() + 1 + " of " + asked.size()));
      if (runs.getFirst().scores().predictions() == 0) {
        throw new CommandFailedException(
            2, "--learn-first: " + learnFirst + " leaves nothing to rank: no session goes on");
      }
    }
    if (runs.size() > 1) {
      // The same again, for its times: those of the first pass are of code that is being compiled.
      runs.set(0, run(read, setups.getFirst(), "one again"));
    }
    List<TrainersFigures> figures = TrainersFigures.of(runs, seed);
    reporting.publish(out, () -> print(figures), json(figures));
    return 0;
  }

  /** Clicks that are learned first: whole batches of all of them, so that all score the same. */
  private long first(List<TrainersStudy.Setup> setups, long clicks) {
    long common = 1;
    for (TrainersStudy.Setup setup : setups) {
      common = ArithmeticUtils.lcm(common, setup.batchClicks());
    }
    return Math.round(learnFirst * clicks / common) * common;
  }

  /** One trainer, then all that was asked for of several. */
  private List<TrainersStudy.Setup> setups(long first) {
    OptionCheck.require(
        learnFirst >= 0 && learnFirst < 1, "--learn-first", learnFirst, "0 to less than 1");
    OptionCheck.require(lag >= 1 && lag <= 10_000, "--lag", lag, "1 to 10,000");
    boolean own = chosen("--batches", batches, List.of("own", "stream")) == 0;
    int batch = TrainingOptions.defaults().batchEvents();
    List<TrainersStudy.Setup> setups = new ArrayList<>();
    TrainersStudy.Setup one =
        new TrainersStudy.Setup(
            1, batch, batch, Aggregation.MEAN, Summing.NONE, Fault.NONE, lag, first, seed);
    setups.add(one);
    for (int n : trainers) {
      OptionCheck.require(n >= 1 && n <= MOST_TRAINERS, "--trainers", n, "1 to " + MOST_TRAINERS);
      int clicks = own ? n * batch : batch;
      for (long every : exchangeEvery) {
        OptionCheck.require(
            every >= 1 && every <= 1e9, "--exchange-every", every, "1 to 1,000,000,000");
        for (Aggregation rule : rules()) {
          for (Summing summing : sums()) {
            for (Fault fault : wrong()) {
              if (n > 1) {
                setups.add(one.with(n, clicks, every, rule, summing, fault));
              }
            }
          }
        }
      }
    }
    return setups;
  }

  private static int chosen(String option, String value, List<String> among) {
    int at = among.indexOf(value);
    if (at < 0) {
      throw new CommandFailedException(
          2, option + ": " + value + ", expected one of " + String.join(", ", among));
    }
    return at;
  }

  private List<Aggregation> rules() {
    List<Aggregation> all = List.of(Aggregation.values());
    List<String> names = all.stream().map(Aggregation::label).toList();
    return aggregate.stream().map(name -> all.get(chosen("--aggregate", name, names))).toList();
  }

  private List<Summing> sums() {
    List<Summing> all = List.of(Summing.values());
    List<String> names = all.stream().map(Summing::label).toList();
    return sum.stream().map(name -> all.get(chosen("--sum", name, names))).toList();
  }

  /** Garbage is all kinds of it. */
  private List<Fault> wrong() {
    List<Fault> all = List.of(Fault.values());
    List<String> names = new ArrayList<>(all.stream().map(Fault::label).toList());
    names.add("garbage");
    List<Fault> wrong = new ArrayList<>();
    for (String name : faults) {
      int at = chosen("--faults", name, names);
      wrong.addAll(
          at == all.size() ? List.of(Fault.RANDOM, Fault.LARGE, Fault.NAN) : List.of(all.get(at)));
    }
    return wrong;
  }

  private TrainersStudy.Run run(DatasetImport read, TrainersStudy.Setup setup, String note)
      throws IOException {
    ProgressBar bar =
        new ProgressBar(progress, "clicks", read.profile().events(), System::nanoTime);
    Path directory = Files.createTempDirectory("dolmen-experiment-");
    try (TrainersStudy study =
        new TrainersStudy(
            new EngineFeed(read),
            number -> engine(directory.resolve("trainer" + number), read),
            setup,
            THREADS::getCurrentThreadCpuTime)) {
      return study.run(taken -> bar.show(taken, note));
    } finally {
      bar.done();
      DirectoryTree.delete(directory);
    }
  }

  private EngineOptions engine(Path directory, DatasetImport read) {
    return EngineOptions.defaults(directory, read.schema())
        .with(e -> e.seed(seed).ranking(RankingOptions.defaults()));
  }

  private void print(List<TrainersFigures> figures) {
    TextTable table =
        new TextTable(
            "trainers",
            "exchange",
            "by",
            "sum",
            "fault",
            RankMetric.RECALL_20.key() + " [95%]",
            "to one",
            RankMetric.MRR_20.key() + " to one",
            "us a click",
            "clicks/s",
            "times",
            "bytes a click");
    figures.forEach(f -> table.row(f.cells()));
    out.text(table.text());
    out.line(
        String.format(
            Locale.ROOT,
            "%s: %,d of the last %,d clicks predicted; us of processor time of the busiest trainer"
                + " for a click of the stream, to derive + learn + exchange; bytes that all of them"
                + " send",
            data.title(),
            figures.getFirst().run().scores().predictions(),
            figures.getFirst().run().clicks()));
    if (trainers.contains(2)) {
      out.line("Of two trainers no rule can tell which is wrong, but by length or age.");
    }
  }

  private JsonReport json(List<TrainersFigures> figures) {
    return new JsonReport()
        .put("machine", Machine.description())
        .put("dataset", data.title())
        .put("seed", seed)
        .put("lag", lag)
        .put("learn_first", learnFirst)
        .put("clicks", figures.getFirst().run().clicks())
        .put("predictions", figures.getFirst().run().scores().predictions())
        .put("runs", figures.stream().map(TrainersFigures::json).toList());
  }
}
