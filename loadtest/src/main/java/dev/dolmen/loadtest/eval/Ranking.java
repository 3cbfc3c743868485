package dev.dolmen.loadtest.eval;

import java.util.List;

/** What one model answered to all questions of a plan, in one run for each seed. */
final class Ranking {
  private final String model;
  private final int[][] ranks;
  private final TopItems top;
  private final double learnSeconds;
  private final double askSeconds;

  /**
   * Keeps answers.
   *
   * @param model its name
   * @param ranks of each run, by question, 1 for the best
   * @param top items that it ranked first, in the first run
   * @param learnSeconds that learning took, all runs
   * @param askSeconds that answering took, all runs
   */
  Ranking(String model, List<int[]> ranks, TopItems top, double learnSeconds, double askSeconds) {
    this.model = model;
    this.ranks = ranks.toArray(int[][]::new);
    this.top = top;
    this.learnSeconds = learnSeconds;
    this.askSeconds = askSeconds;
  }

  /** The model's name. */
  String model() {
    return model;
  }

  /** Items that it ranked first, in the first run. */
  TopItems top() {
    return top;
  }

  /** Time that learning took, all runs. */
  double learnSeconds() {
    return learnSeconds;
  }

  /** Time that answering took, all runs. */
  double askSeconds() {
    return askSeconds;
  }

  /** Rank by question of one run. */
  int[] ranks(int run) {
    return ranks[run].clone();
  }

  /** How often it was run. */
  int runs() {
    return ranks.length;
  }

  /** Mean over the runs of what the question's rank is worth. */
  double value(RankMetric metric, int question) {
    double sum = 0;
    for (int[] run : ranks) {
      sum += metric.of(run[question]);
    }
    return sum / ranks.length;
  }
}
