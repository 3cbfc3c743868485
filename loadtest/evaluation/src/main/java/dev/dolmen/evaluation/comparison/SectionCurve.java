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
   * @param chosen numbers of the questions that count
   */
  static ReportSection.Curve of(Plan plan, List<Ranking> rankings, int[] chosen) {
    int[] questions = new int[plan.windows()];
    double[][] recall = new double[rankings.size()][plan.windows()];
    double[][] ndcg = new double[rankings.size()][plan.windows()];
    for (int question : chosen) {
      int window = plan.questions().get(question).window();
      questions[window]++;
      for (int m = 0; m < rankings.size(); m++) {
        recall[m][window] += rankings.get(m).value(RankMetric.RECALL_20, question);
        ndcg[m][window] += rankings.get(m).value(RankMetric.NDCG_20, question);
      }
    }
    for (int m = 0; m < rankings.size(); m++) {
      for (int window = 0; window < questions.length; window++) {
        // A window without questions becomes a gap: 0 / 0.
        recall[m][window] /= questions[window];
        ndcg[m][window] /= questions[window];
      }
    }
    return new ReportSection.Curve(
        plan.windowNames(), Arrays.stream(questions).boxed().toList(), lists(recall), lists(ndcg));
  }

  private static List<List<Double>> lists(double[][] values) {
    return Arrays.stream(values).map(v -> Arrays.stream(v).boxed().toList()).toList();
  }
}
