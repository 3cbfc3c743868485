package dev.dolmen.trainer.baseline;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ServedRecommenderTest {
  private static final int ITEMS = 40;
  private static final List<Click> CLICKS = Clicks.random(5, 4_000, ITEMS, 8);

  /** Small enough that everything has to make room. */
  private static SessionIndex index() {
    return new SessionIndex(new SessionIndexOptions(200, 6, 50, 1_000));
  }

  private static CoOccurrenceOptions coOccurrence() {
    return CoOccurrenceOptions.builder()
        .maxSessions(100)
        .reach(10)
        .neighbors(12)
        .maxItems(1_000)
        .halfLife(HalfLife.clicks(100))
        .build();
  }

  static Stream<Supplier<ServedRecommender>> all() {
    return Stream.of(
        () -> new CoOccurrenceRecommender(coOccurrence()),
        () -> new NeighborRecommender(index(), NeighborFormula.sknn()),
        () -> new NeighborRecommender(index(), NeighborFormula.vsknn()),
        () -> new NeighborRecommender(index(), NeighborFormula.vmisknn()),
        () -> new BlendRecommender(BlendOptions.defaults(), index()));
  }

  private static float[] ask(ItemScorer scorer, int... prefix) {
    ItemScores scores = new ItemScores();
    scores.reset(ITEMS);
    scorer.score(SessionPrefix.of(prefix), 5_000, scores);
    float[] answer = new float[ITEMS];
    for (int item = 0; item < ITEMS; item++) {
      answer[item] = scores.contains(item) ? scores.score(item) : -1;
    }
    return answer;
  }

  @ParameterizedTest
  @MethodSource("all")
  void allWaysToAskFindTheSame(Supplier<ServedRecommender> kind) {
    ServedRecommender recommender = kind.get();
    ItemScorer early = recommender.scorer();
    for (int i = 0; i < CLICKS.size(); i++) {
      recommender.learn(CLICKS.get(i));
      if (i % 500 == 499) {
        ItemScorer now = recommender.scorer();
        for (int item = 0; item < ITEMS; item += 3) {
          float[] expected = ask(recommender::score, 7, item, 2);
          assertThat(ask(early, 7, item, 2)).isEqualTo(expected);
          assertThat(ask(now, 7, item, 2)).isEqualTo(expected);
        }
      }
    }
    assertThat(recommender.memoryBytes()).isPositive();
  }

  @ParameterizedTest
  @MethodSource("all")
  void theSameNumbersAnewChangeNothing(Supplier<ServedRecommender> kind) {
    ServedRecommender renumbered = kind.get();
    ServedRecommender twin = kind.get();
    for (int i = 0; i < CLICKS.size(); i++) {
      renumbered.learn(CLICKS.get(i));
      twin.learn(CLICKS.get(i));
      if (i % 700 == 0) {
        renumbered.renumber(IntStream.range(0, 2 * ITEMS).toArray());
      }
      if (i % 100 == 0) {
        assertThat(ask(renumbered::score, 3, 1, 5)).isEqualTo(ask(twin::score, 3, 1, 5));
      }
    }
    assertThat(renumbered.memoryBytes()).isEqualTo(twin.memoryBytes());
  }

  /** Every third item goes; the others close ranks. */
  private static int[] withoutThirds() {
    int[] numbers = new int[ITEMS];
    int kept = 0;
    for (int item = 0; item < ITEMS; item++) {
      numbers[item] = item % 3 == 0 ? -1 : kept++;
    }
    return numbers;
  }

  @ParameterizedTest
  @MethodSource("all")
  void whatIsForgottenIsNotAnsweredAndItsNumberIsAnothersThen(Supplier<ServedRecommender> kind) {
    ServedRecommender recommender = kind.get();
    Clicks.learn(recommender, CLICKS);
    int[] numbers = withoutThirds();
    int kept = ITEMS - (ITEMS + 2) / 3;
    recommender.renumber(numbers);
    float[] answer = ask(recommender::score, numbers[4], numbers[5]);
    assertThat(IntStream.range(0, kept).filter(i -> answer[i] > 0).count()).isGreaterThan(10);
    for (int number = kept; number < ITEMS; number++) {
      assertThat(answer[number]).as("number " + number).isEqualTo(-1);
    }
    // An item that comes now, with a number that was another's, begins from nothing.
    recommender.learn(new Click(1L << 40, kept, 20_000));
    recommender.learn(new Click(1L << 40, numbers[4], 20_001));
    Clicks.learn(recommender, Clicks.random(6, 4_000, kept, 8));
    recommender.renumber(forgetAll());
    assertThat(ask(recommender::score, 1, 2, 3)).containsOnly(-1);
    Clicks.learn(recommender, CLICKS);
    assertThat(ask(recommender::score, 1, 2, 3)[1]).isPositive();
  }

  private static int[] forgetAll() {
    return IntStream.range(0, ITEMS).map(i -> -1).toArray();
  }

  /** Where a score depends on nothing but the pair of items, those that stay keep theirs. */
  @Test
  void whatStaysKeepsItsScore() {
    for (ServedRecommender recommender :
        List.of(
            new CoOccurrenceRecommender(coOccurrence()),
            new NeighborRecommender(index(), NeighborFormula.vmisknn()))) {
      Clicks.learn(recommender, CLICKS);
      float[] before = ask(recommender::score, 4, 5);
      int[] numbers = withoutThirds();
      recommender.renumber(numbers);
      float[] after = ask(recommender::score, numbers[4], numbers[5]);
      for (int item = 0; item < ITEMS; item++) {
        if (numbers[item] >= 0) {
          assertThat(after[numbers[item]]).as(recommender.name()).isEqualTo(before[item]);
        }
      }
    }
  }
}
