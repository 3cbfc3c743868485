package dev.dolmen.evaluation.run;

import dev.dolmen.evaluation.hashed.HashedEmbeddingTable;
import dev.dolmen.evaluation.hashed.SlotValues;
import dev.dolmen.evaluation.model.BaselineModel;
import dev.dolmen.evaluation.model.DolmenModel;
import dev.dolmen.evaluation.model.EvalModel;
import dev.dolmen.evaluation.model.EvalOptions;
import dev.dolmen.evaluation.model.Gru4RecModel;
import dev.dolmen.evaluation.model.ModelKind;
import dev.dolmen.evaluation.model.NightlyModel;
import dev.dolmen.evaluation.protocol.EvalDataset;
import dev.dolmen.evaluation.protocol.Plan;
import dev.dolmen.evaluation.protocol.PlanArrivals;
import dev.dolmen.evaluation.protocol.StreamSplit;
import dev.dolmen.evaluation.protocol.VisibleData;
import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.parameterstore.store.TableFactory;
import dev.dolmen.trainer.EngineOptions;
import dev.dolmen.trainer.alternatives.ExperimentOptions;
import dev.dolmen.trainer.alternatives.FallbackOptions;
import dev.dolmen.trainer.alternatives.RankerOptions;
import dev.dolmen.trainer.alternatives.RankingOptions;
import dev.dolmen.trainer.baseline.OnlineRecommender;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Set;

/** Takes each of several models through a plan, as often as its figures depend on a seed. */
public final class PlanRuns {
  /** No server goes on from here, so nothing is kept that baselines could be taught. */
  private static final RankingOptions NO_BASELINES =
      new RankingOptions(
          ExperimentOptions.NONE, FallbackOptions.NONE, new RankerOptions(1, 1, 0, 0), Set.of());

  private final EvalDataset dataset;
  private final EngineOptions engine;
  private final EvalOptions options;
  private final PeakMemory memory;
  private final Progress progress;

  /** Told how far a plan is. */
  @FunctionalInterface
  public interface Progress {
    /**
     * So much is done.
     *
     * @param doing the model and the run
     */
    void done(long done, String doing);
  }

  /** Meets each model that has been through a plan, before it is closed. */
  @FunctionalInterface
  public interface Afterwards {
    /**
     * A model has learned and answered everything.
     *
     * @param run number of its run, from 0
     * @param done clicks and predictions of all runs before and of this one
     */
    void met(ModelKind kind, int run, long done, EvalModel model) throws IOException;
  }

  /**
   * Sets it up.
   *
   * @param engine the product's options, but for directory and seed
   * @param memory of the process, of which each run gets its own peak
   */
  public PlanRuns(
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

  /** Clicks and predictions of all runs of a plan. */
  public static long work(Plan plan, EvalOptions options) {
    return options.models().stream().mapToLong(kind -> work(plan, kind, options)).sum();
  }

  private static long work(Plan plan, ModelKind kind, EvalOptions options) {
    return runs(kind, options) * PlanRun.work(plan, kind.passes(options));
  }

  /** Times that a model goes through a plan. */
  public static int runs(ModelKind kind, EvalOptions options) {
    return kind.seeded() ? options.seeds() : 1;
  }

  /** What the models answer, in the order of the options. */
  public List<Ranking> rankings(Plan plan) throws IOException {
    return rankings(plan, (kind, run, done, model) -> {});
  }

  /** The same, where somebody meets each model afterwards. */
  public List<Ranking> rankings(Plan plan, Afterwards afterwards) throws IOException {
    List<Ranking> rankings = new ArrayList<>();
    PlanArrivals arrivals =
        PlanArrivals.of(plan, dataset, engine.training().batchEvents(), engine.seed());
    long before = 0;
    for (ModelKind kind : options.models()) {
      rankings.add(ranking(plan, arrivals, kind, before, afterwards));
      before += work(plan, kind, options);
    }
    return rankings;
  }

  private Ranking ranking(
      Plan plan, PlanArrivals arrivals, ModelKind kind, long before, Afterwards afterwards)
      throws IOException {
    BitSet beginning = arrivals.beginning();
    List<int[]> ranks = new ArrayList<>();
    List<RunCost> costs = new ArrayList<>();
    RunAnswers answers = new RunAnswers(plan, 0);
    int passes = kind.passes(options);
    int runs = runs(kind, options);
    for (int i = 0; i < runs; i++) {
      long seed = engine.seed() + i;
      String doing = kind.title() + (runs > 1 ? ", seed " + seed : "");
      long from = before + i * PlanRun.work(plan, passes);
      PlanRun run =
          new PlanRun(
              plan, arrivals, dataset.items(), passes, done -> progress.done(from + done, doing));
      CostWatch watch = new CostWatch(memory);
      try (EvalModel model = open(plan, beginning, kind, seed)) {
        ranks.add(run.run(model));
        costs.add(watch.cost(model, run.askSeconds()));
        afterwards.met(kind, i, from + PlanRun.work(plan, passes), model);
      }
      answers = i == 0 ? run.answers() : answers;
    }
    return new Ranking(kind.title(), ranks, answers, RunCost.mean(costs));
  }

  private EvalModel open(Plan plan, BitSet beginning, ModelKind kind, long seed)
      throws IOException {
    if (kind.isEngine()) {
      EvalModel model = openEngine(plan, beginning, kind, seed);
      return kind == ModelKind.NIGHTLY ? new NightlyModel(model) : model;
    }
    VisibleData data = new VisibleData(dataset, dataset.schema());
    OnlineRecommender content = kind.contentBaseline(data, dataset.schema());
    OnlineRecommender baseline = content == null ? kind.baseline() : content;
    return baseline == null
        ? Gru4RecModel.of(beginning, seed)
        : new BaselineModel(baseline, beginning);
  }

  private EvalModel openEngine(Plan plan, BitSet beginning, ModelKind kind, long seed)
      throws IOException {
    EngineOptions changed = kind.engine(engine);
    VisibleData data = new VisibleData(dataset, changed.schema());
    return new DolmenModel(
        data,
        with(changed, DolmenModel.directory(), seed),
        kind == ModelKind.HASHED ? hashed(data, changed.schema()) : TableFactory.COLLISIONLESS,
        beginning,
        plan.stream().isEmpty()
            || (plan.windows() > 1 && !plan.reading().equals(StreamSplit.LIVE)));
  }

  /** As many buckets as values. */
  private static TableFactory hashed(VisibleData data, Schema schema) {
    long[] buckets = new SlotValues(schema, data.items()).buckets(1);
    return (slots, seed) ->
        new HashedEmbeddingTable(TableFactory.COLLISIONLESS.open(slots, seed), buckets);
  }

  private static EngineOptions with(EngineOptions engine, Path directory, long seed) {
    return engine.with(e -> e.dataDirectory(directory).seed(seed).ranking(NO_BASELINES));
  }
}
