package dev.dolmen.evaluation.itemsets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.dolmen.trainer.baseline.ItemScores;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Ranks and what they are worth are those of a list that is sorted whole. */
class SetRanksTest {
  private static final int ITEMS = 300;

  /** Scores of few values, so that many are equal, and some items without any. */
  private static float[] scores(Random random) {
    float[] scores = new float[ITEMS];
    for (int i = 0; i < ITEMS; i++) {
      scores[i] = random.nextInt(8) == 0 ? Float.NEGATIVE_INFINITY : random.nextInt(40);
    }
    return scores;
  }

  private static BitSet drawn(Random random, int of) {
    BitSet drawn = new BitSet();
    for (int i = 0; i < ITEMS; i++) {
      drawn.set(i, random.nextInt(of) == 0);
    }
    return drawn;
  }

  /** The whole list, of equal ones the wrong before the right. */
  private static List<Integer> sorted(float[] scores, BitSet candidates, BitSet relevant) {
    List<Integer> all = new ArrayList<>(candidates.stream().boxed().toList());
    all.sort(
        Comparator.comparingDouble((Integer i) -> -scores[i]).thenComparing(i -> relevant.get(i)));
    return all;
  }

  @Test
  void ranksAreThoseOfTheWholeListHoweverMuchIsRemoved() {
    Random random = new Random(1);
    for (int round = 0; round < 200; round++) {
      float[] scores = scores(random);
      BitSet relevant = drawn(random, round % 2 == 0 ? 10 : 60);
      relevant.set(random.nextInt(ITEMS));
      BitSet candidates = drawn(random, 2); // Half of all are removed: far more than 40.
      candidates.or(relevant);
      List<Integer> all = sorted(scores, candidates, relevant);
      int[] expected =
          relevant.stream()
              .map(i ->
                  scores[i] == Float.NEGATIVE_INFINITY ? Integer.MAX_VALUE : all.indexOf(i) + 1)
              .sorted()
              .toArray();
      int[] ranks = SetRanks.of(scores, candidates, relevant);
      assertThat(ranks).isSorted();
      assertThat(ranks).isEqualTo(expected);
    }
  }

  @Test
  void theFirstItemsAreCandidatesWithAScore() {
    Random random = new Random(2);
    float[] scores = scores(random);
    BitSet candidates = drawn(random, 3);
    int[] first = SetRanks.first(scores, candidates, new ItemScores());
    assertThat(first).hasSize(20);
    List<Integer> all = sorted(scores, candidates, new BitSet());
    for (int place = 0; place < first.length; place++) {
      assertThat(candidates.get(first[place])).isTrue();
      assertThat(scores[first[place]]).isEqualTo(scores[all.get(place)]);
    }
  }

  @Test
  void metricsAreAsPublished() {
    // Right in places 1, 3 and 21 of a list, of three items.
    int[] ranks = {1, 3, 21};
    assertThat(SetMetric.PRECISION.of(ranks)).isEqualTo(2 / 20.0, within(1e-12));
    assertThat(SetMetric.RECALL.of(ranks)).isEqualTo(2 / 3.0, within(1e-12));
    double ideal = 1 + 1 / (Math.log(3) / Math.log(2)) + 0.5;
    assertThat(SetMetric.NDCG.of(ranks)).isEqualTo((1 + 0.5) / ideal, within(1e-9));
    // No list of 20 is better than one that is right in all places, of however many items.
    int[] many = new int[50];
    for (int i = 0; i < many.length; i++) {
      many[i] = i + 1;
    }
    assertThat(SetMetric.NDCG.of(many)).isEqualTo(1, within(1e-12));
    assertThat(SetMetric.PRECISION.of(many)).isEqualTo(1, within(1e-12));
    assertThat(SetMetric.RECALL.of(many)).isEqualTo(0.4, within(1e-12));
    assertThat(SetMetric.NDCG.of(new int[] {Integer.MAX_VALUE})).isZero();
  }
}
