package dev.dolmen.evaluation.baseline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolmen.trainer.baseline.Click;
import dev.dolmen.trainer.baseline.ItemScores;
import dev.dolmen.trainer.baseline.SessionPrefix;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What can be said of an item that nobody has clicked: what it is like. */
class ContentBaselinesTest {
  private static ItemScores scores() {
    ItemScores scores = new ItemScores();
    scores.reset(10);
    return scores;
  }

  @Test
  void theNearestByContentShareRareWords() {
    ContentNeighborsRecommender nearest =
        new ContentNeighborsRecommender(
            List.of(
                Set.of("red", "kettle", "steel"),
                Set.of("red", "kettle"),
                Set.of("red", "scarf"),
                Set.of("red", "hat"),
                Set.of("blue", "table"),
                Set.of()));
    ItemScores scores = scores();
    nearest.score(SessionPrefix.of(0), 0, scores);
    assertThat(scores.top(2)).containsExactly(0, 1);
    assertThat(scores.score(1)).isBetween(0.5f, 1f);
    assertThat(scores.score(2)).isBetween(0.01f, scores.score(1));
    assertThat(scores.contains(4)).isFalse();
    assertThat(scores.contains(5)).isFalse();
  }

  @Test
  void ofEquallyNearItemsTheMoreClickedComesFirst() {
    ContentNeighborsRecommender nearest =
        new ContentNeighborsRecommender(
            List.of(Set.of("a"), Set.of("a"), Set.of("a"), Set.of("a", "b")));
    for (int i = 0; i < 3; i++) {
      nearest.learn(new Click(1, 2, i));
    }
    nearest.learn(new Click(1, 1, 4));
    ItemScores scores = scores();
    nearest.score(SessionPrefix.of(0), 0, scores);
    assertThat(scores.top(4)).containsExactly(2, 1, 0, 3);
  }

  @Test
  void anItemWithoutClicksIsAsGoodAsItsCategory() {
    CategoryPopularityRecommender popular =
        new CategoryPopularityRecommender(
            List.of(
                List.of("news"),
                List.of("news"),
                List.of("news"),
                List.of("sport"),
                List.of("sport"),
                List.of()),
            PopularityOptions.global());
    for (int i = 0; i < 9; i++) {
      popular.learn(new Click(1, 0, i));
    }
    popular.learn(new Click(1, 1, 10));
    ItemScores scores = scores();
    popular.score(SessionPrefix.of(1, 3), 0, scores);
    assertThat(scores.top(3)).containsExactly(0, 1, 2);
    assertThat(scores.score(2)).isCloseTo(10f / 3, org.assertj.core.api.Assertions.within(0.01f));
    assertThat(scores.score(3)).isZero();
    assertThat(scores.contains(5)).isFalse();
  }
}
