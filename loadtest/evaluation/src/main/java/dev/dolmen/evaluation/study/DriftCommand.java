package dev.dolmen.evaluation.study;

import dev.dolmen.evaluation.metric.Percent;
import dev.dolmen.parameterstore.schema.RowSegment;
import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.parameterstore.schema.Slot;
import dev.dolmen.parameterstore.schema.SparseOptimizerOptions;
import dev.dolmen.parameterstore.schema.SparseOptimizerOptions.Coefficients;
import dev.dolmen.server.cli.OptionCheck;
import dev.dolmen.server.cli.terminal.JsonReport;
import dev.dolmen.server.cli.terminal.ProgressBar;
import dev.dolmen.server.cli.terminal.Terminal;
import dev.dolmen.server.cli.terminal.TextTable;
import dev.dolmen.traffic.local.Machine;
import dev.dolmen.traffic.report.Reporting;
import dev.dolmen.trainer.EngineOptions;
import dev.dolmen.trainer.validation.RankMetric;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code dolmen experiment drift}. */
@Command(
    name = "drift",
    mixinStandardHelpOptions = true,
    description = {
      "How soon a model follows a change of taste, when it is young and when it is old.",
      "",
      "Clicks of the demo's visitors are learned, without a server and a clock. Their taste"
          + " changes: early in one run, late in another, from the same taste to the same. Both"
          + " runs are followed for as many clicks. A run has recovered at the end of the first"
          + " block of clicks in which it reaches a share of what the early one reaches in the last"
          + " quarter.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  dolmen experiment drift",
      "  dolmen experiment drift --late 3000000 --half-life 0 --json drift.json"
    })
public final class DriftCommand implements Callable<Integer> {
  @Option(
      names = "--early",
      paramLabel = "N",
      description = "Clicks before the early change. Default: ${DEFAULT-VALUE}.")
  private long early = 100_000;

  @Option(
      names = "--late",
      paramLabel = "N",
      description = "Clicks before the late change. Default: ${DEFAULT-VALUE}.")
  private long late = 1_000_000;

  @Option(
      names = "--follow",
      paramLabel = "N",
      description = "Clicks after it that are looked at. Default: ${DEFAULT-VALUE}.")
  private long follow = 80_000;

  @Option(
      names = "--block",
      paramLabel = "N",
      description = "Clicks that are taken together. Default: ${DEFAULT-VALUE}.")
  private long block = 4_000;

  @Option(
      names = "--recovered",
      paramLabel = "SHARE",
      description = "Of the recall that the early run reaches. Default: ${DEFAULT-VALUE}.")
  private double recovered = 0.95;

  @Option(
      names = "--half-life",
      paramLabel = "STEPS",
      description =
          "Half-life of the accumulators of all slots, in steps of a row; 0 for sums that grow for"
              + " ever. Default: as a server's.")
  private @Nullable Integer halfLife;

  @Mixin private ShopStudyOptions shops = new ShopStudyOptions(1);
  @Mixin private Reporting reporting = new Reporting();

  private final Terminal out;
  private final Terminal progress;

  /** Prints to standard output. */
  public DriftCommand() {
    this(Terminal.stdout(), Terminal.stderr());
  }

  /** Prints figures to {@code out} and progress to {@code progress}. */
  public DriftCommand(Terminal out, Terminal progress) {
    this.out = out;
    this.progress = progress;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    check();
    EngineOptions engine = engine();
    int seeds = shops.seeds();
    ProgressBar bar =
        new ProgressBar(progress, "clicks", seeds * (early + late + 2 * follow), System::nanoTime);
    List<DriftStudy.Outcome> young = new ArrayList<>();
    List<DriftStudy.Outcome> old = new ArrayList<>();
    for (int i = 0; i < seeds; i++) {
      long of = shops.seed(i);
      long before = i * (early + late + 2 * follow);
      DriftStudy study =
          new DriftStudy(engine.with(e -> e.seed(of)), new DriftStudy.Options(follow, block));
      young.add(study.run(early, done -> bar.show(before + done, "early, seed " + of)));
      old.add(
          study.run(late, done -> bar.show(before + early + follow + done, "late, seed " + of)));
    }
    bar.done();
    publish(DriftStudy.mean(young), DriftStudy.mean(old));
    return 0;
  }

  private void check() {
    OptionCheck.require(block >= 100 && block <= 1e9, "--block", block, "100 to 1,000,000,000");
    blocks("--early", early);
    blocks("--late", late);
    blocks("--follow", follow);
    OptionCheck.require(
        recovered > 0 && recovered <= 1, "--recovered", recovered, "more than 0, at most 1");
    shops.check();
    if (halfLife != null) {
      OptionCheck.require(
          halfLife >= 0 && halfLife <= Coefficients.HALF_LIFE_STEPS.max(),
          "--half-life",
          halfLife,
          "0 to 1,000,000,000");
    }
  }

  private void blocks(String option, long clicks) {
    OptionCheck.require(
        clicks >= block && clicks <= 1e10 && clicks % block == 0,
        option,
        clicks,
        "a multiple of --block, which is " + block);
  }

  private EngineOptions engine() {
    EngineOptions engine = shops.engine();
    Integer steps = halfLife;
    return steps == null ? engine : engine.with(e -> e.schema(forgetting(engine.schema(), steps)));
  }

  private static Schema forgetting(Schema schema, int halfLife) {
    List<Slot> slots = new ArrayList<>();
    for (Slot slot : schema.slots()) {
      List<RowSegment> segments =
          slot.rows().segments().stream().map(s -> forgetting(s, halfLife)).toList();
      slots.add(
          new Slot(
              slot.name(),
              slot.kind(),
              slot.required(),
              slot.levels(),
              slot.maxTokens(),
              slot.knots(),
              slot.rows().withSegments(segments)));
    }
    return new Schema(slots);
  }

  private static RowSegment forgetting(RowSegment segment, int halfLife) {
    SparseOptimizerOptions o = segment.optimizer();
    Coefficients c = o.coefficients();
    return new RowSegment(
        segment.name(),
        segment.dim(),
        new SparseOptimizerOptions(
            o.kind(),
            o.learningRate(),
            o.initialAccumulator(),
            o.clipNorm(),
            o.weightDecay(),
            new Coefficients(c.momentum(), c.squareDecay(), c.l1(), c.l2(), c.groupL1(), halfLife),
            o.warmUpSteps()),
        segment.initialStdDev());
  }

  private void publish(DriftStudy.Outcome young, DriftStudy.Outcome old)
      throws IOException, InterruptedException {
    int lastQuarter = young.after().size() - Math.max(1, young.after().size() / 4);
    double wanted = recovered * young.recallFrom(lastQuarter);
    long soon = young.recovery(wanted, block);
    long late = old.recovery(wanted, block);
    reporting.publish(
        out,
        () -> {
          TextTable table =
              new TextTable(
                  "changed after",
                  "recovered after",
                  RankMetric.RECALL_20.key() + " before",
                  "first block",
                  "all that follow",
                  "last quarter",
                  RankMetric.MRR_20.key());
          row(table, this.early, soon, young, lastQuarter);
          row(table, this.late, late, old, lastQuarter);
          out.text(table.text());
          out.paragraph(
              String.format(
                  Locale.ROOT,
                  "clicks; recovered is the first block of %,d with recall@20 of %.2f%%; %,d clicks"
                      + " were followed; mrr of all that follow",
                  block,
                  100 * wanted,
                  follow));
        },
        new JsonReport()
            .put("machine", Machine.description())
            .put("early", this.early)
            .put("late", this.late)
            .put("follow", follow)
            .put("block", block)
            .put("seeds", shops.seeds())
            .put("recovered_recall", wanted)
            .put("recovery_clicks_early", soon)
            .put("recovery_clicks_late", late)
            .put("early_figures", figures(young))
            .put("late_figures", figures(old)));
  }

  private static void row(
      TextTable table, long clicks, long recovery, DriftStudy.Outcome outcome, int lastQuarter) {
    table.row(
        String.format(Locale.ROOT, "%,d", clicks),
        recovery < 0 ? "not" : String.format(Locale.ROOT, "%,d", recovery),
        Percent.of(outcome.before().recall()),
        Percent.of(outcome.after().getFirst().recall()),
        Percent.of(outcome.recallFrom(0)),
        Percent.of(outcome.recallFrom(lastQuarter)),
        Percent.of(outcome.mrrFrom(0)));
  }

  private static JsonReport figures(DriftStudy.Outcome outcome) {
    return new JsonReport()
        .put(RankMetric.RECALL_20.key() + "_before", outcome.before().recall())
        .put(RankMetric.MRR_20.key() + "_before", outcome.before().mrr())
        .putAll(RankMetric.RECALL_20.key(), outcome.after().stream().map(b -> b.recall()).toList())
        .putAll(RankMetric.MRR_20.key(), outcome.after().stream().map(b -> b.mrr()).toList());
  }
}
