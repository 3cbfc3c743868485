package dev.dolmen.evaluation.itemsets;

import dev.dolmen.evaluation.model.EvalModel;
import dev.dolmen.evaluation.model.EvalOptions;
import dev.dolmen.evaluation.model.ModelKind;
import dev.dolmen.evaluation.protocol.EvalDataset;
import dev.dolmen.evaluation.protocol.ItemSetLeaks;
import dev.dolmen.evaluation.protocol.ItemSetPlan;
import dev.dolmen.evaluation.protocol.ItemSetQuestion;
import dev.dolmen.evaluation.protocol.ItemSetSplit;
import dev.dolmen.evaluation.run.PeakMemory;
import dev.dolmen.evaluation.run.PlanRuns;
import dev.dolmen.trainer.EngineOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.IntConsumer;

/** Takes all models through the protocol about sets of items. */
public final class ItemSetsEvaluation {
  private final EvalDataset dataset;
  private final EngineOptions engine;
  private final EvalOptions options;
  private final ItemSetSettings settings;
  private final ItemSetPlan made;
  private final BitSet cold;

  /**
   * Reads the split and sets it up.
   *
   * @param dataset all pairs, and the items
   * @param folder that it lies in
   * @param engine the product's options, but for directory and seed
   * @throws IOException if the split is missing or does not fit the dataset
   * @throws IllegalStateException if what was made of it gives answers away
   */
  public ItemSetsEvaluation(
      EvalDataset dataset,
      Path folder,
      EngineOptions engine,
      EvalOptions options,
      ItemSetSettings settings)
      throws IOException {
    this.dataset = dataset;
    this.engine = engine;
    this.options = options;
    this.settings = settings;
    ItemSetSplit split = ItemSetSplit.read(dataset, folder, settings.split());
    cold = split.cold();
    made =
        ItemSetPlan.of(
            split,
            settings.validation(),
            settings.seen(),
            dataset.timeScale(),
            settings.orderSeed());
    ItemSetLeaks.check(split, made, settings.validation());
  }

  /** Pairs and questions of all models. */
  public long work() {
    long runs = options.models().stream().mapToLong(kind -> PlanRuns.runs(kind, options)).sum();
    return PlanRuns.work(made.plan(), options) + runs * made.questions().size();
  }

  /** Runs it. */
  public ItemSetResult run(PlanRuns.Progress progress) throws IOException {
    List<String> models = options.models().stream().map(ModelKind::title).toList();
    ItemSetFigures figures = new ItemSetFigures(made.questions(), models, cold);
    long[] asked = new long[1];
    PlanRuns runs =
        new PlanRuns(
            dataset,
            engine,
            options,
            PeakMemory.unwatched(),
            (done, doing) -> progress.done(done + asked[0], doing));
    runs.rankings(
        made.plan(),
        (kind, run, done, model) -> {
          ask(kind, model, figures, q -> progress.done(done + asked[0] + q, kind.title()));
          asked[0] += made.questions().size();
        });
    return result(models, figures);
  }

  /**
   * A user's questions stand together and are scored once.
   *
   * @param progress told how many questions are asked
   */
  private void ask(ModelKind kind, EvalModel model, ItemSetFigures figures, IntConsumer progress)
      throws IOException {
    int number = options.models().indexOf(kind);
    float[] scores = new float[dataset.items()];
    int user = -1;
    for (int q = 0; q < made.questions().size(); q++) {
      ItemSetQuestion question = made.questions().get(q);
      if (question.user() != user) {
        model.scoreAll(question.prefix(), scores);
        user = question.user();
      }
      figures.take(number, PlanRuns.runs(kind, options), q, scores);
      progress.accept(q + 1);
    }
  }

  private ItemSetResult result(List<String> models, ItemSetFigures figures) {
    List<ItemSetResult.Slice> slices = new ArrayList<>();
    for (ItemSetQuestion.Slice slice : ItemSetQuestion.Slice.values()) {
      int candidates =
          switch (slice) {
            case COLD -> cold.cardinality();
            case WARM -> dataset.items() - cold.cardinality();
            case TOTAL -> dataset.items();
          };
      slices.add(figures.slice(slice, candidates, options.intervalSeed()));
    }
    return new ItemSetResult(
        dataset.name(),
        settings,
        made.plan().history().size(),
        dataset.items(),
        cold.cardinality(),
        options.passes(),
        options.seeds(),
        models,
        slices,
        figures.coldTargets(),
        figures.coldShown());
  }
}
