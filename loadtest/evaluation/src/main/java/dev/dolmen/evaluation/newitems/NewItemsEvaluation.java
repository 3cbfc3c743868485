package dev.dolmen.evaluation.newitems;

import dev.dolmen.evaluation.model.EvalOptions;
import dev.dolmen.evaluation.model.ModelKind;
import dev.dolmen.evaluation.protocol.EvalDataset;
import dev.dolmen.evaluation.protocol.Plan;
import dev.dolmen.evaluation.protocol.PlanArrivals;
import dev.dolmen.evaluation.protocol.PlanLeaks;
import dev.dolmen.evaluation.protocol.PredictionSet;
import dev.dolmen.evaluation.run.PeakMemory;
import dev.dolmen.evaluation.run.PlanRuns;
import dev.dolmen.evaluation.run.Ranking;
import dev.dolmen.trainer.EngineOptions;
import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Takes all models through the protocol about new items. */
public final class NewItemsEvaluation {
  private static final String ALL = "all items";
  private static final String COLD = "cold items";

  private final EvalDataset dataset;
  private final EngineOptions engine;
  private final EvalOptions options;
  private final List<NewItemSettings.Part> parts;

  /**
   * Sets it up.
   *
   * @param engine the product's options, but for directory and seed
   * @throws IllegalStateException if a plan gives answers away
   */
  public NewItemsEvaluation(
      EvalDataset dataset, EngineOptions engine, EvalOptions options, NewItemSettings settings) {
    this.dataset = dataset;
    this.engine = engine;
    this.options = options;
    parts = settings.plans(dataset);
    parts.forEach(part -> part.plans().forEach(PlanLeaks::check));
  }

  /** Clicks and questions of all plans and models. */
  public long work() {
    return parts.stream()
        .flatMap(p -> p.plans().stream())
        .mapToLong(p -> PlanRuns.work(p, options))
        .sum();
  }

  /**
   * Runs it.
   *
   * @throws IOException if there is nothing to ask, or no room for what is learned
   */
  public NewItemResult run(PlanRuns.Progress progress) throws IOException {
    List<NewItemResult.Slice> slices = new ArrayList<>();
    List<NewItemResult.Shares> shares = new ArrayList<>();
    Map<String, NewItemResult.Half> halves = new LinkedHashMap<>();
    long before = 0;
    for (NewItemSettings.Part part : parts) {
      List<List<Ranking>> answers = new ArrayList<>();
      for (Plan plan : part.plans()) {
        answers.add(answers(plan, before, progress));
        before += PlanRuns.work(plan, options);
      }
      NewItemFigures figures = new NewItemFigures(part, answers, options.intervalSeed());
      if (part.plans().getFirst().stream().isEmpty()) {
        slices.addAll(splitSlices(figures));
        shares.add(shares(part, answers));
      } else {
        slices.addAll(streamSlices(figures, fresh(part.plans().getFirst())));
        RecallByClicks recall = new RecallByClicks(part.plans().getFirst());
        answers.getFirst().forEach(r -> halves.put(r.model(), recall.of(r)));
      }
    }
    return new NewItemResult(
        dataset.name(),
        dataset.learned().size(),
        dataset.items(),
        options.models().stream().map(ModelKind::title).toList(),
        slices,
        shares,
        halves);
  }

  private List<Ranking> answers(Plan plan, long before, PlanRuns.Progress progress)
      throws IOException {
    if (plan.counted() == 0) {
      throw new IOException(
          dataset.name() + ", " + plan.reading() + ": nothing to ask, no session goes on there");
    }
    PlanRuns runs =
        new PlanRuns(
            dataset,
            engine,
            options,
            PeakMemory.unwatched(),
            (done, doing) -> progress.done(before + done, plan.reading() + ": " + doing));
    return runs.rankings(plan);
  }

  private static List<NewItemResult.Slice> splitSlices(NewItemFigures figures) {
    return List.of(
        figures.slice(ALL, "cold", (plan, q) -> q < plan.counted() && known(plan, q) == 0),
        figures.slice(ALL, "warm", (plan, q) -> q < plan.counted() && known(plan, q) > 0),
        figures.slice(ALL, "total", (plan, q) -> q < plan.counted()),
        figures.slice(COLD, "cold", (plan, q) -> q >= plan.counted()));
  }

  /** By when items come, which is the same for every run. */
  private BitSet fresh(Plan plan) {
    PlanArrivals arrivals =
        PlanArrivals.of(plan, dataset, engine.training().batchEvents(), engine.seed());
    return FreshArrivals.of(plan, arrivals, dataset.timeScale().isEpoch());
  }

  private static List<NewItemResult.Slice> streamSlices(NewItemFigures figures, BitSet fresh) {
    return List.of(
        figures.slice(ALL, "first clicks", (plan, q) -> known(plan, q) == 0),
        figures.slice(ALL, "first clicks within an hour", (plan, q) -> fresh.get(q)),
        figures.slice(ALL, "clicks 2 to 5", (plan, q) -> known(plan, q) >= 1 && known(plan, q) < 5),
        figures.slice(ALL, "total", (plan, q) -> true));
  }

  private static int known(Plan plan, int question) {
    return plan.predictions().get(question).known();
  }

  /** Over all plans of the part. */
  private static NewItemResult.Shares shares(
      NewItemSettings.Part part, List<List<Ranking>> answers) {
    double clicks = 0;
    Map<String, Double> exposures = new LinkedHashMap<>();
    int plans = part.plans().size();
    for (int p = 0; p < plans; p++) {
      Plan plan = part.plans().get(p);
      clicks += (double) (plan.predictions().size() - plan.counted()) / plan.counted() / plans;
      for (Ranking ranking : answers.get(p)) {
        double share = ranking.answers().top(PredictionSet.NEXT).share(plan.lateItems());
        exposures.merge(ranking.model(), share / plans, Double::sum);
      }
    }
    return new NewItemResult.Shares(part.name(), clicks, exposures);
  }
}
