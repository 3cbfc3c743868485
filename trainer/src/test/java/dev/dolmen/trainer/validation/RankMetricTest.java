package dev.dolmen.trainer.validation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class RankMetricTest {
  @Test
  void ranksAreWorthWhatTheDefinitionsSay() {
    assertThat(new RankMetric(RankMetric.Kind.RECALL, 5).of(5)).isEqualTo(1);
    assertThat(new RankMetric(RankMetric.Kind.RECALL, 5).of(6)).isZero();
    assertThat(new RankMetric(RankMetric.Kind.MRR, 5).of(4)).isEqualTo(0.25);
    assertThat(new RankMetric(RankMetric.Kind.MRR, 5).of(6)).isZero();
    assertThat(new RankMetric(RankMetric.Kind.NDCG, 20).of(1)).isEqualTo(1);
    assertThat(new RankMetric(RankMetric.Kind.NDCG, 20).of(3)).isCloseTo(0.5, within(1e-12));
    assertThat(new RankMetric(RankMetric.Kind.NDCG, 20).of(7)).isCloseTo(1 / 3.0, within(1e-12));
    assertThat(new RankMetric(RankMetric.Kind.NDCG, 20).of(21)).isZero();
    assertThat(RankMetric.RECALL_20.key()).isEqualTo("recall@20");
    assertThat(RankMetric.MRR_20.key()).isEqualTo("mrr@20");
  }
}
