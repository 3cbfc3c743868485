package dev.dolmen.evaluation.tune;

import dev.dolmen.evaluation.metric.Estimate;
import dev.dolmen.server.cli.terminal.JsonReport;
import dev.dolmen.traffic.local.Machine;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A search as JSON: figures as fractions of 1. */
final class TuneJson {
  private TuneJson() {}

  static JsonReport of(TuneResult result) {
    TuneOptions options = result.options();
    JsonReport json =
        new JsonReport()
            .put("machine", Machine.description())
            .put("dataset", result.dataset())
            .put("protocol", result.predicted().protocol())
            .put("metric", options.metric().key())
            .put("seed", options.seed())
            .put("eta", (long) options.ladder().eta())
            .put("settings_tried", (long) result.candidates());
    List<JsonReport> rungs = new ArrayList<>();
    for (int rung = 0; rung < result.rungs().size(); rung++) {
      rungs.add(rung(options.ladder(), rung, result.rungs().get(rung)));
    }
    json.put("rungs", rungs)
        .put("start", trial(result.start()))
        .put("best", trial(result.winner()));
    JsonReport compared = new JsonReport();
    result
        .compared()
        .forEach((metric, c) ->
            compared.put(
                metric.key(),
                new JsonReport()
                    .put("best", c.winner().json())
                    .put("start", c.start().json())
                    .put("difference", c.by().json().put("significant", c.by().significant()))));
    return json.put("compared", compared)
        .put("changes_measured_on", options.ladder().share(result.effectsRung()))
        .put("changes", result.effects().stream().map(TuneJson::effect).toList());
  }

  private static JsonReport rung(Ladder ladder, int number, TuneResult.Rung rung) {
    return new JsonReport()
        .put("share", ladder.share(number))
        .put("learned", (long) rung.learned())
        .put("predictions", (long) rung.predictions())
        .put("trials", rung.trials().stream().map(TuneJson::trial).toList());
  }

  private static JsonReport trial(Trial trial) {
    JsonReport json = new JsonReport().put("settings", settings(trial.settings()));
    trial.figures().forEach((metric, figure) -> json.put(metric.key(), figure.doubleValue()));
    return json.put("seconds", trial.seconds());
  }

  private static JsonReport settings(Map<String, String> settings) {
    JsonReport json = new JsonReport();
    settings.forEach(json::put);
    return json;
  }

  private static JsonReport effect(TuneResult.Effect effect) {
    JsonReport json =
        new JsonReport().put("key", effect.key()).put("from", effect.from()).put("to", effect.to());
    Estimate by = effect.by();
    return by == null ? json : json.put("by", by.json().put("significant", by.significant()));
  }
}
