package dev.dolmen.loadtest.eval;

import dev.dolmen.trainer.EngineOptions;
import dev.dolmen.trainer.baseline.OnlineRecommender;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Takes each of several models through a plan, as often as its figures depend on a seed. */
final class PlanRuns {
  private final EvalDataset dataset;
  private final EngineOptions engine;
  private final EvalOptions options;
  private final PeakMemory memory;
  private final Progress progress;

  /** Told how far a plan is. */
  @FunctionalInterface
  interface Progress {
    /**
     * So much is done.
     *
     * @param doing the model and the run
     */
    void done(long done, String doing);
  }

  /**
   * Sets it up.
   *
   * @param engine the product's options, but for directory and seed
   * @param memory of the process, of which each run gets its own peak
   */
  PlanRuns(
      EvalDataset dataset,
      EngineOptions engine,
      EvalOptions options,
      PeakMemory memory,
      Progress progress) {
    this.dataset = dataset;
    this.engine = engine;
    this.options = options;
    this.memory = memory;
    this.progress = progress;
  }

  /** Clicks and questions of all runs of a plan. */
  static long work(Plan plan, EvalOptions options) {
    long work = 0;
    for (ModelKind kind : options.models()) {
      boolean product = kind == ModelKind.DOLMEN;
      int runs = product ? options.seeds() : 1;
      work += runs * PlanRun.work(plan, product ? options.passes() : 1);
    }
    return work;
  }

  /** What the models answer, in the order of the options. */
  List<Ranking> rankings(Plan plan) throws IOException {
    List<Ranking> rankings = new ArrayList<>();
    long before = 0;
    for (ModelKind kind : options.models()) {
      boolean product = kind == ModelKind.DOLMEN;
      rankings.add(ranking(plan, kind, before));
      int runs = product ? options.seeds() : 1;
      before += runs * PlanRun.work(plan, product ? options.passes() : 1);
    }
    return rankings;
  }

  private Ranking ranking(Plan plan, ModelKind kind, long before) throws IOException {
    List<int[]> ranks = new ArrayList<>();
    List<RunCost> costs = new ArrayList<>();
    PartAnswers answers = new PartAnswers(plan, 0);
    int runs = kind == ModelKind.DOLMEN ? options.seeds() : 1;
    for (int i = 0; i < runs; i++) {
      String doing = kind.title() + (runs > 1 ? ", seed " + (engine.seed() + i) : "");
      long from = before + i * PlanRun.work(plan, options.passes());
      PlanRun run =
          new PlanRun(
              plan, dataset.items(), options.passes(), done -> progress.done(from + done, doing));
      CostWatch watch = new CostWatch(memory);
      try (EvalModel model = open(plan, kind, i)) {
        ranks.add(run.run(model));
        costs.add(watch.cost(model, run.askSeconds()));
      }
      answers = i == 0 ? run.answers() : answers;
    }
    return new Ranking(kind.title(), ranks, answers, RunCost.mean(costs));
  }

  private EvalModel open(Plan plan, ModelKind kind, int run) throws IOException {
    OnlineRecommender baseline = kind.baseline();
    return baseline != null
        ? new BaselineModel(baseline, plan.catalogue())
        : new DolmenModel(
            dataset,
            with(DolmenModel.directory(), engine.seed() + run),
            plan.catalogue(),
            !plan.reading().equals(StreamSplit.LIVE));
  }

  private EngineOptions with(Path directory, long seed) {
    return new EngineOptions(
        directory,
        engine.schema(),
        engine.model(),
        engine.training(),
        engine.sessions(),
        engine.catalog(),
        engine.log(),
        engine.snapshots(),
        seed);
  }
}
