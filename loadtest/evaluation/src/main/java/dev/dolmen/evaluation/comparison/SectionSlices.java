package dev.dolmen.evaluation.comparison;

import dev.dolmen.evaluation.protocol.Plan;
import dev.dolmen.evaluation.protocol.Prediction;
import dev.dolmen.evaluation.run.Ranking;
import dev.dolmen.trainer.validation.RankMetric;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/** Cuts the predictions of a section: by what was known of the target, and of the session. */
final class SectionSlices {
  /** Slices by how often the target was learned, in this order. */
  private static final List<String> KNOWN =
      List.of("never", "1 to 5 times", "6 to 20 times", "more often");

  private static final List<String> LENGTHS = List.of("1", "2", "3", "4 to 6", "7 and more");

  private final Plan plan;
  private final List<Ranking> rankings;
  private final int[] chosen;

  /**
   * Sets it up.
   *
   * @param chosen numbers of the predictions that count
   */
  SectionSlices(Plan plan, List<Ranking> rankings, int[] chosen) {
    this.plan = plan;
    this.rankings = rankings;
    this.chosen = chosen;
  }

  /** All that are not empty. */
  List<ReportSection.PredictionSlice> slices() {
    List<ReportSection.PredictionSlice> slices = new ArrayList<>();
    slices.addAll(slices("clicks of the target learned", KNOWN, SectionSlices::knownSlice));
    slices.addAll(slices("clicks before the target", LENGTHS, SectionSlices::lengthSlice));
    return slices;
  }

  private static int knownSlice(Prediction prediction) {
    int n = prediction.known();
    return n == 0 ? 0 : n <= 5 ? 1 : n <= 20 ? 2 : 3;
  }

  private static int lengthSlice(Prediction prediction) {
    int n = prediction.target();
    return n <= 3 ? n - 1 : n <= 6 ? 3 : 4;
  }

  private List<ReportSection.PredictionSlice> slices(
      String by, List<String> names, Function<Prediction, Integer> sliceOf) {
    List<ReportSection.PredictionSlice> slices = new ArrayList<>();
    for (int s = 0; s < names.size(); s++) {
      int wanted = s;
      int[] in =
          Arrays.stream(chosen)
              .filter(p -> sliceOf.apply(plan.predictions().get(p)) == wanted)
              .toArray();
      if (in.length > 0) {
        List<ReportSection.SliceFigures> figures =
            rankings.stream()
                .map(r ->
                    new ReportSection.SliceFigures(
                        r.model(),
                        mean(r, RankMetric.RECALL_20, in),
                        mean(r, RankMetric.MRR_20, in),
                        mean(r, RankMetric.NDCG_20, in)))
                .toList();
        slices.add(new ReportSection.PredictionSlice(by, names.get(s), in.length, figures));
      }
    }
    return slices;
  }

  private static double mean(Ranking ranking, RankMetric metric, int[] predictions) {
    double sum = 0;
    for (int prediction : predictions) {
      sum += ranking.value(metric, prediction);
    }
    return sum / predictions.length;
  }
}
