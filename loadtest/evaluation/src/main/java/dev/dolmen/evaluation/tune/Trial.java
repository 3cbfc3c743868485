package dev.dolmen.evaluation.tune;

import dev.dolmen.trainer.validation.RankMetric;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Settings, and what they came to. Immutable. */
final class Trial {
  /** Metrics that every trial has. */
  static final List<RankMetric> METRICS =
      List.of(RankMetric.RECALL_20, RankMetric.MRR_20, RankMetric.NDCG_20);

  private final int rung;
  private final Map<String, String> settings;
  private final int learned;
  private final Map<RankMetric, Double> figures;
  private final double seconds;
  private final int[] ranks;

  /**
   * A trial that was made.
   *
   * @param rung of the ladder, from 0: how much was learned
   * @param settings what differs from the start, by key
   * @param learned clicks, in each pass
   * @param figures means, of each of {@link #METRICS}
   * @param seconds that it took
   * @param ranks by prediction, from 1; above 20 any number above it
   */
  Trial(
      int rung,
      Map<String, String> settings,
      int learned,
      Map<RankMetric, Double> figures,
      double seconds,
      int[] ranks) {
    this.rung = rung;
    this.settings = Collections.unmodifiableMap(new LinkedHashMap<>(settings));
    this.learned = learned;
    this.figures = Collections.unmodifiableMap(new LinkedHashMap<>(figures));
    this.seconds = seconds;
    this.ranks = ranks.clone();
  }

  int rung() {
    return rung;
  }

  /** What differs from the start, by key, in the order of the keys. */
  Map<String, String> settings() {
    return settings;
  }

  int learned() {
    return learned;
  }

  Map<RankMetric, Double> figures() {
    return figures;
  }

  /** One of its figures. */
  double figure(RankMetric metric) {
    Double figure = figures.get(metric);
    if (figure == null) {
      throw new IllegalArgumentException("metric: " + metric.key());
    }
    return figure;
  }

  double seconds() {
    return seconds;
  }

  /** A copy. */
  int[] ranks() {
    return ranks.clone();
  }

  int predictions() {
    return ranks.length;
  }
}
