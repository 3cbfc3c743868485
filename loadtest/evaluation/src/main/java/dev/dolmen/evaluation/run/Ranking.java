package dev.dolmen.evaluation.run;

import dev.dolmen.trainer.validation.RankMetric;
import java.util.List;

/** What one model answered to all predictions of a plan, in one run for each seed. */
public final class Ranking {
  private final String model;
  private final int[][] ranks;
  private final RunAnswers answers;
  private final RunCost cost;

  /**
   * Keeps answers.
   *
   * @param model its name
   * @param ranks of each run, by prediction, 1 for the best
   * @param answers what it ranked first, in the first run
   * @param cost of a run, on average
   */
  public Ranking(String model, List<int[]> ranks, RunAnswers answers, RunCost cost) {
    this.model = model;
    this.ranks = ranks.toArray(int[][]::new);
    this.answers = answers;
    this.cost = cost;
  }

  /** The model's name. */
  public String model() {
    return model;
  }

  /** What it ranked first, in the first run. */
  public RunAnswers answers() {
    return answers;
  }

  /** What a run took, on average. */
  public RunCost cost() {
    return cost;
  }

  /** Rank by prediction of one run. */
  public int[] ranks(int run) {
    return ranks[run].clone();
  }

  /** How often it was run. */
  public int runs() {
    return ranks.length;
  }

  /** Rank of the prediction's target in the first run, 1 for the best. */
  public int rank(int prediction) {
    return ranks[0][prediction];
  }

  /** Mean over the runs of what the prediction's rank is worth. */
  public double value(RankMetric metric, int prediction) {
    double sum = 0;
    for (int[] run : ranks) {
      sum += metric.of(run[prediction]);
    }
    return sum / ranks.length;
  }

  /** What the prediction's rank is worth in one run. */
  public double value(RankMetric metric, int prediction, int run) {
    return metric.of(ranks[run][prediction]);
  }
}
