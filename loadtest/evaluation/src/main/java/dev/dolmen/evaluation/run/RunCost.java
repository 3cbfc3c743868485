package dev.dolmen.evaluation.run;

import java.util.List;

/**
 * What a run of a model took.
 *
 * @param learnSeconds wall time in which it learned, all passes, without answering
 * @param askSeconds wall time in which it answered
 * @param heldBytes what is held by the model when it has learned and answered everything: the
 *     growth of the live heap, and rows outside of it
 * @param peakRssBytes the most that the process had resident meanwhile, the dataset and what the
 *     heap had grown to before included; -1 if the system does not say
 */
public record RunCost(double learnSeconds, double askSeconds, long heldBytes, long peakRssBytes) {
  /** Nothing. */
  public static final RunCost NONE = new RunCost(0, 0, 0, -1);

  /** Of several runs: means of times and of what is held, the highest peak. */
  static RunCost mean(List<RunCost> runs) {
    return new RunCost(
        runs.stream().mapToDouble(RunCost::learnSeconds).average().orElse(0),
        runs.stream().mapToDouble(RunCost::askSeconds).average().orElse(0),
        Math.round(runs.stream().mapToLong(RunCost::heldBytes).average().orElse(0)),
        runs.stream().mapToLong(RunCost::peakRssBytes).max().orElse(-1));
  }
}
