package dev.dolmen.evaluation.comparison;

import dev.dolmen.evaluation.metric.Estimate;
import dev.dolmen.evaluation.metric.ListDiversity;
import dev.dolmen.evaluation.model.EvalModel;
import dev.dolmen.evaluation.model.EvalOptions;
import dev.dolmen.evaluation.model.ModelKind;
import dev.dolmen.evaluation.protocol.EvalDataset;
import dev.dolmen.evaluation.protocol.Plan;
import dev.dolmen.evaluation.protocol.PredictionSet;
import dev.dolmen.evaluation.run.PeakMemory;
import dev.dolmen.evaluation.run.PlanRun;
import dev.dolmen.evaluation.run.PlanRuns;
import dev.dolmen.evaluation.run.Ranking;
import dev.dolmen.evaluation.run.RunAnswers;
import dev.dolmen.evaluation.run.RunCost;
import dev.dolmen.trainer.EngineOptions;
import dev.dolmen.trainer.validation.RankMetric;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;

/**
 * One set of predictions, after one part of the clicks was learned, that settings are compared on.
 * Its figures are those that {@code dolmen eval} gives: a mean over all predictions, or over the
 * means of a stream's windows.
 */
public final class TrialRung {
  private final EvalDataset dataset;
  private final Plan plan;

  TrialRung(EvalDataset dataset, Plan plan) {
    this.dataset = dataset;
    this.plan = plan;
  }

  /** Clicks that are learned in a pass. */
  public int learned() {
    return plan.stream().isEmpty() ? plan.history().size() : plan.stream().size();
  }

  /** Predictions. */
  public int predictions() {
    return plan.counted();
  }

  /** Clicks and predictions of a trial. */
  public long work(int passes) {
    return PlanRun.work(plan, passes);
  }

  /**
   * Learns with some settings, and predicts.
   *
   * @param options the product's, but for the directory: one of its own, deleted at the end
   * @param passes over the history; 1 of a stream
   * @param progress told of the clicks learned and predictions made so far
   * @return rank by prediction, from 1; above {@value EvalModel#TOP} any number above it
   * @throws IOException if there is no room for what is learned
   */
  public int[] ranks(EngineOptions options, int passes, LongConsumer progress) throws IOException {
    EvalOptions how = new EvalOptions(List.of(ModelKind.DOLMEN), passes, passes, 1, 0);
    return new PlanRuns(
            dataset, options, how, PeakMemory.unwatched(), (done, doing) -> progress.accept(done))
        .rankings(plan)
        .getFirst()
        .ranks(0);
  }

  /**
   * All metrics of what {@link #ranks} gave, up to {@value EvalModel#TOP}.
   *
   * @param seed of the intervals
   */
  public Map<RankMetric, Estimate> figures(int[] ranks, long seed) {
    return section(seed, ranking("one", ranks)).models().getFirst().metrics();
  }

  /**
   * How much more one has than another, paired, of each metric at {@value EvalModel#TOP}.
   *
   * @param seed of the intervals
   */
  public Map<RankMetric, Estimate> differences(int[] ranks, int[] others, long seed) {
    Map<RankMetric, Estimate> differences = new LinkedHashMap<>();
    section(seed, ranking("one", ranks), ranking("other", others))
        .differences()
        .forEach(d -> differences.put(d.metric(), d.by()));
    return differences;
  }

  private ReportSection section(long seed, Ranking... rankings) {
    // Of trials no lists are kept: nothing is to be said of what is recommended.
    SectionFigures.Population population =
        new SectionFigures.Population(
            new int[dataset.items()], dataset.items(), ListDiversity.NONE);
    return new SectionFigures(plan, List.of(rankings), PredictionSet.NEXT, population, seed)
        .section("trials", "trials");
  }

  private Ranking ranking(String name, int[] ranks) {
    if (ranks.length != plan.predictions().size()) {
      throw new IllegalArgumentException(
          "ranks: " + ranks.length + ", expected " + plan.predictions().size());
    }
    return new Ranking(name, List.of(ranks), new RunAnswers(plan, 0), RunCost.NONE);
  }
}
