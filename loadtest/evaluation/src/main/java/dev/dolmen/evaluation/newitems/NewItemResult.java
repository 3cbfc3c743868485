package dev.dolmen.evaluation.newitems;

import dev.dolmen.evaluation.metric.Estimate;
import dev.dolmen.trainer.validation.RankMetric;
import java.util.List;
import java.util.Map;

/**
 * What came of the protocol about new items on one dataset.
 *
 * @param dataset its name
 * @param clicks of it
 * @param items of it
 * @param models names, in the order of tables
 * @param slices in the order of tables
 * @param shares of cold items, by part of the protocol; none of a stream
 * @param halves by model: own clicks after which an item is found half as often as later
 */
public record NewItemResult(
    String dataset,
    int clicks,
    int items,
    List<String> models,
    List<Slice> slices,
    List<Shares> shares,
    Map<String, Half> halves) {

  /**
   * Questions that have something in common.
   *
   * @param part of the protocol
   * @param candidates what is ranked: all items, or cold ones
   * @param slice its name
   * @param questions how many
   * @param sessions that they are of, which intervals are drawn over
   * @param figures by model and metric
   * @param ahead by model but the first: Recall@20 of the first less that of the model, paired
   */
  public record Slice(
      String part,
      String candidates,
      String slice,
      int questions,
      int sessions,
      Map<String, Map<RankMetric, Estimate>> figures,
      Map<String, Estimate> ahead) {}

  /**
   * Cold items' share of the places among the first 20, next to their share of what was clicked.
   *
   * @param exposures by model
   */
  public record Shares(String part, double clicks, Map<String, Double> exposures) {}

  /**
   * How fast an item that comes is found.
   *
   * @param clicks of its own; -1 if that is never reached within those that are looked at
   * @param later Recall@20 after that many clicks and more
   */
  public record Half(int clicks, double first, double later, int items) {}
}
