package dev.dolmen.evaluation.itemsets;

import dev.dolmen.evaluation.metric.Estimate;
import dev.dolmen.server.cli.terminal.JsonReport;
import dev.dolmen.server.cli.terminal.Terminal;
import dev.dolmen.server.cli.terminal.TextTable;
import dev.dolmen.traffic.local.Machine;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Figures about sets of items, for a person and as JSON. */
public final class ItemSetReport {
  private ItemSetReport() {}

  /** Prints them. */
  public static void print(ItemSetResult result, Terminal out) {
    out.paragraph(
        String.format(
            Locale.ROOT,
            "%s, split %s: %,d pairs learned, %,d items, %,d of them cold; %s pairs asked for;"
                + " %% with intervals of 95%% over users; * where %s is ahead or behind clearly in"
                + " ndcg@20. Pairs have no times: users and their items are learned in a drawn"
                + " order (seed %d).",
            result.dataset(),
            result.settings().split(),
            result.learned(),
            result.items(),
            result.cold(),
            result.settings().validation() ? "validation" : "test",
            result.models().getFirst(),
            result.settings().orderSeed()));
    result.slices().stream().filter(s -> s.users() > 0).forEach(slice -> print(slice, out));
    List<String> shares = new ArrayList<>();
    result.coldShown().forEach((model, share) -> shares.add(model + " " + percent(share)));
    out.line("");
    out.paragraph(
        "Cold items are "
            + percent(result.coldTargets())
            + " of the targets among all items, and of the first 20 that are shown: "
            + String.join(", ", shares));
  }

  private static void print(ItemSetResult.Slice slice, Terminal out) {
    out.line("");
    out.line(
        String.format(
            Locale.ROOT,
            "%s, among %s (%,d; %,d users, %,d targets)",
            slice.name(),
            slice.among(),
            slice.candidates(),
            slice.users(),
            slice.targets()));
    List<String> heads = new ArrayList<>(List.of("model"));
    for (SetMetric metric : SetMetric.values()) {
      heads.add(metric.key());
    }
    TextTable table = new TextTable(heads.toArray(String[]::new));
    slice
        .figures()
        .forEach((model, figures) -> {
          Estimate ahead = slice.ahead().get(model);
          List<Object> row = new ArrayList<>();
          row.add(model + (ahead != null && ahead.significant() ? "*" : ""));
          figures.values().forEach(e -> row.add(e.percent()));
          table.row(row.toArray());
        });
    out.text(table.text());
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%.2f", 100 * share);
  }

  /** The same as fractions of 1. */
  public static JsonReport json(ItemSetResult result) {
    JsonReport shown = new JsonReport();
    result.coldShown().forEach(shown::put);
    List<JsonReport> slices = new ArrayList<>();
    result.slices().stream()
        .filter(slice -> slice.users() > 0)
        .forEach(slice -> slices.add(json(result, slice)));
    return new JsonReport()
        .put("machine", Machine.description())
        .put("dataset", result.dataset())
        .put("protocol", "item-sets")
        .put("split", result.settings().split())
        .put("validation", result.settings().validation())
        .put("learned", result.learned())
        .put("items", result.items())
        .put("cold_items", result.cold())
        .put("seen", result.settings().seen())
        .put("order_seed", result.settings().orderSeed())
        .put("passes", result.passes())
        .put("seeds", result.seeds())
        .put("click_share_cold", result.coldTargets())
        .put("exposure_share_cold", shown)
        .put("new_items", slices);
  }

  private static JsonReport json(ItemSetResult result, ItemSetResult.Slice slice) {
    JsonReport models = new JsonReport();
    slice.figures().forEach((model, figures) -> models.put(model, json(slice, model, figures)));
    return new JsonReport()
        .put("set", result.dataset())
        .put("part", result.settings().split())
        .put("candidates", slice.among())
        .put("slice", slice.name())
        .put("questions", slice.users())
        .put("targets", slice.targets())
        .put("models", models);
  }

  private static JsonReport json(
      ItemSetResult.Slice slice, String model, Map<SetMetric, Estimate> figures) {
    JsonReport own = new JsonReport();
    figures.forEach((metric, e) -> own.put(metric.key(), e.json()));
    Estimate ahead = slice.ahead().get(model);
    return ahead == null ? own : own.put("first_ahead_ndcg@20", ahead.json());
  }
}
