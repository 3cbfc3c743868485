package dev.dolmen.evaluation.report;

import dev.dolmen.evaluation.comparison.EvalResult;
import dev.dolmen.evaluation.comparison.ReportSection;
import dev.dolmen.evaluation.metric.Bootstrap;
import dev.dolmen.evaluation.metric.Calibration;
import dev.dolmen.evaluation.run.RunCost;
import dev.dolmen.server.cli.terminal.JsonReport;
import dev.dolmen.traffic.local.Machine;
import dev.dolmen.trainer.validation.RankMetric;
import java.util.ArrayList;
import java.util.List;

/**
 * An evaluation as JSON: fractions of 1, figures of the headline at the top. Times and what is held
 * are means of a model's runs; a mean is one over runs and predictions, its interval over units
 * (sessions, or windows) with the runs as they were.
 */
public final class EvalJson {
  private EvalJson() {}

  public static JsonReport of(EvalResult result) {
    JsonReport json =
        new JsonReport()
            .put("machine", Machine.description())
            .put("dataset", result.dataset())
            .put("protocol", result.protocol())
            .put("validation", result.validation())
            .put("learned", (long) result.learned())
            .put("items", (long) result.items())
            .put("unknown_targets", (long) result.unknownTargets())
            .put("passes", (long) result.passes())
            .put("seeds", (long) result.seeds())
            .put("resamples", (long) Bootstrap.RESAMPLES);
    put(json, result.headline());
    if (result.sections().size() > 1) {
      JsonReport sections = new JsonReport();
      result.sections().forEach(s -> sections.put(s.key(), put(new JsonReport(), s)));
      json.put("sections", sections);
    }
    return json.put("seconds", result.seconds()).put("peak_rss_bytes", result.peakRssBytes());
  }

  private static JsonReport put(JsonReport json, ReportSection section) {
    JsonReport models = new JsonReport();
    section.models().forEach(m -> models.put(m.name(), model(m)));
    json.put("section", section.key())
        .put("title", section.title())
        .put("predictions", (long) section.predictions())
        .put("units", (long) section.units())
        .put("unit", section.unit())
        .put("models", models)
        .put("differences", section.differences().stream().map(EvalJson::difference).toList())
        .put("slices", section.slices().stream().map(EvalJson::slice).toList())
        .put("target_popularity", section.targetPopularity())
        .put("calibration", section.calibrations().stream().map(EvalJson::calibration).toList());
    if (!section.curve().windows().isEmpty()) {
      json.put("windows", curve(section));
    }
    return json;
  }

  private static JsonReport model(ReportSection.Model model) {
    JsonReport json = new JsonReport();
    model.metrics().forEach((metric, estimate) -> json.put(metric.key(), estimate.json()));
    if (model.runs() > 1) {
      JsonReport bySeed = new JsonReport();
      model.bySeed().forEach((metric, means) -> bySeed.putAll(metric.key(), means));
      json.put("by_seed", bySeed);
    }
    ReportSection.Recommended recommended = model.recommended();
    RunCost cost = model.cost();
    return json.put("coverage@20", recommended.coverage())
        .put("popularity@20", recommended.popularity())
        .put("popularity_bias@20", recommended.popularityBias())
        .put("vendi@20", recommended.vendi())
        .put("effective_items@20", recommended.effectiveItems())
        .put("runs", (long) model.runs())
        .put("learn_seconds", cost.learnSeconds())
        .put("ask_seconds", cost.askSeconds())
        .put("prediction_us", model.askMicros())
        .put("held_bytes", cost.heldBytes())
        .put("peak_rss_bytes", cost.peakRssBytes());
  }

  private static JsonReport calibration(Calibration calibration) {
    return new JsonReport()
        .put("model", calibration.model())
        .put("cut", (long) calibration.cut())
        .put("predictions", (long) calibration.predictions())
        .put("given", calibration.given())
        .put("observed", calibration.observed())
        .put("calibration_error", calibration.error())
        .put(
            "bins",
            calibration.bins().stream()
                .map(bin ->
                    new JsonReport()
                        .put("predictions", (long) bin.predictions())
                        .put("given", bin.given())
                        .put("observed", bin.observed().json()))
                .toList());
  }

  private static JsonReport difference(ReportSection.Difference difference) {
    return new JsonReport()
        .put("model", difference.model())
        .put("than", difference.than())
        .put("metric", difference.metric().key())
        .put("mean", difference.by().mean())
        .put("low", difference.by().low())
        .put("high", difference.by().high())
        .put("significant", difference.by().significant());
  }

  private static JsonReport slice(ReportSection.PredictionSlice slice) {
    JsonReport models = new JsonReport();
    slice
        .models()
        .forEach(f ->
            models.put(
                f.model(),
                new JsonReport()
                    .put("recall@20", f.recall())
                    .put("mrr@20", f.mrr())
                    .put("ndcg@20", f.ndcg())));
    return new JsonReport()
        .put("by", slice.by())
        .put("slice", slice.name())
        .put("predictions", (long) slice.predictions())
        .put("models", models);
  }

  private static List<JsonReport> curve(ReportSection section) {
    ReportSection.Curve curve = section.curve();
    List<JsonReport> windows = new ArrayList<>();
    for (int w = 0; w < curve.windows().size(); w++) {
      JsonReport models = new JsonReport();
      for (int m = 0; m < section.models().size(); m++) {
        models.put(
            section.models().get(m).name(),
            new JsonReport()
                .put(RankMetric.RECALL_20.key(), curve.recall().get(m).get(w))
                .put("ndcg@20", curve.ndcg().get(m).get(w)));
      }
      windows.add(
          new JsonReport()
              .put("window", curve.windows().get(w))
              .put("predictions", (long) curve.predictions().get(w))
              .put("models", models));
    }
    return windows;
  }
}
