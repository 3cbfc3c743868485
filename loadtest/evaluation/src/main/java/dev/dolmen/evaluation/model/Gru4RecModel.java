package dev.dolmen.evaluation.model;

import dev.dolmen.evaluation.gru4rec.Gru4RecOptions;
import dev.dolmen.evaluation.gru4rec.Gru4RecRecommender;
import java.util.BitSet;

/** GRU4Rec, which puts clicks off until there are enough for a step. */
public final class Gru4RecModel extends BaselineModel {
  private final Gru4RecRecommender recommender;

  /**
   * Sets it up.
   *
   * @param catalogue items that are there from the beginning
   */
  public static Gru4RecModel of(BitSet catalogue, long seed) {
    return new Gru4RecModel(
        new Gru4RecRecommender(Gru4RecOptions.defaults().withSeed(seed)), catalogue);
  }

  private Gru4RecModel(Gru4RecRecommender recommender, BitSet catalogue) {
    super(recommender, catalogue);
    this.recommender = recommender;
  }

  /** The pass before ends with all of its clicks learned. */
  @Override
  public void beginPass() {
    recommender.learnWaiting();
    super.beginPass();
  }

  @Override
  public void settle() {
    recommender.learnWaiting();
  }
}
