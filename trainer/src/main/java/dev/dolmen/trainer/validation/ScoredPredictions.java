package dev.dolmen.trainer.validation;

import dev.dolmen.parameterstore.random.MixedBits;
import java.util.Arrays;

/**
 * Which predictions of a batch are scored before they are learned: a share of them, chosen by batch
 * and position, and no more than there is time for. Chosen before the batch is formed, so that what
 * only scoring reads is made for these alone. Owned by the training thread, which gives it to who
 * scores meanwhile.
 */
public final class ScoredPredictions {
  private final double share;
  private ScoringBudget budget = ScoringBudget.unbounded();
  private boolean[] chosen = new boolean[16];
  private int predictions;
  private boolean any;

  /**
   * @param share of the predictions, 0 to 1
   */
  public ScoredPredictions(double share) {
    this.share = share;
  }

  /** Bounds the time that scoring takes from now on. */
  void bound(ScoringBudget time) {
    budget = time;
  }

  /**
   * Chooses from the predictions of the next batch.
   *
   * @param batch its number
   */
  public void choose(long batch, int predictions) {
    this.predictions = predictions;
    if (chosen.length < predictions) {
      chosen = new boolean[2 * predictions];
    }
    double chance = Math.min(share, budget.chance(predictions));
    if (chance >= 1) {
      Arrays.fill(chosen, 0, predictions, true);
      any = predictions > 0;
      return;
    }
    any = false;
    for (int p = 0; p < predictions; p++) {
      chosen[p] = drawn(batch, p, chance);
      any |= chosen[p];
    }
  }

  /** Predictions that were chosen from. */
  int predictions() {
    return predictions;
  }

  /** Whether any of the batch is scored. */
  public boolean any() {
    return any;
  }

  /** Whether a prediction of the batch is scored, by its position. */
  public boolean has(int prediction) {
    return chosen[prediction];
  }

  private static boolean drawn(long batch, int position, double chance) {
    return MixedBits.fraction(MixedBits.otherMix(batch * MixedBits.GOLDEN + position)) < chance;
  }
}
