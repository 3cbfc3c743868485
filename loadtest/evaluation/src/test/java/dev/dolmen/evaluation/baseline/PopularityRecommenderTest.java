package dev.dolmen.evaluation.baseline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.dolmen.trainer.baseline.Click;
import dev.dolmen.trainer.baseline.Clicks;
import dev.dolmen.trainer.baseline.HalfLife;
import dev.dolmen.trainer.baseline.ItemScores;
import dev.dolmen.trainer.baseline.OnlineRecommender;
import org.junit.jupiter.api.Test;

class PopularityRecommenderTest {
  @Test
  void countsClicks() {
    OnlineRecommender popular = new PopularityRecommender(PopularityOptions.global());
    Clicks.learn(popular, Clicks.session(1, 4, 2, 4));
    ItemScores scores = Clicks.ask(popular);
    assertThat(scores.size()).isEqualTo(2);
    assertThat(scores.score(4)).isEqualTo(2f);
    assertThat(scores.score(2)).isEqualTo(1f);
    assertThat(popular.name()).isEqualTo("popular");
  }

  @Test
  void clicksHalveWithEveryHalfLifeOfClicks() {
    OnlineRecommender popular =
        new PopularityRecommender(new PopularityOptions(HalfLife.clicks(2), 100));
    Clicks.learn(popular, Clicks.session(1, 7, 8, 9));
    ItemScores scores = Clicks.ask(popular);
    assertThat(scores.score(7) / scores.score(9)).isCloseTo(0.5f, within(1e-6f));
    assertThat(scores.score(8) / scores.score(9)).isCloseTo((float) Math.sqrt(0.5), within(1e-6f));
    assertThat(popular.name()).isEqualTo("popular-of-late");
  }

  @Test
  void clicksHalveWithEveryHalfLifeOfSeconds() {
    OnlineRecommender popular =
        new PopularityRecommender(new PopularityOptions(HalfLife.seconds(60), 100));
    popular.learn(new Click(1, 7, 5_000));
    popular.learn(new Click(1, 8, 5_120));
    popular.learn(new Click(1, 9, 5_060)); // Late: as old as its time says.
    ItemScores scores = Clicks.ask(popular);
    assertThat(scores.score(7) / scores.score(8)).isCloseTo(0.25f, within(1e-6f));
    assertThat(scores.score(9) / scores.score(8)).isCloseTo(0.5f, within(1e-6f));
  }

  @Test
  void numbersStayFiniteOverManyHalfLives() {
    OnlineRecommender popular =
        new PopularityRecommender(new PopularityOptions(HalfLife.clicks(1), 2_000));
    for (int item = 0; item < 1_000; item++) {
      popular.learn(new Click(1, item, 0));
    }
    ItemScores scores = Clicks.ask(popular);
    assertThat(scores.top(3)).containsExactly(999, 998, 997);
    assertThat(scores.score(998) / scores.score(999)).isCloseTo(0.5f, within(1e-6f));
    assertThat(scores.max()).isFinite();
    assertThat(scores.size()).as("what is left of the first is nothing").isBetween(100, 250);
  }

  @Test
  void theSessionsOwnItemsComeFirstThenTheMostPopular() {
    OnlineRecommender popular = new SessionPopularityRecommender(PopularityOptions.global());
    Clicks.learn(popular, Clicks.session(1, 1, 1, 1, 1, 2, 2, 3));
    ItemScores scores = Clicks.ask(popular, 3, 2, 3, 50);
    assertThat(scores.score(3)).isCloseTo(2 + 0.5f / 4, within(1e-6f));
    assertThat(scores.score(2)).isCloseTo(1 + 0.5f * 2 / 4, within(1e-6f));
    assertThat(scores.score(1)).isCloseTo(0.5f, within(1e-6f));
    assertThat(scores.contains(50)).as("not learned yet").isFalse();
  }

  @Test
  void itemsBeyondTheBoundAreRefused() {
    OnlineRecommender popular =
        new PopularityRecommender(new PopularityOptions(HalfLife.never(), 100));
    popular.learn(new Click(1, 99, 0));
    assertThatThrownBy(() -> popular.learn(new Click(1, 100, 0)))
        .hasMessage("item: 100, expected 0 to 99");
    assertThatThrownBy(() -> new PopularityOptions(HalfLife.never(), 0))
        .hasMessageStartingWith("popularity.maxItems: 0, expected 1 to");
    assertThatThrownBy(() -> HalfLife.clicks(0.5)).hasMessageStartingWith("halfLife.length: 0.5");
  }
}
