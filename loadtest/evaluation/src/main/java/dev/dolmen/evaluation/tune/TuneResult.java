package dev.dolmen.evaluation.tune;

import dev.dolmen.evaluation.comparison.ValidationTrials;
import dev.dolmen.evaluation.metric.Estimate;
import dev.dolmen.trainer.validation.RankMetric;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What came of a search.
 *
 * @param dataset name
 * @param predicted what was predicted
 * @param options how it was made
 * @param candidates settings that were tried
 * @param rungs the lowest first
 * @param start the configuration as it was, on everything
 * @param winner the best on everything; {@code start} itself if nothing was better
 * @param compared both, by metric
 * @param effects of each change of the winner
 * @param effectsRung on which these were measured
 */
record TuneResult(
    String dataset,
    ValidationTrials.Predicted predicted,
    TuneOptions options,
    int candidates,
    List<Rung> rungs,
    Trial start,
    Trial winner,
    Map<RankMetric, Comparison> compared,
    List<Effect> effects,
    int effectsRung) {
  /**
   * What was tried on one part of the history.
   *
   * @param learned clicks, in a pass
   * @param predictions that were made
   * @param trials best first
   */
  record Rung(int learned, int predictions, List<Trial> trials) {}

  /**
   * The winner beside the start.
   *
   * @param by the winner's less the start's, paired
   */
  record Comparison(Estimate winner, Estimate start, Estimate by) {}

  /**
   * One change.
   *
   * @param by the winner's metric less that of the winner without this change; null if that was not
   *     measured
   */
  record Effect(String key, String from, String to, @Nullable Estimate by) {}

  /** By the metric of the search. */
  Comparison headline() {
    Comparison found = compared.get(options.metric());
    if (found == null) {
      throw new IllegalStateException("metric: " + options.metric().key());
    }
    return found;
  }

  /** Whether anything is to be changed. */
  boolean changed() {
    return !winner.settings().isEmpty();
  }
}
