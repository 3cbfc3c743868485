package dev.dolmen.evaluation.comparison;

import dev.dolmen.evaluation.metric.ListDiversity;
import dev.dolmen.evaluation.model.EvalOptions;
import dev.dolmen.evaluation.protocol.EvalClick;
import dev.dolmen.evaluation.protocol.EvalDataset;
import dev.dolmen.evaluation.protocol.HistorySplits;
import dev.dolmen.evaluation.protocol.Plan;
import dev.dolmen.evaluation.protocol.PredictionSet;
import dev.dolmen.evaluation.protocol.ProtocolRun;
import dev.dolmen.evaluation.run.PeakMemory;
import dev.dolmen.evaluation.run.PlanRuns;
import dev.dolmen.evaluation.run.Ranking;
import dev.dolmen.trainer.EngineOptions;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** Takes all models through a protocol and makes the figures. */
public final class Evaluation {
  /** Key of the section about items that were never learned. */
  static final String UNSEEN = "unseen";

  private final EvalDataset dataset;
  private final EngineOptions engine;
  private final EvalOptions options;
  private final ListDiversity diversity;

  /**
   * Sets it up.
   *
   * @param engine the product's options, but for directory and seed
   */
  public Evaluation(EvalDataset dataset, EngineOptions engine, EvalOptions options) {
    this.dataset = dataset;
    this.engine = engine;
    this.options = options;
    diversity = new ListDiversity(dataset);
  }

  /** Clicks and predictions of all plans and models. */
  public long work(ProtocolRun run) {
    return run.plans().stream().mapToLong(p -> PlanRuns.work(p, options)).sum();
  }

  /**
   * Runs it.
   *
   * @throws IOException if there is nothing to predict, or no room for what is learned
   */
  public EvalResult run(ProtocolRun run, PlanRuns.Progress progress) throws IOException {
    long start = System.nanoTime();
    PeakMemory memory = new PeakMemory();
    List<ReportSection> sections = new ArrayList<>();
    List<ExampleSession> examples = List.of();
    long before = 0;
    for (Plan plan : run.plans()) {
      if (plan.counted() == 0) {
        throw new IOException(
            dataset.name() + ": nothing to predict, no session goes on after what is learned");
      }
      long from = before;
      String reading = run.plans().size() > 1 ? plan.reading() + ": " : "";
      PlanRuns runs =
          new PlanRuns(
              dataset,
              engine,
              options,
              memory,
              (done, doing) -> progress.done(from + done, reading + doing));
      List<Ranking> rankings = runs.rankings(plan);
      sections.addAll(sections(plan, rankings));
      examples = examples.isEmpty() ? new ExampleSessions(dataset).of(plan, rankings) : examples;
      before += PlanRuns.work(plan, options);
    }
    Plan first = run.plans().getFirst();
    return new EvalResult(
        dataset.name(),
        run.protocol(),
        run.validation(),
        learned(first).size(),
        candidates(first),
        run.unknownTargets(),
        options.passes(),
        options.seeds(),
        sections,
        examples,
        ListDiversity.columns(dataset.schema()),
        (System.nanoTime() - start) / 1e9,
        memory.bytes());
  }

  private static List<EvalClick> learned(Plan plan) {
    return plan.stream().isEmpty() ? plan.history() : plan.stream();
  }

  private static int candidates(Plan plan) {
    return (int)
        Stream.concat(
                plan.catalogue().stream().boxed(), learned(plan).stream().map(EvalClick::item))
            .distinct()
            .count();
  }

  private List<ReportSection> sections(Plan plan, List<Ranking> rankings) {
    List<ReportSection> sections = new ArrayList<>();
    boolean stream = plan.windows() > 1;
    if (stream) {
      sections.add(
          section(plan, rankings, PredictionSet.LAST, plan.reading() + "-last", "the last item"));
    }
    sections.add(
        section(
            plan,
            rankings,
            PredictionSet.NEXT,
            stream ? plan.reading() + "-next" : plan.reading(),
            plan.reading().equals(ProtocolRun.LEAVE_ONE_OUT)
                ? "the item left out"
                : "every next item"));
    if (plan.predictions().size() > plan.counted()) {
      sections.add(
          section(
              plan, rankings, PredictionSet.UNSEEN, UNSEEN, "next items that were never learned"));
    }
    return sections;
  }

  private ReportSection section(
      Plan plan, List<Ranking> rankings, PredictionSet part, String key, String what) {
    String title = String.format(Locale.ROOT, "%s: %s", plan.reading(), what);
    int[] clicks = Arrays.copyOf(HistorySplits.counts(learned(plan)), dataset.items());
    int late = part == PredictionSet.UNSEEN ? lateItems(plan) : 0;
    return new SectionFigures(
            plan,
            rankings,
            part,
            new SectionFigures.Population(clicks, candidates(plan) + late, diversity),
            options.intervalSeed())
        .section(key, title);
  }

  /** Items that can be recommended only when they have been announced. */
  private static int lateItems(Plan plan) {
    BitSet late = (BitSet) plan.lateItems().clone();
    late.andNot(plan.catalogue());
    learned(plan).forEach(c -> late.clear(c.item()));
    return late.cardinality();
  }
}
