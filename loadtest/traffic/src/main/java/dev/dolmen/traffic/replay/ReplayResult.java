package dev.dolmen.traffic.replay;

import dev.dolmen.server.cli.terminal.Amounts;
import dev.dolmen.server.cli.terminal.JsonReport;
import dev.dolmen.server.cli.terminal.Sparkline;
import dev.dolmen.server.cli.terminal.TextTable;
import dev.dolmen.traffic.generator.LatencyRecorder;
import dev.dolmen.traffic.generator.ValidationTotals;
import dev.dolmen.v1.SlotStatus;
import dev.dolmen.v1.StatusResponse;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import org.HdrHistogram.Histogram;

/**
 * What a replay measured.
 *
 * @param events events published
 * @param duplicates of these, events that the server had before
 * @param seconds from the first event sent to the last learned
 * @param validation progressive validation over the whole
 * @param freshness click to recommendation while replaying, microseconds
 * @param quietFreshness the same after the replay, without other load
 * @param status the server's status at the end
 */
record ReplayResult(
    long events,
    long duplicates,
    double seconds,
    ValidationTotals validation,
    List<Slice> slices,
    Histogram freshness,
    Histogram quietFreshness,
    StatusResponse status) {

  private static final int CHART_ROWS = 8;

  JsonReport json(String dataset, List<String> files, OptionalLong peakRssBytes) {
    return new JsonReport()
        .put("dataset", dataset)
        .put("events", events)
        .put("duplicates", duplicates)
        .put("seconds", seconds)
        .put("events_per_second", events / seconds)
        .put("predictions", validation.predictions())
        .put("recall@20", validation.recall())
        .put("mrr@20", validation.mrr())
        .put("popularity_recall@20", validation.popularityRecall())
        .put("ndcg@20", validation.ndcg())
        .put("popularity_mrr@20", validation.popularityMrr())
        .put("neighbors_recall@20", validation.neighborsRecall())
        .put("neighbors_mrr@20", validation.neighborsMrr())
        .put("validation_slices", validationSlices())
        .put("peak_rss_bytes", peakRssBytes.isPresent() ? peakRssBytes.getAsLong() : Double.NaN)
        .put("freshness_p50_ms", LatencyRecorder.millis(freshness, 50))
        .put("freshness_p99_ms", LatencyRecorder.millis(freshness, 99))
        .put("freshness_probes", freshness.getTotalCount())
        .put("quiet_freshness_p50_ms", LatencyRecorder.millis(quietFreshness, 50))
        .put("quiet_freshness_p99_ms", LatencyRecorder.millis(quietFreshness, 99))
        .put("rows", rows())
        .put("model_version", status.getModelVersion())
        .put("slices", slices.stream().map(s -> s.json(files.get(s.part()))).toList());
  }

  private List<JsonReport> validationSlices() {
    return status.getValidationSlicesList().stream()
        .map(slice ->
            ValidationTotals.of(slice.getValidation())
                .json()
                .put("by", slice.getBy())
                .put("slice", slice.getSlice()))
        .toList();
  }

  private long rows() {
    return status.getSlotsList().stream().mapToLong(SlotStatus::getRows).sum();
  }

  String text(List<String> files, OptionalLong peakRssBytes) {
    StringBuilder text = new StringBuilder();
    TextTable table =
        new TextTable(
            "from",
            "file",
            "clicks",
            "clicks/s",
            "recall@20",
            "mrr@20",
            "popularity",
            "neighbours");
    for (Slice s : slices) {
      table.row(row(s.label(), files.get(s.part()), s.events(), s.seconds(), s.validation()));
    }
    table.row(row("all", "", events, seconds, validation));
    text.append(table.text()).append('\n');
    if (validation.predictions() == 0) {
      text.append("nothing to predict: no visit has a second click\n");
    }
    text.append("recall@20 by progressive validation (█), most clicked items (░), over time\n");
    List<Double> recall = slices.stream().map(s -> s.validation().recall()).toList();
    List<Double> popularity = slices.stream().map(s -> s.validation().popularityRecall()).toList();
    text.append(
        Sparkline.chart(recall, popularity, CHART_ROWS, Math.clamp(60 / slices.size(), 1, 6)));
    text.append(
        String.format(
            Locale.ROOT,
            "%n%,d clicks in %s, %,.0f a second; %,d rows, model version %,d%s%n",
            events,
            Amounts.duration(seconds),
            events / seconds,
            rows(),
            status.getModelVersion(),
            duplicates > 0 ? String.format(Locale.ROOT, "; %,d known before", duplicates) : ""));
    text.append(freshnessLine("click to recommendation, while replaying", freshness));
    text.append(freshnessLine("click to recommendation, without load  ", quietFreshness));
    peakRssBytes.ifPresent(bytes ->
        text.append(
            String.format(
                Locale.ROOT, "peak resident memory of the process: %,d MB%n", bytes >> 20)));
    return text.toString();
  }

  private static Object[] row(
      String label, String file, long events, double seconds, ValidationTotals v) {
    return new Object[] {
      label,
      file,
      events,
      String.format(Locale.ROOT, "%,.0f", events / seconds),
      percent(v, v.recall()),
      percent(v, v.mrr()),
      percent(v, v.popularityRecall()),
      percent(v, v.neighborsRecall()),
    };
  }

  /** Of nothing there is no share. */
  private static String percent(ValidationTotals v, double share) {
    return v.predictions() == 0 ? "-" : String.format(Locale.ROOT, "%.2f%%", 100 * share);
  }

  private static String freshnessLine(String what, Histogram h) {
    return String.format(
        Locale.ROOT,
        "%s: p50 %.0f ms, p99 %.0f ms (%d probes)%n",
        what,
        LatencyRecorder.millis(h, 50),
        LatencyRecorder.millis(h, 99),
        h.getTotalCount());
  }
}
