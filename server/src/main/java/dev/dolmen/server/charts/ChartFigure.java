package dev.dolmen.server.charts;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * What charts are of, each by a query over metrics of this server. A figure is one line: of several
 * servers, rates and bytes are added up, of the others the worst counts, of recall the mean.
 *
 * <p>In a query {@code $s} stands for what the configuration selects, {@code $w} for the time that
 * a point sums up.
 */
enum ChartFigure {
  CALLS("sum(rate(dolmen_requests_seconds_count{$s}[$w]))"),
  EVENTS_LEARNED("sum(rate(dolmen_events_learned_total{$s}[$w]))"),
  FAILED_CALLS(
      "(sum(rate(dolmen_requests_seconds_count{status!=\"OK\",$s}[$w])) or vector(0))"
          + " / sum(rate(dolmen_requests_seconds_count{$s}[$w]))"),
  CALL_SECONDS(
      "sum(rate(dolmen_requests_seconds_sum{$s}[$w]))"
          + " / sum(rate(dolmen_requests_seconds_count{$s}[$w]))"),
  FRESHNESS_P99_SECONDS("max(max_over_time(dolmen_freshness_p99_seconds{$s}[$w]))"),
  LAG_RECORDS("max(max_over_time(dolmen_lag_records{$s}[$w]))"),
  /** Not of a server that has predicted nothing yet, whose recall is 0. */
  RECALL_AT_20(
      "avg(avg_over_time(dolmen_validation_recall_at_20{span=\"window\",$s}[$w]) and on (job,"
          + " instance) min_over_time(dolmen_validation_predictions{span=\"window\",$s}[$w]) > 0)"),
  /** Every program says this of itself: only those count that say to be this one. */
  RESIDENT_BYTES(
      "sum(max_over_time(process_resident_memory_bytes{$s}[$w])"
          + " and on (job, instance) max_over_time(dolmen_build_info{$s}[$w]))");

  /** The label that tells figures apart in an answer. */
  static final String LABEL = "figure";

  private final String query;

  ChartFigure(String query) {
    this.query = query;
  }

  /** How it is called in answers. */
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * One query for all of them.
   *
   * @param selector matchers of labels; empty for all there is
   * @param windowSec that a point sums up
   */
  static String all(String selector, long windowSec) {
    return Arrays.stream(values())
        .map(figure ->
            "label_replace(%s, \"%s\", \"%s\", \"\", \"\")"
                .formatted(figure.filled(selector, windowSec), LABEL, figure.label()))
        .collect(Collectors.joining(" or "));
  }

  private String filled(String selector, long windowSec) {
    return query.replace("$w", windowSec + "s").replace("$s", selector);
  }
}
