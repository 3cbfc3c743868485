package dev.dolmen.evaluation.newitems;

import dev.dolmen.evaluation.protocol.EvalClick;
import dev.dolmen.evaluation.protocol.Plan;
import dev.dolmen.evaluation.protocol.PlanArrivals;
import dev.dolmen.evaluation.protocol.Prediction;
import java.time.Duration;
import java.util.BitSet;
import java.util.Map;

/**
 * First clicks of items that have just come into the catalogue, as news have: while the stream
 * runs, within {@link #FRESH} before the click. What is there from the beginning has no age here,
 * and without real times nothing has.
 */
final class FreshArrivals {
  /** How long before its first click an item came at most. */
  static final Duration FRESH = Duration.ofHours(1);

  private FreshArrivals() {}

  /** Numbers of the questions. */
  static BitSet of(Plan plan, PlanArrivals arrivals, boolean realTimes) {
    BitSet questions = new BitSet();
    Map<Integer, Long> places = arrivals.places();
    for (int q = 0; realTimes && q < plan.predictions().size(); q++) {
      Prediction question = plan.predictions().get(q);
      EvalClick target = question.targetClick();
      long place = places.getOrDefault(target.item(), 0L);
      if (question.known() == 0 && place > 0) {
        long cameMs = plan.stream().get(Math.toIntExact(place)).timeMs();
        questions.set(q, target.timeMs() - cameMs <= FRESH.toMillis());
      }
    }
    return questions;
  }
}
