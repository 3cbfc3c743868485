package dev.dolmen.evaluation.run;

import dev.dolmen.evaluation.model.EvalModel;
import dev.dolmen.evaluation.protocol.Plan;
import dev.dolmen.evaluation.protocol.PlanArrivals;
import java.io.IOException;
import java.util.Arrays;
import java.util.BitSet;
import java.util.function.LongConsumer;

/** Takes a model through a plan. One thread. */
public final class PlanRun {
  private final Plan plan;
  private final PlanArrivals arrivals;
  private PlanArrivals.Walk walk;
  private final int passes;
  private final LongConsumer progress;
  private final int[] ranks;
  private final RunAnswers answers;
  private long done;
  private long askNanos;

  /**
   * Sets it up.
   *
   * @param arrivals when the plan's items come
   * @param items of the dataset
   * @param passes over the history
   * @param progress told of the clicks learned and predictions asked so far
   */
  PlanRun(Plan plan, PlanArrivals arrivals, int items, int passes, LongConsumer progress) {
    this.plan = plan;
    this.arrivals = arrivals;
    walk = arrivals.walk();
    this.passes = passes;
    this.progress = progress;
    ranks = new int[plan.predictions().size()];
    answers = new RunAnswers(plan, items);
  }

  /** Clicks and predictions of a run. */
  public static long work(Plan plan, int passes) {
    return (long) passes * plan.history().size() + plan.steps().size();
  }

  /**
   * Runs it.
   *
   * @return rank by prediction
   * @throws IllegalStateException if a prediction was not answered
   */
  int[] run(EvalModel model) throws IOException {
    for (int pass = 0; pass < passes; pass++) {
      model.beginPass();
      learnHistory(model);
    }
    model.settle();
    for (int place = 0; place < plan.steps().size(); place++) {
      step(model, plan.steps().at(place));
      progress.accept(++done);
    }
    long start = System.nanoTime();
    model.settle();
    askNanos += System.nanoTime() - start;
    if (Arrays.stream(ranks).anyMatch(rank -> rank == 0)) {
      throw new IllegalStateException("a prediction was not answered");
    }
    return ranks;
  }

  private void learnHistory(EvalModel model) throws IOException {
    walk = arrivals.walk();
    for (int click = 0; click < plan.history().size(); click++) {
      arrive(model, click);
      model.learn(plan.history().get(click));
      progress.accept(++done);
    }
    if (plan.stream().isEmpty()) {
      arrive(model, Long.MAX_VALUE);
    }
  }

  private void arrive(EvalModel model, long click) throws IOException {
    if (walk.any(click)) {
      model.announce(walk.before(click));
    }
  }

  private void step(EvalModel model, int step) throws IOException {
    if (step == Plan.SETTLE) {
      model.settle();
    } else if (step == Plan.ALL_ITEMS) {
      model.announce(plan.lateItems());
    } else if (step == Plan.ONLY_LATE) {
      model.narrow(plan.lateItems());
    } else if (step >= 0) {
      arrive(model, step);
      model.learn(plan.stream().get(step));
    } else {
      long start = System.nanoTime();
      model.ask(~step, plan.predictions().get(~step), this::answer);
      askNanos += System.nanoTime() - start;
    }
  }

  private void answer(int prediction, int rank, int[] items, EvalModel.Chances chances) {
    BitSet seen = new BitSet();
    int left = rank;
    if (plan.withoutSeen()) {
      plan.predictions().get(prediction).prefix().forEach(c -> seen.set(c.item()));
      // A rank counts all that score as high: they are the first so many of the list.
      if (rank <= items.length) {
        left -= (int) Arrays.stream(items, 0, rank).filter(seen::get).count();
      }
    }
    ranks[prediction] = left;
    answers.add(prediction, items, seen, chances);
  }

  /** What was ranked first. */
  RunAnswers answers() {
    return answers;
  }

  /** Time that answering took, where it is done in the call. */
  double askSeconds() {
    return askNanos / 1e9;
  }
}
