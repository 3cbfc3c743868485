package dev.dolmen.evaluation.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolmen.evaluation.protocol.Plan;
import dev.dolmen.trainer.validation.RankMetric;
import java.util.List;
import org.junit.jupiter.api.Test;

class RankingTest {
  @Test
  void runsWithSeveralSeedsAreAveraged() {
    Plan plan = RecommendedTest.plan(2);
    Ranking ranking =
        new Ranking(
            "m",
            List.of(new int[] {1, 30}, new int[] {2, 4}),
            new RunAnswers(plan, 1),
            RunCost.NONE);
    assertThat(ranking.runs()).isEqualTo(2);
    assertThat(ranking.rank(1)).isEqualTo(30);
    assertThat(ranking.value(RankMetric.MRR_20, 0, 1)).isEqualTo(0.5);
    assertThat(ranking.value(RankMetric.MRR_20, 0)).isEqualTo(0.75);
    assertThat(ranking.value(RankMetric.MRR_20, 1)).isEqualTo(0.125);
  }
}
