package dev.dolmen.evaluation.run;

import dev.dolmen.evaluation.protocol.Plan;
import dev.dolmen.evaluation.protocol.PredictionSet;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Predictions that a report shows one by one: a few of those that the headline is of, evenly
 * spaced, whatever comes of them. They depend on the plan alone, so that all models are asked the
 * same ones and nobody picks those that flatter.
 */
public final class ExamplePredictions {
  /** So many at most. */
  static final int COUNT = 6;

  private ExamplePredictions() {}

  /** Numbers of the predictions, in their order. */
  public static List<Integer> of(Plan plan) {
    PredictionSet part = PredictionSet.headline(plan);
    int[] all =
        IntStream.range(0, plan.predictions().size()).filter(p -> part.has(plan, p)).toArray();
    int count = Math.min(COUNT, all.length);
    return IntStream.range(0, count)
        .map(i -> all[(int) ((2L * i + 1) * all.length / (2L * count))])
        .boxed()
        .toList();
  }
}
