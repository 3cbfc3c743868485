package dev.dolmen.evaluation.comparison;

import dev.dolmen.evaluation.protocol.Plan;
import dev.dolmen.evaluation.run.Ranking;
import dev.dolmen.trainer.validation.RankMetric;
import java.util.Arrays;
import java.util.List;

/** Makes the curve of a section over the windows of its plan. */
final class SectionCurve {
  private SectionCurve() {}

  /**
   * The figures of each window.
   *
   * @param chosen numbers of the predictions that count
   */
  static ReportSection.Curve of(Plan plan, List<Ranking> rankings, int[] chosen) {
    int[] predictions = new int[plan.windows()];
    double[][] recall = new double[rankings.size()][plan.windows()];
    double[][] ndcg = new double[rankings.size()][plan.windows()];
    for (int prediction : chosen) {
      int window = plan.predictions().get(prediction).window();
      predictions[window]++;
      for (int m = 0; m < rankings.size(); m++) {
        recall[m][window] += rankings.get(m).value(RankMetric.RECALL_20, prediction);
        ndcg[m][window] += rankings.get(m).value(RankMetric.NDCG_20, prediction);
      }
    }
    for (int m = 0; m < rankings.size(); m++) {
      for (int window = 0; window < predictions.length; window++) {
        // A window without predictions becomes a gap: 0 / 0.
        recall[m][window] /= predictions[window];
        ndcg[m][window] /= predictions[window];
      }
    }
    return new ReportSection.Curve(
        plan.windowNames(),
        Arrays.stream(predictions).boxed().toList(),
        lists(recall),
        lists(ndcg));
  }

  private static List<List<Double>> lists(double[][] values) {
    return Arrays.stream(values).map(v -> Arrays.stream(v).boxed().toList()).toList();
  }
}
