package dev.dolmen.evaluation.itemsets;

import dev.dolmen.evaluation.metric.Estimate;
import java.util.List;
import java.util.Map;

/**
 * What came of the protocol about sets of items on one split.
 *
 * @param dataset its name
 * @param settings what was asked
 * @param learned pairs
 * @param items of the dataset
 * @param cold those of which nothing was learned
 * @param passes of the product over what is learned
 * @param seeds runs of a model that depends on a seed
 * @param models names, in the order of tables
 * @param slices in the order of tables
 * @param coldTargets share of cold items among all targets of the slice of all items
 * @param coldShown by model: share of cold items among those that are recommended there
 */
public record ItemSetResult(
    String dataset,
    ItemSetSettings settings,
    int learned,
    int items,
    int cold,
    int passes,
    int seeds,
    List<String> models,
    List<Slice> slices,
    double coldTargets,
    Map<String, Double> coldShown) {

  /**
   * Questions that ask for the same kind of items.
   *
   * @param name of the slice
   * @param among what is ranked, in words
   * @param candidates how many that is, before what the user has is removed
   * @param users questions, which intervals are drawn over
   * @param targets of all of them
   * @param figures by model and metric
   * @param ahead by model but the first: NDCG of the first less that of the model, paired
   */
  public record Slice(
      String name,
      String among,
      int candidates,
      int users,
      long targets,
      Map<String, Map<SetMetric, Estimate>> figures,
      Map<String, Estimate> ahead) {}
}
