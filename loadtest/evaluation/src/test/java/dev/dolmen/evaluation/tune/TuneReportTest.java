package dev.dolmen.evaluation.tune;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolmen.evaluation.comparison.ValidationTrials;
import dev.dolmen.evaluation.metric.Estimate;
import dev.dolmen.trainer.validation.RankMetric;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TuneReportTest {
  private static Trial trial(int rung, Map<String, String> settings, double figure) {
    Map<RankMetric, Double> figures = new LinkedHashMap<>();
    Trial.METRICS.forEach(metric -> figures.put(metric, figure));
    return new Trial(rung, settings, 9, figures, 1, new int[] {1});
  }

  /** A search whose best is better by so much. */
  private static TuneReport report(Estimate by) {
    Map<String, String> changed = Map.of("passes", "2");
    Trial start = trial(1, Map.of(), 0.5);
    Trial winner = trial(1, changed, 0.5 + by.mean());
    TuneResult.Comparison compared =
        new TuneResult.Comparison(new Estimate(0.5, 0.4, 0.6), new Estimate(0.5, 0.4, 0.6), by);
    Map<RankMetric, TuneResult.Comparison> all = new LinkedHashMap<>();
    Trial.METRICS.forEach(metric -> all.put(metric, compared));
    return new TuneReport(
        new TuneResult(
            "shop",
            new ValidationTrials.Predicted(Path.of("shop"), "static", Long.MAX_VALUE, 1, 1),
            new TuneOptions(new Ladder(2, 2, 2), RankMetric.MRR_20, 1, 1, true),
            2,
            List.of(
                new TuneResult.Rung(5, 1, List.of(trial(0, changed, 0.3), trial(0, Map.of(), 0.2))),
                new TuneResult.Rung(9, 1, List.of(winner))),
            start,
            winner,
            all,
            List.of(new TuneResult.Effect("passes", "1", "2", by)),
            0));
  }

  @Test
  void aDifferenceThatMayBeChanceIsCalledSo() {
    TuneReport chance = report(new Estimate(0.001, -0.002, 0.004));
    assertThat(chance.verdict().getFirst())
        .isEqualTo(
            "mrr@20 is higher by +0.10 [-0.20, +0.40] points, an interval that holds 0: on these"
                + " predictions it may be chance, and no reason to change anything.");
    assertThat(chance.effects())
        .containsPattern("passes +1 +2 +\\+0.10 \\[-0.20, \\+0.40\\] +no\n");
    TuneReport sure = report(new Estimate(0.003, 0.002, 0.004));
    assertThat(sure.verdict().getFirst()).contains("does not hold 0");
    assertThat(sure.verdict().getLast()).contains("the best of 2").contains("flatters");
  }

  @Test
  void theTableShowsEveryRungTheBestFirst() {
    assertThat(report(new Estimate(0.001, -0.002, 0.004)).trials().lines())
        .containsExactly(
            "trial  on 1/2  on all  changed",
            "    1   30.00   50.10  passes 2",
            "    2   20.00   50.00  as it was");
  }
}
