package dev.dolmen.evaluation.tune;

import dev.dolmen.server.cli.OptionCheck;
import dev.dolmen.trainer.validation.RankMetric;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How much is searched, in what, and for what. */
final class SearchOptions {
  private static final int TRIALS_MAX = 10_000;
  private static final int ETA_MAX = 10;
  private static final int RUNGS_MAX = 6;
  private static final Map<String, RankMetric> METRICS =
      Map.of("recall", RankMetric.RECALL_20, "mrr", RankMetric.MRR_20, "ndcg", RankMetric.NDCG_20);

  @Option(
      names = "--metric",
      paramLabel = "NAME",
      defaultValue = "ndcg",
      description =
          "What is to be high, at 20: recall, mrr or ndcg, which counts both whether an item is"
              + " found and how high. Default: ${DEFAULT-VALUE}.")
  private String metric = "ndcg";

  @Option(
      names = "--trials",
      paramLabel = "N",
      defaultValue = "27",
      description = "Settings on the lowest rung, up to 10,000. Default: ${DEFAULT-VALUE}.")
  private int trials = 27;

  @Option(
      names = "--eta",
      paramLabel = "N",
      defaultValue = "3",
      description = "Of so many settings one climbs on, 2 to 10. Default: ${DEFAULT-VALUE}.")
  private int eta = 3;

  @Option(
      names = "--rungs",
      paramLabel = "N",
      defaultValue = "3",
      description =
          "Of the ladder, 1 to 6: the lowest learns 1 / ETA^(N - 1) of the history. Default:"
              + " ${DEFAULT-VALUE}.")
  private int rungs = 3;

  @Option(
      names = "--keys",
      split = ",",
      paramLabel = "KEY",
      description = "Only these are changed. Default: all.")
  private @Nullable List<String> keys;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "Of the settings that are drawn; what a trial learns has the configuration's. Default:"
              + " ${DEFAULT-VALUE}.")
  private long seed = 1;

  @Option(
      names = "--no-explain",
      description =
          "Does not measure what each change of the best settings gave, by a trial without it on the"
              + " rung below the last.")
  private boolean unexplained;

  /** As the search takes them; refuses what is not valid. */
  TuneOptions options(long intervalSeed) {
    RankMetric wanted = METRICS.get(metric);
    OptionCheck.require(eta >= 2 && eta <= ETA_MAX, "--eta", eta, "2 to 10");
    OptionCheck.require(rungs >= 1 && rungs <= RUNGS_MAX, "--rungs", rungs, "1 to 6");
    int least = Math.max(2, Ladder.trialsMin(eta, rungs));
    OptionCheck.require(
        trials >= least && trials <= TRIALS_MAX,
        "--trials",
        trials,
        least + " to 10000, so that one is left on the last of " + rungs + " rungs");
    if (wanted == null) {
      throw OptionCheck.refused("--metric", metric, List.of("recall", "mrr", "ndcg"));
    }
    return new TuneOptions(
        new Ladder(trials, eta, rungs), wanted, seed, intervalSeed, !unexplained);
  }

  /** Those of all keys that are changed; refuses one that is not there. */
  SearchSpace of(SearchSpace whole) {
    if (keys == null) {
      return whole;
    }
    for (String key : keys) {
      OptionCheck.require(whole.keys().contains(key), "--keys", key, "some of " + whole.keys());
    }
    return whole.only(keys);
  }
}
