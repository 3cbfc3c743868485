package dev.dolmen.evaluation.run;

import dev.dolmen.evaluation.metric.TopItems;
import dev.dolmen.evaluation.model.EvalModel;
import dev.dolmen.evaluation.protocol.Plan;
import dev.dolmen.evaluation.protocol.PredictionSet;
import java.util.Arrays;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a model ranked first in one run, by set of predictions, and the chances that it gave: that
 * the next item is the first of its list, and that it is among the first {@link EvalModel#TOP}.
 */
public final class RunAnswers {
  /** Lists of which chances are kept: the first item's, and all of those that count. */
  public static final List<Integer> CUTS = List.of(1, EvalModel.TOP);

  private final Plan plan;
  private final Map<PredictionSet, TopItems> tops = new EnumMap<>(PredictionSet.class);

  private final Set<Integer> shown;

  /** Lists by prediction that is {@link ExamplePredictions shown}. */
  private final Map<Integer, int[]> examples = new HashMap<>();

  /** By cut and prediction; not a number where the model says nothing. */
  private final float[][] chances;

  /**
   * Nothing yet.
   *
   * @param items of the dataset
   */
  public RunAnswers(Plan plan, int items) {
    this.plan = plan;
    for (PredictionSet part : PredictionSet.values()) {
      tops.put(part, new TopItems(items));
    }
    shown = Set.copyOf(ExamplePredictions.of(plan));
    chances = new float[CUTS.size()][plan.predictions().size()];
    for (float[] ofCut : chances) {
      Arrays.fill(ofCut, Float.NaN);
    }
  }

  /**
   * Adds an answer.
   *
   * @param items ranked first, {@link EvalModel#DEPTH} or all there are
   * @param left items that are no candidates: they leave the list, and their chances are shared out
   *     among all others
   */
  void add(int prediction, int[] items, BitSet left, EvalModel.Chances given) {
    int[] kept = new int[EvalModel.TOP];
    int size = 0;
    double sum = 0;
    boolean says = given.ofTop().length == items.length && items.length > 0;
    double all = left.isEmpty() ? 1 : 1 - given.ofSeen();
    for (int i = 0; i < items.length && size < kept.length; i++) {
      if (!left.get(items[i])) {
        kept[size++] = items[i];
        sum += says ? given.ofTop()[i] : 0;
        if (says && size == CUTS.getFirst()) {
          chances[0][prediction] = share(sum, all);
        }
      }
    }
    if (says && size > 0) {
      chances[1][prediction] = share(sum, all);
    }
    int[] list = Arrays.copyOf(kept, size);
    if (shown.contains(prediction)) {
      examples.put(prediction, list);
    }
    tops.forEach((part, top) -> {
      if (part.has(plan, prediction)) {
        top.add(list);
      }
    });
  }

  /** Nothing is left to share out where the session has all that the model expects. */
  private static float share(double sum, double all) {
    return all > 1e-9 ? (float) Math.min(1, sum / all) : 0;
  }

  /** What was recommended in answer to the predictions of a part. */
  public TopItems top(PredictionSet part) {
    TopItems top = tops.get(part);
    if (top == null) {
      throw new IllegalArgumentException("part: " + part);
    }
    return top;
  }

  /** Items ranked first, best first, of one of the {@link ExamplePredictions}. */
  public int[] example(int prediction) {
    int[] list = examples.get(prediction);
    if (list == null) {
      throw new IllegalArgumentException(
          "prediction: " + prediction + ", expected one of " + examples.keySet());
    }
    return list.clone();
  }

  /**
   * The chance given that the target is among so many first.
   *
   * @param cut number of one of {@link #CUTS}
   * @return not a number if the model does not say
   */
  public float chance(int cut, int prediction) {
    return chances[cut][prediction];
  }
}
