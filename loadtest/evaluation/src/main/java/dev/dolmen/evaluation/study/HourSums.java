package dev.dolmen.evaluation.study;

import dev.dolmen.trainer.validation.RankMetric;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;

/** What came of the predictions of one serving copy, hour by hour of event time. */
final class HourSums {
  /** What is summed up. */
  enum Of {
    /** Predictions. */
    PREDICTIONS,
    /** Of them those ranked among the first 20. */
    HITS,
    /** Discounted gain of their ranks among the first 20. */
    GAIN,
    /** Predictions whose item was there at the last sync. */
    THERE,
    /** Predictions of items that were there before the stream. */
    KNOWN,
    /** Of them those ranked among the first 20. */
    KNOWN_HITS
  }

  private static final double[] NOTHING = {};

  private final Map<Of, double[]> sums = new EnumMap<>(Of.class);
  private int hours;

  /**
   * Adds a prediction.
   *
   * @param hour from 0
   * @param rank from 1; exact up to 20
   * @param there whether its item was there at the last sync
   * @param known whether its item was there before the stream
   */
  void add(int hour, int rank, boolean there, boolean known) {
    hours = Math.max(hours, hour + 1);
    add(Of.PREDICTIONS, hour, 1);
    add(Of.HITS, hour, RankMetric.RECALL_20.of(rank));
    add(Of.GAIN, hour, RankMetric.NDCG_20.of(rank));
    add(Of.THERE, hour, there ? 1 : 0);
    add(Of.KNOWN, hour, known ? 1 : 0);
    add(Of.KNOWN_HITS, hour, known ? RankMetric.RECALL_20.of(rank) : 0);
  }

  private void add(Of what, int hour, double value) {
    double[] hourly = of(what);
    if (hourly.length <= hour) {
      hourly = Arrays.copyOf(hourly, 2 * hour + 64);
      sums.put(what, hourly);
    }
    hourly[hour] += value;
  }

  private double[] of(Of what) {
    return sums.getOrDefault(what, NOTHING);
  }

  /** Hours in which anything was predicted. */
  int hours() {
    return (int) Arrays.stream(of(Of.PREDICTIONS)).filter(n -> n > 0).count();
  }

  /** Per hour. */
  double[] hourly(Of what) {
    return Arrays.copyOf(of(what), hours);
  }

  /** Of all hours. */
  double total(Of what) {
    return Arrays.stream(of(what)).sum();
  }

  /** Share of one total in another, 0 without any. */
  double share(Of part, Of whole) {
    return total(whole) == 0 ? 0 : total(part) / total(whole);
  }
}
