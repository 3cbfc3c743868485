package dev.dolmen.trainer.alternatives;

import org.jspecify.annotations.Nullable;

/**
 * What is kept up next to the model as the log is read; nothing of the model's state depends on it.
 *
 * @param rankers baselines that are taught every event that extends a session
 * @param arms what came of the experiment that runs; null without one. A snapshot holds it
 */
public record Alternatives(OnlineRankers rankers, @Nullable ArmCounts arms) {
  /** What these options ask for. */
  public static Alternatives of(RankingOptions options) {
    return new Alternatives(
        new OnlineRankers(options.kinds(), options.rankers()),
        options.experiment().runs() ? new ArmCounts(options.experiment()) : null);
  }

  /** The model alone. */
  public static Alternatives none() {
    return new Alternatives(OnlineRankers.none(), null);
  }
}
