package dev.dolmen.trainer.baseline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.BitSet;
import java.util.Comparator;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ItemScoresTest {
  private final ItemScores scores = new ItemScores();

  @Test
  void scoresAddUp() {
    scores.reset(10);
    scores.add(7, 1.5f);
    scores.add(2, 1);
    scores.add(7, 0.5f);
    assertThat(scores.size()).isEqualTo(2);
    assertThat(scores.item(0)).isEqualTo(7);
    assertThat(scores.score(7)).isEqualTo(2f);
    assertThat(scores.max()).isEqualTo(2f);
    assertThat(scores.contains(3)).isFalse();
    assertThat(scores.score(1_000_000)).isZero();
  }

  @Test
  void tiesCountAgainstTheItem() {
    scores.reset(100);
    scores.add(1, 3);
    scores.add(2, 2);
    scores.add(3, 2);
    scores.add(4, 0);
    assertThat(scores.rankOf(1)).isEqualTo(1);
    assertThat(scores.rankOf(2)).isEqualTo(3);
    assertThat(scores.rankOf(3)).isEqualTo(3);
    assertThat(scores.rankOf(4)).isEqualTo(4);
    assertThat(scores.rankOf(5)).isEqualTo(100);
    assertThat(scores.rankOf(5_000)).isEqualTo(100);
  }

  @Test
  void resetForgetsEverything() {
    scores.reset(10);
    scores.add(3, -1);
    assertThat(scores.max()).isEqualTo(-1f);
    scores.reset(20);
    assertThat(scores.size()).isZero();
    assertThat(scores.contains(3)).isFalse();
    assertThat(scores.rankOf(3)).isEqualTo(20);
    assertThat(scores.max()).isZero();
    assertThat(scores.top(5)).isEmpty();
    scores.add(3, 1);
    assertThat(scores.score(3)).isEqualTo(1f);
  }

  @Test
  void onlyWhatIsRetainedIsRanked() {
    scores.reset(10);
    for (int item = 0; item < 6; item++) {
      scores.add(item, item);
    }
    BitSet items = new BitSet();
    items.set(1);
    items.set(4);
    items.set(9);
    scores.retain(items);
    assertThat(scores.top(5)).containsExactly(4, 1);
    assertThat(scores.rankOf(1)).isEqualTo(2);
    assertThat(scores.contains(5)).isFalse();
    assertThat(scores.rankOf(5)).isEqualTo(10);
    scores.add(5, 1);
    assertThat(scores.score(5)).isEqualTo(1f);
  }

  @Test
  void topIsWhatSortingFinds() {
    SplittableRandom random = new SplittableRandom(1);
    for (int size : new int[] {0, 1, 13, 207, 4_098}) {
      scores.reset(size);
      for (int i = 0; i < size; i++) {
        scores.add(random.nextInt(5_000), random.nextInt(50));
      }
      int[] sorted =
          IntStream.range(0, scores.size())
              .mapToObj(scores::item)
              .sorted(
                  Comparator.comparingDouble((Integer item) -> -scores.score(item))
                      .thenComparing(Comparator.naturalOrder()))
              .limit(20)
              .mapToInt(Integer::intValue)
              .toArray();
      assertThat(scores.top(20)).isEqualTo(sorted);
      assertThat(scores.top(0)).isEmpty();
    }
  }

  @Test
  void badNumbersAreRefused() {
    assertThatThrownBy(() -> scores.add(3, Float.NaN))
        .hasMessage("score of item 3: NaN, expected a number");
    assertThatThrownBy(() -> scores.reset(-1)).hasMessage("candidates: -1, expected 0 or more");
    assertThatThrownBy(() -> new Click(1, -5, 0)).hasMessage("item: -5, expected 0 or more");
  }
}
