package dev.dolmen.traffic.demo;

import dev.dolmen.traffic.generator.ValidationTotals;
import java.util.ArrayList;
import java.util.List;

/**
 * Progressive validation over the run, as cumulative totals at growing times, from which any span's
 * figures follow. The last {@value #SAMPLES_MAX} samples are kept, which is hours.
 */
final class RecallHistory {
  private static final int SAMPLES_MAX = 20_000;

  private record Sample(double second, ValidationTotals totals) {}

  private final List<Sample> samples = new ArrayList<>();

  RecallHistory() {
    samples.add(new Sample(0, ValidationTotals.ZERO));
  }

  void add(double second, ValidationTotals totals) {
    if (samples.size() >= SAMPLES_MAX) {
      samples.subList(0, SAMPLES_MAX / 10).clear();
    }
    samples.add(new Sample(second, totals));
  }

  /** What was validated between two times, as far as samples lie between them. */
  ValidationTotals between(double fromSec, double toSec) {
    return at(toSec).minus(at(fromSec));
  }

  private ValidationTotals at(double second) {
    ValidationTotals totals = samples.getFirst().totals();
    for (Sample sample : samples) {
      if (sample.second() > second) {
        break;
      }
      totals = sample.totals();
    }
    return totals;
  }

  /** The time of the newest sample. */
  double lastSecond() {
    return samples.getLast().second();
  }

  /** Recall@20 of spans of equal length from the start on; NaN where nothing was validated. */
  List<Double> recallEvery(double spanSec) {
    return every(spanSec, false);
  }

  /** The same of the most clicked items. */
  List<Double> popularityEvery(double spanSec) {
    return every(spanSec, true);
  }

  private List<Double> every(double spanSec, boolean popularity) {
    List<Double> values = new ArrayList<>();
    for (double from = 0; from + spanSec <= lastSecond(); from += spanSec) {
      ValidationTotals span = between(from, from + spanSec);
      double value = popularity ? span.popularityRecall() : span.recall();
      values.add(span.predictions() == 0 ? Double.NaN : value);
    }
    return values;
  }
}
