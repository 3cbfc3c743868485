package dev.dolmen.trainer.alternatives;

import java.util.EnumSet;
import java.util.Set;

/**
 * What answers next to the model, or in its place.
 *
 * @param experiment which visits are answered by what
 * @param fallback what answers where the model should not
 * @param rankers bounds of the baselines that these need
 * @param kept baselines that are kept up although nobody is answered by them unless asked for
 */
public record RankingOptions(
    ExperimentOptions experiment,
    FallbackOptions fallback,
    RankerOptions rankers,
    Set<RankerKind> kept) {
  /** Copies what is given. */
  public RankingOptions {
    kept = Set.copyOf(kept);
  }

  /** Everything is answered by the model, and no baseline is kept up. */
  public static RankingOptions defaults() {
    return new RankingOptions(
        ExperimentOptions.NONE, FallbackOptions.defaults(), RankerOptions.defaults(), Set.of());
  }

  /** The same, with other baselines kept up. */
  public RankingOptions keeping(Set<RankerKind> others) {
    return new RankingOptions(experiment, fallback, rankers, others);
  }

  /** The rankers that may have to answer, but for the model. */
  public Set<RankerKind> kinds() {
    EnumSet<RankerKind> kinds = EnumSet.noneOf(RankerKind.class);
    kinds.addAll(kept);
    for (Arm arm : experiment.arms()) {
      kinds.add(arm.ranker());
    }
    if (fallback.ranker() != null) {
      kinds.add(fallback.ranker());
    }
    kinds.remove(RankerKind.DOLMEN);
    return kinds;
  }
}
