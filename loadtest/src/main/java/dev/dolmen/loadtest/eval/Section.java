package dev.dolmen.loadtest.eval;

import java.util.List;
import java.util.Map;

/**
 * Figures of all models on one set of questions.
 *
 * @param key short name, as in JSON
 * @param title what is predicted
 * @param questions how many
 * @param units that intervals are over
 * @param unit what these are: sessions or windows
 * @param models in the order given
 * @param differences of each pair of models
 * @param slices of the questions; without empty ones
 * @param curve over the windows, empty where there are none
 */
record Section(
    String key,
    String title,
    int questions,
    int units,
    String unit,
    List<Model> models,
    List<Difference> differences,
    List<Slice> slices,
    Curve curve) {
  /**
   * One model.
   *
   * @param metrics by metric
   * @param coverage share of the catalogue in anybody's first 20
   * @param popularity mean place of a recommended item by clicks, 1 for the most clicked
   * @param effectiveItems items that recommendations spread over
   * @param learnSeconds of all runs
   * @param askMicros microseconds that an answer took
   */
  record Model(
      String name,
      Map<RankMetric, Estimate> metrics,
      double coverage,
      double popularity,
      double effectiveItems,
      double learnSeconds,
      double askMicros) {
    Estimate metric(RankMetric metric) {
      Estimate found = metrics.get(metric);
      if (found == null) {
        throw new IllegalArgumentException("metric: " + metric);
      }
      return found;
    }
  }

  /**
   * How much better one model is than another.
   *
   * @param by the better one's metric less the other's
   */
  record Difference(String model, String than, RankMetric metric, Estimate by) {}

  /**
   * Some of the questions.
   *
   * @param by what they are told apart by
   * @param name of the slice
   * @param models figures by model, in the order of {@link Section#models}
   */
  record Slice(String by, String name, int questions, List<SliceFigures> models) {}

  /** One model's figures of a slice. */
  record SliceFigures(String model, double recall, double mrr, double ndcg) {}

  /**
   * Figures over the windows.
   *
   * @param windows names
   * @param questions in each
   * @param recall by model in the order of {@link Section#models}, then window; NaN without
   *     questions
   * @param ndcg the same
   */
  record Curve(
      List<String> windows,
      List<Integer> questions,
      List<List<Double>> recall,
      List<List<Double>> ndcg) {
    /** No windows. */
    static final Curve NONE = new Curve(List.of(), List.of(), List.of(), List.of());
  }
}
