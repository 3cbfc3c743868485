package dev.dolmen.evaluation.run;

import dev.dolmen.trainer.validation.RankMetric;
import java.util.List;

/** What one model answered to all questions of a plan, in one run for each seed. */
public final class Ranking {
  private final String model;
  private final int[][] ranks;
  private final PartAnswers answers;
  private final RunCost cost;

  /**
   * Keeps answers.
   *
   * @param model its name
   * @param ranks of each run, by question, 1 for the best
   * @param answers what it ranked first, in the first run
   * @param cost of a run, on average
   */
  public Ranking(String model, List<int[]> ranks, PartAnswers answers, RunCost cost) {
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
  public PartAnswers answers() {
    return answers;
  }

  /** What a run took, on average. */
  public RunCost cost() {
    return cost;
  }

  /** Rank by question of one run. */
  public int[] ranks(int run) {
    return ranks[run].clone();
  }

  /** How often it was run. */
  public int runs() {
    return ranks.length;
  }

  /** Rank of the question's target in the first run, 1 for the best. */
  public int rank(int question) {
    return ranks[0][question];
  }

  /** Mean over the runs of what the question's rank is worth. */
  public double value(RankMetric metric, int question) {
    double sum = 0;
    for (int[] run : ranks) {
      sum += metric.of(run[question]);
    }
    return sum / ranks.length;
  }

  /** What the question's rank is worth in one run. */
  public double value(RankMetric metric, int question, int run) {
    return metric.of(ranks[run][question]);
  }
}
