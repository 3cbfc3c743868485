package dev.dolmen.traffic.demo;

import dev.dolmen.server.cli.terminal.Amounts;
import dev.dolmen.server.cli.terminal.JsonReport;
import dev.dolmen.server.cli.terminal.Sparkline;
import dev.dolmen.traffic.generator.LatencyRecorder;
import dev.dolmen.traffic.generator.ValidationTotals;
import dev.dolmen.v1.ClickStatus;
import dev.dolmen.v1.JoinerStatus;
import java.util.List;
import java.util.Locale;
import org.HdrHistogram.Histogram;

/**
 * What a demonstration measured.
 *
 * @param seconds length
 * @param changedSec when the taste changed
 * @param recall progressive validation over time
 * @param validation the same over the whole
 * @param clicks clicks acknowledged
 * @param answers requests answered
 * @param errors requests failed
 * @param notSent clicks and requests that found too many others waiting
 * @param requests latency of requests from the intended send time, microseconds
 * @param publishes the same of clicks to their acknowledgement
 * @param freshness acknowledgement to the first recommendation with it, microseconds
 * @param shown validation of the chances of clicks
 * @param joiner what became of impressions
 * @param rows embedding rows
 * @param modelVersion batches learned
 * @param coldRanks ranks of new products for visitors whose taste they fit, ascending
 */
record DemoResult(
    double seconds,
    double changedSec,
    RecallHistory recall,
    ValidationTotals validation,
    long clicks,
    long answers,
    long errors,
    long notSent,
    Histogram requests,
    Histogram publishes,
    Histogram freshness,
    ClickStatus shown,
    JoinerStatus joiner,
    long rows,
    long modelVersion,
    List<Integer> coldRanks) {
  private static final int CHART_ROWS = 8;
  private static final int CHART_SPANS = 30;
  private static final int CHART_LEGEND = 10;

  /** Spans before the change, right after it and at the end are this share of the whole. */
  private static final double SPAN = 0.1;

  DemoResult withColdRanks(List<Integer> ranks) {
    return new DemoResult(
        seconds,
        changedSec,
        recall,
        validation,
        clicks,
        answers,
        errors,
        notSent,
        requests,
        publishes,
        freshness,
        shown,
        joiner,
        rows,
        modelVersion,
        ranks);
  }

  private ValidationTotals beforeChange() {
    return recall.between(changedSec - SPAN * seconds, changedSec);
  }

  private ValidationTotals afterChange() {
    return recall.between(changedSec, changedSec + SPAN * seconds);
  }

  private ValidationTotals lastWindow() {
    return recall.between(seconds - SPAN * seconds, seconds);
  }

  /** The median of the new products' ranks. */
  private int coldRank() {
    return coldRanks.get(coldRanks.size() / 2);
  }

  JsonReport json() {
    return new JsonReport()
        .put("recall@20", validation.recall())
        .put("mrr@20", validation.mrr())
        .put("popularity_recall@20", validation.popularityRecall())
        .put("recall@20_before_change", beforeChange().recall())
        .put("recall@20_after_change", afterChange().recall())
        .put("recall@20_last_window", lastWindow().recall())
        .put("popularity_recall@20_last_window", lastWindow().popularityRecall())
        .put("ndcg@20", validation.ndcg())
        .put("neighbors_recall@20", validation.neighborsRecall())
        .put("clicks_shown_items", shown.getShown())
        .put("clicks_scored", shown.getScored())
        .put("click_rate", shown.getClickRate())
        .put("click_chance_mean", shown.getMeanChance())
        .put("click_auc", shown.getAuc())
        .put("click_log_loss", shown.getLogLoss())
        .put("click_expected_calibration_error", shown.getExpectedCalibrationError())
        .put("click_calibration_curve", curve())
        .put("impressions", joiner.getOutcomesOrDefault("impressions", 0))
        .put("impressions_joined_events", joiner.getOutcomesOrDefault("joined", 0))
        .put("predictions", validation.predictions())
        .put("events", clicks)
        .put("events_per_second", clicks / seconds)
        .put("recommends_per_second", answers / seconds)
        .put("failed", errors)
        .put("not_sent", notSent)
        .put("latency_p50_ms", LatencyRecorder.millis(requests, 50))
        .put("latency_p99_ms", LatencyRecorder.millis(requests, 99))
        .put("publish_latency_p50_ms", LatencyRecorder.millis(publishes, 50))
        .put("publish_latency_p99_ms", LatencyRecorder.millis(publishes, 99))
        .put("freshness_p50_ms", LatencyRecorder.millis(freshness, 50))
        .put("freshness_p99_ms", LatencyRecorder.millis(freshness, 99))
        .put("freshness_probes", freshness.getTotalCount())
        .put("cold_item_rank", coldRank())
        .putAll("cold_item_ranks", coldRanks)
        .put("rows", rows)
        .put("model_version", modelVersion)
        .put("seconds", seconds);
  }

  private List<JsonReport> curve() {
    return shown.getCurveList().stream()
        .map(bin ->
            new JsonReport()
                .put("shown", bin.getShown())
                .put("mean_chance", bin.getMeanChance())
                .put("click_rate", bin.getClickRate()))
        .toList();
  }

  /** For a person, in a chart that has room in so many columns. */
  String text(int columns) {
    int spans = Math.clamp((columns - CHART_LEGEND) / 2, 10, CHART_SPANS);
    double span = Math.max(0.5, seconds / spans);
    String chart =
        Sparkline.chart(recall.recallEvery(span), recall.popularityEvery(span), CHART_ROWS, 1);
    return "\nrecall@20 by progressive validation (█), most clicked items (░), "
        + String.format(Locale.ROOT, "%.1f s a column%n", span)
        + chart
        + String.format(
            Locale.ROOT,
            "%nrecall@20 %.1f%% over all, most clicked items %.1f%%, items visited together %.1f%%%n"
                + "  before the taste changed at %s: %.1f%%, right after: %.1f%%, at the end: %.1f%%%n"
                + "%,d clicks in %s, %.0f a second, and %.0f recommendations a second; %d failed,"
                + " %d not sent%n"
                + "request from its intended time: p50 %.1f ms, p99 %.1f ms%n"
                + "click to changed recommendation: p50 %.0f ms, p99 %.0f ms (%d probes)%n"
                + "chance of a click on an item shown: %.2f%% given, %.2f%% clicked, calibration error"
                + " %.2f points, AUC %.3f (%,.0f items shown, %,d impressions)%n"
                + "new product for visitors whose taste it fits: rank %d (median of %d)%n"
                + "%,d embedding rows, model version %,d%n",
            100 * validation.recall(),
            100 * validation.popularityRecall(),
            100 * validation.neighborsRecall(),
            Amounts.duration(changedSec),
            100 * beforeChange().recall(),
            100 * afterChange().recall(),
            100 * lastWindow().recall(),
            clicks,
            Amounts.duration(seconds),
            clicks / seconds,
            answers / seconds,
            errors,
            notSent,
            LatencyRecorder.millis(requests, 50),
            LatencyRecorder.millis(requests, 99),
            LatencyRecorder.millis(freshness, 50),
            LatencyRecorder.millis(freshness, 99),
            freshness.getTotalCount(),
            100 * shown.getMeanChance(),
            100 * shown.getClickRate(),
            100 * shown.getExpectedCalibrationError(),
            shown.getAuc(),
            shown.getShown(),
            joiner.getOutcomesOrDefault("impressions", 0),
            coldRank(),
            coldRanks.size(),
            rows,
            modelVersion);
  }
}
