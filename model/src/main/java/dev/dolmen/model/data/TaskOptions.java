package dev.dolmen.model.data;

import java.util.List;

/**
 * What is learned, and how strongly: the next item always, other tasks beside it on request.
 *
 * @param labelSmoothing share of a softmax's target that is spread evenly over all candidates
 *     (Szegedy et al., 2016, section 7); 0 to below 1
 * @param categoryColumns columns of an item whose value is predicted for the next item, each by a
 *     softmax of its own; columns of one value an item
 * @param categoryWeight weight of each such task's loss; above 0
 * @param clicks whether {@link dev.dolmen.model.layer.ClickHead} learns which shown items are
 *     clicked
 * @param clickWeight weight of that task's loss; above 0
 * @param learnedWeights whether the tasks' weights are multiplied by learned ones, from how
 *     uncertain each task is (Kendall, Gal and Cipolla, CVPR 2018)
 */
public record TaskOptions(
    float labelSmoothing,
    List<Integer> categoryColumns,
    float categoryWeight,
    boolean clicks,
    float clickWeight,
    boolean learnedWeights) {
  public TaskOptions {
    categoryColumns = List.copyOf(categoryColumns);
    require(labelSmoothing >= 0 && labelSmoothing < 1, "labelSmoothing", labelSmoothing, "0 to 1");
    require(weighs(categoryWeight), "categoryWeight", categoryWeight, "above 0");
    require(weighs(clickWeight), "clickWeight", clickWeight, "above 0");
  }

  /** The next item alone. */
  public static TaskOptions nextItem() {
    return new TaskOptions(0, List.of(), 1, false, 1, false);
  }

  private static boolean weighs(float weight) {
    return weight > 0 && Float.isFinite(weight);
  }

  private static void require(boolean holds, String field, float value, String expected) {
    if (!holds) {
      throw new IllegalArgumentException(
          "tasks: " + field + " is " + value + ", expected " + expected);
    }
  }
}
