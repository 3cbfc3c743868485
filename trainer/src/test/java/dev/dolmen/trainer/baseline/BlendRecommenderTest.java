package dev.dolmen.trainer.baseline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class BlendRecommenderTest {
  private static BlendOptions weights(
      double neighbors, double coOccurrence, double last, double repeat) {
    return BlendOptions.builder()
        .neighborWeight(neighbors)
        .coOccurrenceWeight(coOccurrence)
        .lastWeight(last)
        .repeatWeight(repeat)
        .repeatDistance(2)
        .build();
  }

  private static final List<Click> CLICKS = Clicks.random(8, 500, 30, 5);

  private static ItemScores ask(OnlineRecommender recommender) {
    Clicks.learn(recommender, CLICKS);
    return Clicks.ask(recommender, 3, 4, 5);
  }

  @Test
  void partsAreDividedByTheirLargestScoreAndAddUp() {
    ItemScores neighbors =
        ask(
            new NeighborRecommender(
                new SessionIndex(SessionIndexOptions.defaults()), NeighborFormula.vmisknn()));
    ItemScores coOccurrence = ask(new CoOccurrenceRecommender(CoOccurrenceOptions.defaults()));
    ItemScores blend = ask(new BlendRecommender(weights(2, 3, 0.5, 0.4)));
    assertThat(neighbors.size()).isGreaterThan(5);
    float[] repeats = new float[30];
    repeats[5] = 0.5f;
    repeats[4] = 0.4f;
    repeats[3] = 0.1f;
    for (int item = 0; item < 30; item++) {
      float expected =
          2 * neighbors.score(item) / neighbors.max()
              + 3 * coOccurrence.score(item) / coOccurrence.max()
              + repeats[item];
      assertThat(blend.score(item)).isCloseTo(expected, within(1e-5f));
    }
  }

  @Test
  void aPartWithoutWeightIsLeftOut() {
    ItemScores repeats = ask(new BlendRecommender(weights(0, 0, 0, 1)));
    assertThat(repeats.top(9)).containsExactly(4, 3);
  }

  @Test
  void itemsOfTheSessionThatNobodyLearnedAreNoCandidates() {
    BlendRecommender blend = new BlendRecommender(weights(1, 1, 1, 1));
    Clicks.learn(blend, CLICKS);
    ItemScores scores = Clicks.ask(blend, 777, 3, 888);
    assertThat(scores.contains(777)).isFalse();
    assertThat(scores.contains(888)).isFalse();
    assertThat(scores.contains(3)).isTrue();
  }

  @Test
  void anIndexCanBeShared() {
    SessionIndex index = new SessionIndex(SessionIndexOptions.defaults());
    OnlineRecommender neighbors = new NeighborRecommender(index, NeighborFormula.vmisknn());
    OnlineRecommender shared = new BlendRecommender(weights(1, 1, 0, 0.2), index);
    for (Click click : CLICKS) {
      neighbors.learn(click);
      shared.learn(click);
    }
    ItemScores own = ask(new BlendRecommender(weights(1, 1, 0, 0.2)));
    ItemScores scores = Clicks.ask(shared, 3, 4, 5);
    assertThat(index.clicks()).isEqualTo(CLICKS.size());
    for (int item = 0; item < 30; item++) {
      assertThat(scores.score(item)).isEqualTo(own.score(item));
    }
  }

  @Test
  void theSameClicksGiveTheSameBits() {
    int hash = Clicks.hashOfAnswers(new BlendRecommender(BlendOptions.defaults()), CLICKS);
    assertThat(Clicks.hashOfAnswers(new BlendRecommender(BlendOptions.defaults()), CLICKS))
        .isEqualTo(hash)
        .isNotEqualTo(1);
  }

  @Test
  void badWeightsAreNamed() {
    assertThatThrownBy(() -> weights(-1, 1, 1, 1))
        .hasMessage("blend.neighborWeight: -1.0, expected 0 to 1000");
  }
}
