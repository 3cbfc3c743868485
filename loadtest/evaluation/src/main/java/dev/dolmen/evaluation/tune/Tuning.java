package dev.dolmen.evaluation.tune;

import static java.util.Objects.requireNonNull;

import dev.dolmen.evaluation.comparison.TrialRung;
import dev.dolmen.evaluation.comparison.ValidationTrials;
import dev.dolmen.evaluation.metric.Estimate;
import dev.dolmen.server.cli.terminal.Terminal;
import dev.dolmen.server.config.ConfigException;
import dev.dolmen.trainer.EngineOptions;
import dev.dolmen.trainer.validation.RankMetric;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** One search, from the settings that are drawn to what the best of them is worth. One thread. */
final class Tuning {
  private final ValidationTrials data;
  private final TunableConfig config;
  private final TuneOptions options;
  private final TrialLog log;
  private final List<Map<String, String>> candidates;
  private final Ladder ladder;
  private final List<TrialRung> rungs = new ArrayList<>();
  private final TuneProgress progress;
  private int made;

  /**
   * Sets it up.
   *
   * @param log of this very search
   * @param terminal that shows progress
   * @throws IOException if a rung has nothing to predict
   */
  Tuning(
      ValidationTrials data,
      TunableConfig config,
      TuneOptions options,
      TrialLog log,
      Terminal terminal)
      throws IOException {
    this.data = data;
    this.config = config;
    this.options = options;
    this.log = log;
    candidates = config.candidates(options.ladder().trials(), options.seed());
    ladder = new Ladder(candidates.size(), options.ladder().eta(), options.ladder().rungs());
    for (int rung = 0; rung < ladder.rungs(); rung++) {
      rungs.add(data.rung(ladder.share(rung)));
    }
    progress = new TuneProgress(terminal, total());
  }

  /** Work of what is probably to be done: half of the keys, say, will have changed. */
  private long total() {
    Map<Integer, Integer> there = log.counts();
    long total = 0;
    for (int rung = 0; rung < rungs.size(); rung++) {
      int trials = ladder.trials(rung);
      trials += rung == ladder.top() ? 1 : 0;
      trials += options.explain() && rung == effectsRung() ? config.space().keys().size() / 2 : 0;
      total += Math.max(0, trials - there.getOrDefault(rung, 0)) * meanWork(rung);
    }
    return Math.max(1, total);
  }

  private long meanWork(int rung) {
    double passes = candidates.stream().mapToInt(config::passes).average().orElse(1);
    return (long) (rungs.get(rung).predictions() + passes * rungs.get(rung).learned());
  }

  /** Changes are taken back on the rung below the last: there are many of them. */
  private int effectsRung() {
    return Math.max(0, ladder.top() - 1);
  }

  /**
   * Searches, or goes on.
   *
   * @throws IOException if there is no room for what is learned, or for the trials
   */
  TuneResult run() throws IOException {
    List<List<Trial>> climbed =
        new SuccessiveHalving(ladder, t -> t.figure(options.metric()), this::trial)
            .climb(candidates);
    Trial start = trial(ladder.top(), Map.of());
    Trial winner = climbed.getLast().getFirst();
    if (winner.figure(options.metric()) <= start.figure(options.metric())) {
      winner = start;
    }
    List<TuneResult.Effect> effects = effects(winner);
    progress.done();
    List<TuneResult.Rung> results = new ArrayList<>();
    for (int rung = 0; rung < rungs.size(); rung++) {
      TrialRung of = rungs.get(rung);
      results.add(new TuneResult.Rung(of.learned(), of.predictions(), climbed.get(rung)));
    }
    return new TuneResult(
        data.dataset(),
        data.predicted(),
        options,
        candidates.size(),
        results,
        start,
        winner,
        compared(winner, start),
        effects,
        effectsRung());
  }

  /** Trials that this process made; the others were there. */
  int made() {
    return made;
  }

  private Trial trial(int rung, Map<String, String> settings) throws IOException {
    Trial found = log.find(rung, settings);
    return found == null ? make(rung, settings) : found;
  }

  private Trial make(int rung, Map<String, String> settings) throws IOException {
    TrialRung on = rungs.get(rung);
    EngineOptions engine;
    try {
      engine = config.with(settings).engine();
    } catch (ConfigException e) {
      throw new IllegalArgumentException("settings that do not go together", e);
    }
    int passes = config.passes(settings);
    String what = "on " + ladder.shareName(rung) + ": " + TuneReport.settings(settings);
    LongConsumer done = progress.begins(what, meanWork(rung), on.work(passes));
    long from = System.nanoTime();
    int[] ranks = TrialJson.capped(on.ranks(engine, passes, done));
    Map<RankMetric, Double> figures = new LinkedHashMap<>();
    Map<RankMetric, Estimate> all = on.figures(ranks, options.intervalSeed());
    for (RankMetric metric : Trial.METRICS) {
      figures.put(metric, requireNonNull(all.get(metric)).mean());
    }
    double seconds = (System.nanoTime() - from) / 1e9;
    Trial trial = new Trial(rung, settings, on.learned(), figures, seconds, ranks);
    log.add(trial);
    made++;
    progress.ended(
        String.format(
            Locale.ROOT,
            "%s %.2f%% in %.0f s %s",
            options.metric().key(),
            100 * trial.figure(options.metric()),
            seconds,
            what));
    return trial;
  }

  private Map<RankMetric, TuneResult.Comparison> compared(Trial winner, Trial start) {
    TrialRung on = rungs.get(ladder.top());
    long seed = options.intervalSeed();
    Map<RankMetric, Estimate> of = on.figures(winner.ranks(), seed);
    Map<RankMetric, Estimate> than = on.figures(start.ranks(), seed);
    Map<RankMetric, Estimate> by = on.differences(winner.ranks(), start.ranks(), seed);
    Map<RankMetric, TuneResult.Comparison> compared = new LinkedHashMap<>();
    for (RankMetric metric : Trial.METRICS) {
      compared.put(
          metric,
          new TuneResult.Comparison(
              requireNonNull(of.get(metric)),
              requireNonNull(than.get(metric)),
              requireNonNull(by.get(metric))));
    }
    return compared;
  }

  private List<TuneResult.Effect> effects(Trial winner) throws IOException {
    List<TuneResult.Effect> effects = new ArrayList<>();
    for (String key : config.space().keys()) {
      String to = winner.settings().get(key);
      if (to != null) {
        Estimate by = options.explain() ? effect(winner.settings(), key) : null;
        effects.add(new TuneResult.Effect(key, config.start(key), to, by));
      }
    }
    return effects;
  }

  /** What is lost without one of the changes; null if the others do not go without it. */
  private @Nullable Estimate effect(Map<String, String> settings, String key) throws IOException {
    Map<String, String> without = new LinkedHashMap<>(settings);
    without.remove(key);
    if (!config.goTogether(without)) {
      return null;
    }
    int rung = effectsRung();
    return rungs
        .get(rung)
        .differences(
            trial(rung, settings).ranks(), trial(rung, without).ranks(), options.intervalSeed())
        .get(options.metric());
  }
}
