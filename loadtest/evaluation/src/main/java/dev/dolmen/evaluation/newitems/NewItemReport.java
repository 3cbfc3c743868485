package dev.dolmen.evaluation.newitems;

import dev.dolmen.evaluation.metric.Estimate;
import dev.dolmen.server.cli.terminal.JsonReport;
import dev.dolmen.server.cli.terminal.Terminal;
import dev.dolmen.server.cli.terminal.TextTable;
import dev.dolmen.traffic.local.Machine;
import dev.dolmen.trainer.validation.RankMetric;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Figures about new items, for a person and as JSON. */
public final class NewItemReport {
  private NewItemReport() {}

  /** Prints them. */
  public static void print(NewItemResult result, Terminal out) {
    out.line(
        String.format(
            Locale.ROOT,
            "%s, new items: %,d clicks on %,d items; %% with intervals of 95%% over sessions; * where"
                + " %s is ahead or behind clearly",
            result.dataset(),
            result.clicks(),
            result.items(),
            result.models().getFirst()));
    result.slices().stream()
        .filter(slice -> slice.questions() > 0)
        .forEach(slice -> print(slice, out));
    result.shares().forEach(shares -> print(shares, out));
    result.halves().forEach((model, half) -> out.line(words(model, half)));
  }

  private static void print(NewItemResult.Slice slice, Terminal out) {
    out.line("");
    out.line(
        String.format(
            Locale.ROOT,
            "%s: %s, among %s (%,d questions of %,d sessions)",
            slice.part(),
            slice.slice(),
            slice.candidates(),
            slice.questions(),
            slice.sessions()));
    List<String> heads = new ArrayList<>(List.of("model"));
    NewItemFigures.METRICS.forEach(metric -> heads.add(key(metric)));
    TextTable table = new TextTable(heads.toArray(String[]::new));
    slice
        .figures()
        .forEach((model, figures) -> {
          Estimate ahead = slice.ahead().get(model);
          List<Object> row = new ArrayList<>();
          row.add(model + (ahead != null && ahead.significant() ? " *" : ""));
          NewItemFigures.METRICS.forEach(metric -> {
            Estimate e = figures.get(metric);
            row.add(e == null ? "" : metric.cut() == 20 ? e.percent() : percent(e.mean()));
          });
          table.row(row.toArray());
        });
    out.text(table.text());
  }

  private static void print(NewItemResult.Shares shares, Terminal out) {
    StringBuilder text = new StringBuilder();
    shares
        .exposures()
        .forEach((model, share) ->
            text.append(text.isEmpty() ? "" : ", ")
                .append(model)
                .append(' ')
                .append(percent(share)));
    out.line("");
    out.paragraph(
        shares.part()
            + ": cold items are "
            + percent(shares.clicks())
            + " of the clicks, and of the first 20 that are shown: "
            + text);
  }

  private static String words(String model, NewItemResult.Half half) {
    return String.format(
        Locale.ROOT,
        "stream: %s finds an item half as often as later %s (%s at the first click, %s from click"
            + " %d on, of %,d items)",
        model,
        half.clicks() < 0
            ? "not within " + RecallByClicks.LATER + " clicks"
            : "after " + half.clicks() + " clicks",
        percent(half.first()),
        percent(half.later()),
        RecallByClicks.LATER + 1,
        half.items());
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%.2f", 100 * share);
  }

  /** With one target the recall is the hit rate. */
  private static String key(RankMetric metric) {
    String kind = metric.kind() == RankMetric.Kind.RECALL ? "hr" : metric.kind().name();
    return kind.toLowerCase(Locale.ROOT) + "@" + metric.cut();
  }

  /** The same as fractions of 1. */
  public static JsonReport json(NewItemResult result) {
    List<JsonReport> slices = new ArrayList<>();
    result.slices().stream()
        .filter(slice -> slice.questions() > 0)
        .forEach(slice -> slices.add(json(result, slice)));
    JsonReport halves = new JsonReport();
    result.halves().forEach((model, half) -> halves.put(model, json(half)));
    return new JsonReport()
        .put("machine", Machine.description())
        .put("dataset", result.dataset())
        .put("protocol", "new-items")
        .put("clicks", result.clicks())
        .put("items", result.items())
        .put("new_items", slices)
        .put("half_recall", halves);
  }

  private static JsonReport json(NewItemResult result, NewItemResult.Slice slice) {
    JsonReport models = new JsonReport();
    slice
        .figures()
        .forEach((model, figures) -> {
          JsonReport own = new JsonReport();
          figures.forEach((metric, e) -> own.put(key(metric), e.json()));
          Estimate ahead = slice.ahead().get(model);
          if (ahead != null) {
            own.put("first_ahead_hr@20", ahead.json());
          }
          models.put(model, own);
        });
    JsonReport json =
        new JsonReport()
            .put("set", result.dataset())
            .put("part", slice.part())
            .put("candidates", slice.candidates())
            .put("slice", slice.slice())
            .put("questions", slice.questions())
            .put("sessions", slice.sessions())
            .put("models", models);
    for (NewItemResult.Shares shares : result.shares()) {
      if (shares.part().equals(slice.part())) {
        json.put("click_share_cold", shares.clicks())
            .put("exposure_share_cold", map(shares.exposures()));
      }
    }
    return json;
  }

  private static JsonReport map(Map<String, Double> values) {
    JsonReport json = new JsonReport();
    new LinkedHashMap<>(values).forEach(json::put);
    return json;
  }

  private static JsonReport json(NewItemResult.Half half) {
    return new JsonReport()
        .put("clicks", half.clicks())
        .put("hr@20_first", half.first())
        .put("hr@20_later", half.later())
        .put("items", half.items());
  }
}
