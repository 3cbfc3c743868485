package dev.dolmen.trainer.learn;

import dev.dolmen.model.data.FeatureColumn;
import dev.dolmen.model.data.TaskOptions;
import dev.dolmen.parameterstore.range.NumberRange;
import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.parameterstore.schema.Slot;
import dev.dolmen.parameterstore.schema.SlotKind;
import java.util.ArrayList;
import java.util.List;

/**
 * What the model learns next to the next item.
 *
 * @param labelSmoothing share of a softmax's target that is spread evenly over all candidates, in
 *     {@link #LABEL_SMOOTHING}
 * @param categories names of slots of kind category or category path: the next item's value is
 *     predicted, of a path at each level; may be empty
 * @param categoryWeight weight of each such task's loss next to the next item's, in {@link #WEIGHT}
 * @param clickWeight weight of the loss of clicks on what was shown; 0 for a model that does not
 *     learn them, or in {@link #WEIGHT}
 * @param learnedWeights whether weights are multiplied by learned ones
 */
public record TaskSettings(
    float labelSmoothing,
    List<String> categories,
    float categoryWeight,
    float clickWeight,
    boolean learnedWeights) {
  public static final NumberRange LABEL_SMOOTHING = NumberRange.of(0, 0.5);
  public static final NumberRange WEIGHT = NumberRange.of(0.001, 100);

  public TaskSettings {
    categories = List.copyOf(categories);
    LABEL_SMOOTHING.check("model.tasks.labelSmoothing", labelSmoothing);
    WEIGHT.check("model.tasks.categoryWeight", categoryWeight);
    if (clickWeight != 0) {
      WEIGHT.check("model.tasks.clickWeight", clickWeight);
    }
  }

  /** The next item, and clicks on what was shown. */
  public static TaskSettings defaults() {
    return new TaskSettings(0, List.of(), 0.2f, 0.02f, false);
  }

  /**
   * The tasks for the columns of {@code schema}.
   *
   * @param columns an item's columns
   * @throws IllegalArgumentException for a slot that the schema does not have, or of another kind
   */
  TaskOptions toTaskOptions(Schema schema, List<FeatureColumn> columns) {
    List<Integer> places = new ArrayList<>();
    for (String name : categories) {
      int slot = schema.slotOf(name);
      if (slot < 0 || !isCategory(schema.slots().get(slot))) {
        throw new IllegalArgumentException(
            "model.tasks.categories: \"" + name + "\", expected some of " + categoriesOf(schema));
      }
      for (int c = 0; c < columns.size(); c++) {
        if (columns.get(c).slot() == slot) {
          places.add(c);
        }
      }
    }
    return new TaskOptions(
        labelSmoothing,
        places,
        categoryWeight,
        learnsClicks(),
        learnsClicks() ? clickWeight : 1,
        learnedWeights);
  }

  /** Whether chances of clicks are learned. */
  public boolean learnsClicks() {
    return clickWeight > 0;
  }

  /** Names of the slots whose values can be predicted. */
  public static List<String> categoriesOf(Schema schema) {
    return schema.slots().stream().filter(TaskSettings::isCategory).map(Slot::name).toList();
  }

  private static boolean isCategory(Slot slot) {
    return slot.kind() == SlotKind.CATEGORY || slot.kind() == SlotKind.CATEGORY_PATH;
  }
}
