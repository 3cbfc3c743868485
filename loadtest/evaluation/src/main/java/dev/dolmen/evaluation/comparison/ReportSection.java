package dev.dolmen.evaluation.comparison;

import dev.dolmen.evaluation.metric.Calibration;
import dev.dolmen.evaluation.metric.Estimate;
import dev.dolmen.evaluation.metric.PopularityScale;
import dev.dolmen.evaluation.run.RunCost;
import dev.dolmen.trainer.validation.RankMetric;
import java.util.List;
import java.util.Map;

/**
 * Figures of all models on one set of predictions.
 *
 * @param key short name, as in JSON
 * @param title what is predicted
 * @param reading name of the plan that the predictions are of
 * @param predictions how many
 * @param units that intervals are over
 * @param unit what these are: sessions or windows
 * @param models in the order given
 * @param differences of each pair of models; of what lacks a part only to the whole
 * @param slices of the predictions; without empty ones
 * @param curve over the windows, empty where there are none
 * @param calibrations of the models that give chances, by cut and then model
 * @param targetPopularity mean place of the items that were clicked, see {@link PopularityScale}
 */
public record ReportSection(
    String key,
    String title,
    String reading,
    int predictions,
    int units,
    String unit,
    List<Model> models,
    List<Difference> differences,
    List<PredictionSlice> slices,
    Curve curve,
    List<Calibration> calibrations,
    double targetPopularity) {
  /** What slices are told apart by, in their order. */
  public List<String> sliced() {
    return slices.stream().map(PredictionSlice::by).distinct().toList();
  }

  /** The slices that are told apart so. */
  public List<PredictionSlice> slicesBy(String by) {
    return slices.stream().filter(s -> s.by().equals(by)).toList();
  }

  /** A model's metric less that of the first model, paired. */
  public Estimate lessFirst(String model, RankMetric metric) {
    String first = models.getFirst().name();
    for (Difference d : differences) {
      if (d.model().equals(first) && d.than().equals(model) && d.metric().equals(metric)) {
        return new Estimate(-d.by().mean(), -d.by().high(), -d.by().low());
      }
    }
    throw new IllegalArgumentException("model: " + model + ", metric: " + metric.key());
  }

  /**
   * One model.
   *
   * @param metrics by metric
   * @param bySeed means of each run, by metric at 20: as many as it was run
   * @param recommended what it recommends, in its first run
   * @param cost of a run of the whole plan
   * @param askMicros microseconds that an answer took
   */
  public record Model(
      String name,
      Map<RankMetric, Estimate> metrics,
      Map<RankMetric, List<Double>> bySeed,
      Recommended recommended,
      RunCost cost,
      double askMicros) {
    /** How often it was run. */
    public int runs() {
      return bySeed.getOrDefault(RankMetric.RECALL_20, List.of()).size();
    }

    public Estimate metric(RankMetric metric) {
      Estimate found = metrics.get(metric);
      if (found == null) {
        throw new IllegalArgumentException("metric: " + metric);
      }
      return found;
    }
  }

  /**
   * Which items are recommended.
   *
   * @param coverage share of the catalogue in anybody's first 20
   * @param popularity mean place of a recommended item by clicks, 1 for the most clicked
   * @param popularityBias this less the same of the items that were clicked
   * @param vendi mean Vendi score of a list; not a number if items have nothing to compare
   * @param effectiveItems items that recommendations spread over
   */
  public record Recommended(
      double coverage,
      double popularity,
      double popularityBias,
      double vendi,
      double effectiveItems) {}

  /**
   * How much better one model is than another.
   *
   * @param by the better one's metric less the other's
   */
  public record Difference(String model, String than, RankMetric metric, Estimate by) {}

  /**
   * Some of the predictions.
   *
   * @param by what they are told apart by
   * @param name of the slice
   * @param models figures by model, in the order of {@link ReportSection#models}
   */
  public record PredictionSlice(
      String by, String name, int predictions, List<SliceFigures> models) {}

  /** One model's figures of a slice. */
  public record SliceFigures(String model, double recall, double mrr, double ndcg) {}

  /**
   * Figures over the windows.
   *
   * @param windows names
   * @param predictions in each
   * @param recall by model in the order of {@link ReportSection#models}, then window; NaN without
   *     predictions
   * @param ndcg the same
   */
  public record Curve(
      List<String> windows,
      List<Integer> predictions,
      List<List<Double>> recall,
      List<List<Double>> ndcg) {
    /** No windows. */
    static final Curve NONE = new Curve(List.of(), List.of(), List.of(), List.of());
  }
}
