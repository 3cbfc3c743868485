package dev.dolmen.evaluation.protocol;

import java.util.BitSet;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/**
 * Walks through a plan about new items before anything is learned from it, and refuses one that
 * would give answers away: each protocol of {@link NewItemSplits} has its own rule, and all of them
 * have that no click is learned before it is asked. Arrivals are {@link PlanArrivals}' to check.
 */
public final class PlanLeaks {
  private final Plan plan;
  private final Set<EvalClick> learned = Collections.newSetFromMap(new IdentityHashMap<>());
  private final BitSet clicked = new BitSet();
  private long latestMs = Long.MIN_VALUE;

  private PlanLeaks(Plan plan) {
    this.plan = plan;
  }

  /**
   * Goes through it.
   *
   * @throws IllegalStateException naming the first click that is given away
   */
  public static void check(Plan plan) {
    new PlanLeaks(plan).walk();
  }

  private void walk() {
    plan.history().forEach(this::learn);
    for (int place = 0; place < plan.steps().size(); place++) {
      int step = plan.steps().at(place);
      if (step >= 0) {
        learn(plan.stream().get(step));
      } else if (step != Plan.SETTLE && step != Plan.ALL_ITEMS && step != Plan.ONLY_LATE) {
        ask(plan.predictions().get(~step));
      }
    }
  }

  private void learn(EvalClick click) {
    if (plan.lateItems().get(click.item())) {
      throw leak(click, "is of an item that comes after all that is learned, and is learned");
    }
    learned.add(click);
    clicked.set(click.item());
    latestMs = Math.max(latestMs, click.timeMs());
  }

  private void ask(Prediction prediction) {
    EvalClick target = prediction.targetClick();
    if (learned.contains(target)) {
      throw leak(target, "is learned before it is asked");
    }
    if (latestMs > target.timeMs()) {
      throw leak(target, "is asked when a later one is learned, of " + latestMs + " ms");
    }
    if ((prediction.known() == 0) == clicked.get(target.item())) {
      throw leak(
          target,
          "counts as clicked " + prediction.known() + " times, which is not what is learned");
    }
    List<EvalClick> prefix = prediction.prefix();
    if (prefix.stream().anyMatch(c -> c.item() == target.item())) {
      throw leak(target, "is of an item that the question brings along");
    }
  }

  private IllegalStateException leak(EvalClick click, String what) {
    return new IllegalStateException(
        plan.reading()
            + ": the click of session "
            + click.row().session()
            + " on item \""
            + click.row().item()
            + "\" at "
            + click.timeMs()
            + " ms "
            + what);
  }
}
