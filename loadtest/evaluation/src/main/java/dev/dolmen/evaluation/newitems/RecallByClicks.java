package dev.dolmen.evaluation.newitems;

import dev.dolmen.evaluation.protocol.EvalClick;
import dev.dolmen.evaluation.protocol.Plan;
import dev.dolmen.evaluation.protocol.Prediction;
import dev.dolmen.evaluation.run.Ranking;
import dev.dolmen.trainer.validation.RankMetric;
import java.util.BitSet;

/**
 * How fast an item is found: Recall@20 by the clicks that it had when it was asked for, of the
 * items that come when a tenth of the stream has been learned and are clicked more than {@value
 * #LATER} times. So early and late clicks are of the same items.
 */
final class RecallByClicks {
  /** Own clicks from which on an item counts as known. */
  static final int LATER = 20;

  private static final int LEARNED_FIRST = 10;

  private final Plan plan;
  private final BitSet followed = new BitSet();

  RecallByClicks(Plan plan) {
    this.plan = plan;
    int items = 1 + plan.stream().stream().mapToInt(EvalClick::item).max().orElse(0);
    int[] clicks = new int[items];
    int[] first = new int[items];
    for (int i = 0; i < plan.stream().size(); i++) {
      int item = plan.stream().get(i).item();
      first[item] = clicks[item]++ == 0 ? i : first[item];
    }
    for (int item = 0; item < items; item++) {
      followed.set(
          item, clicks[item] > LATER && first[item] >= plan.stream().size() / LEARNED_FIRST);
    }
  }

  /** What a model makes of them. */
  NewItemResult.Half of(Ranking ranking) {
    double[] hits = new double[LATER + 1];
    double[] asked = new double[LATER + 1];
    for (int q = 0; q < plan.predictions().size(); q++) {
      Prediction question = plan.predictions().get(q);
      if (followed.get(question.targetClick().item())) {
        int clicks = Math.min(LATER, question.known());
        hits[clicks] += ranking.value(RankMetric.RECALL_20, q);
        asked[clicks]++;
      }
    }
    double later = hits[LATER] / asked[LATER];
    int half = -1;
    for (int clicks = LATER - 1; clicks >= 0; clicks--) {
      half = asked[clicks] > 0 && hits[clicks] / asked[clicks] >= later / 2 ? clicks : half;
    }
    return new NewItemResult.Half(half, hits[0] / asked[0], later, followed.cardinality());
  }
}
