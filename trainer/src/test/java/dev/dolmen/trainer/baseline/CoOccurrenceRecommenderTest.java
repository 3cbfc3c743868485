package dev.dolmen.trainer.baseline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CoOccurrenceRecommenderTest {
  /** Counts: 1 / d both ways, backward half, nothing fades, nothing is divided out. */
  private static CoOccurrenceOptions counting() {
    return CoOccurrenceOptions.builder()
        .maxSessions(100)
        .reach(10)
        .neighbors(10)
        .maxItems(1_000)
        .backward(0.5)
        .halfLife(HalfLife.never())
        .targetExponent(0)
        .sourceExponent(0)
        .smoothing(0)
        .build();
  }

  private static OnlineRecommender learned(CoOccurrenceOptions options, List<Click> clicks) {
    OnlineRecommender recommender = new CoOccurrenceRecommender(options);
    Clicks.learn(recommender, clicks);
    return recommender;
  }

  @Test
  void nearerAndForwardCountsMore() {
    OnlineRecommender recommender = learned(counting(), Clicks.session(1, 1, 2, 3));
    ItemScores after1 = Clicks.ask(recommender, 1);
    assertThat(after1.score(2)).isEqualTo(1f);
    assertThat(after1.score(3)).isEqualTo(0.5f);
    assertThat(after1.size()).isEqualTo(2);
    ItemScores after3 = Clicks.ask(recommender, 3);
    assertThat(after3.score(2)).isEqualTo(0.5f);
    assertThat(after3.score(1)).isEqualTo(0.25f);
    assertThat(Clicks.ask(recommender, 77).size()).as("never clicked").isZero();
    assertThat(Clicks.ask(recommender).size()).as("nothing to go by").isZero();
  }

  @Test
  void theWholePrefixSpeaksLessFromFurtherAway() {
    OnlineRecommender recommender = learned(counting(), Clicks.session(1, 1, 2, 3));
    // 1 is second from the end, the later 2 is last: 3 gets 1/2 * 1/2 + 1 * 1.
    assertThat(Clicks.ask(recommender, 2, 1, 2).score(3)).isEqualTo(1.25f);
    // 9 is unknown but takes a place.
    assertThat(Clicks.ask(recommender, 1, 9).score(2)).isEqualTo(0.5f);
  }

  @Test
  void anItemClickedAgainIsItsOwnNeighbourAndCountsFromItsNearestClick() {
    OnlineRecommender recommender = learned(counting(), Clicks.session(1, 5, 6, 5, 7));
    ItemScores after5 = Clicks.ask(recommender, 5);
    assertThat(after5.score(5)).isEqualTo(0.5f);
    assertThat(after5.score(7)).as("from the click before, not also from the first").isEqualTo(1f);
    assertThat(after5.score(6)).as("forward 1, back 1/2").isEqualTo(1.5f);
  }

  @Test
  void bothPopularitiesAreDividedOut() {
    CoOccurrenceOptions options =
        CoOccurrenceOptions.builder()
            .maxSessions(100)
            .reach(10)
            .neighbors(10)
            .maxItems(1_000)
            .backward(0)
            .halfLife(HalfLife.never())
            .targetExponent(0.5)
            .sourceExponent(1)
            .build();
    OnlineRecommender recommender = new CoOccurrenceRecommender(options);
    Clicks.learn(recommender, Clicks.session(1, 1, 2));
    Clicks.learn(recommender, Clicks.session(2, 1, 3));
    Clicks.learn(recommender, Clicks.session(3, 3));
    Clicks.learn(recommender, Clicks.session(4, 3));
    Clicks.learn(recommender, Clicks.session(5, 3));
    ItemScores scores = Clicks.ask(recommender, 1);
    // 1 has two co-occurrences and one for none; 2 was clicked once, 3 four times.
    assertThat(scores.score(2)).isCloseTo(1f / 3, within(1e-6f));
    assertThat(scores.score(3)).isCloseTo(1f / 3 / 2, within(1e-6f));
  }

  @Test
  void coOccurrencesFade() {
    CoOccurrenceOptions options =
        CoOccurrenceOptions.builder()
            .maxSessions(100)
            .reach(10)
            .neighbors(10)
            .maxItems(1_000)
            .backward(0)
            .halfLife(HalfLife.seconds(100))
            .targetExponent(0)
            .sourceExponent(0)
            .smoothing(0)
            .build();
    OnlineRecommender recommender = new CoOccurrenceRecommender(options);
    recommender.learn(new Click(1, 1, 1_000));
    recommender.learn(new Click(1, 2, 1_000));
    recommender.learn(new Click(2, 1, 1_000));
    recommender.learn(new Click(2, 3, 1_100));
    ItemScores scores = Clicks.ask(recommender, 1_200, SessionPrefix.of(1));
    assertThat(scores.score(2)).isCloseTo(0.25f, within(1e-6f));
    assertThat(scores.score(3)).isCloseTo(0.5f, within(1e-6f));
  }

  @Test
  void theLightestNeighbourMakesRoom() {
    CoOccurrenceOptions options =
        CoOccurrenceOptions.builder()
            .maxSessions(100)
            .reach(10)
            .neighbors(2)
            .maxItems(1_000)
            .backward(0)
            .halfLife(HalfLife.never())
            .targetExponent(0)
            .sourceExponent(0)
            .smoothing(0)
            .build();
    OnlineRecommender recommender = new CoOccurrenceRecommender(options);
    Clicks.learn(recommender, Clicks.session(1, 0, 1));
    Clicks.learn(recommender, Clicks.session(2, 0, 1));
    Clicks.learn(recommender, Clicks.session(3, 0, 2));
    Clicks.learn(recommender, Clicks.session(4, 0, 3));
    ItemScores scores = Clicks.ask(recommender, 0);
    assertThat(scores.size()).isEqualTo(2);
    assertThat(scores.score(1)).isEqualTo(2f);
    assertThat(scores.score(3)).isEqualTo(1f);
  }

  @Test
  void theSessionThatBeganFirstIsForgottenAtTheBound() {
    CoOccurrenceOptions options =
        CoOccurrenceOptions.builder()
            .maxSessions(2)
            .reach(10)
            .neighbors(10)
            .maxItems(1_000)
            .backward(0)
            .halfLife(HalfLife.never())
            .targetExponent(0)
            .sourceExponent(0)
            .smoothing(0)
            .build();
    OnlineRecommender recommender = new CoOccurrenceRecommender(options);
    recommender.learn(new Click(1, 10, 0));
    recommender.learn(new Click(2, 20, 0));
    recommender.learn(new Click(3, 30, 0));
    recommender.learn(new Click(1, 11, 0)); // Begins anew, and 2 is forgotten.
    recommender.learn(new Click(3, 31, 0));
    assertThat(Clicks.ask(recommender, 10).size()).isZero();
    assertThat(Clicks.ask(recommender, 30).score(31)).isEqualTo(1f);
  }

  @Test
  void clicksBeyondTheReachAreForgotten() {
    CoOccurrenceOptions options =
        CoOccurrenceOptions.builder()
            .maxSessions(10)
            .reach(2)
            .neighbors(10)
            .maxItems(1_000)
            .backward(0)
            .halfLife(HalfLife.never())
            .targetExponent(0)
            .sourceExponent(0)
            .smoothing(0)
            .build();
    OnlineRecommender recommender = learned(options, Clicks.session(1, 1, 2, 3, 4));
    ItemScores after1 = Clicks.ask(recommender, 1);
    assertThat(after1.contains(3)).isTrue();
    assertThat(after1.contains(4)).isFalse();
    assertThat(Clicks.ask(recommender, 1, 8, 9).size()).as("third from the end").isZero();
  }

  /** Learned click by click it is what the formula finds in the whole history at once. */
  @Test
  void isWhatTheFormulaSays() {
    List<Click> clicks = Clicks.random(3, 3_000, 60, 8);
    for (HalfLife halfLife :
        List.of(HalfLife.never(), HalfLife.clicks(40), HalfLife.seconds(200))) {
      CoOccurrenceOptions options =
          CoOccurrenceOptions.builder()
              .maxSessions(10_000)
              .reach(4)
              .neighbors(100)
              .maxItems(60)
              .learnDistance(0.7)
              .scoreDistance(1.3)
              .backward(0.4)
              .halfLife(halfLife)
              .targetExponent(0.3)
              .smoothing(2)
              .build();
      OnlineRecommender recommender = learned(options, clicks);
      long now = 1_000 + 3_000 * 3;
      for (int[] prefix : new int[][] {{1}, {1, 2, 3}, {5, 6, 5, 7, 8, 9}, {30}, {0, 0}}) {
        Map<Integer, Double> expected = scoresAtOnce(options, clicks, prefix, now);
        ItemScores scores = Clicks.ask(recommender, now, SessionPrefix.of(prefix));
        // Popularity divides by what fades alike for all: compare shares.
        double sum = expected.values().stream().mapToDouble(Double::doubleValue).sum();
        double own =
            IntStream.range(0, scores.size()).mapToDouble(i -> scores.score(scores.item(i))).sum();
        expected.forEach((item, score) ->
            assertThat(scores.score(item) / own).isCloseTo(score / sum, within(2e-5)));
        assertThat(sum).isPositive();
      }
    }
  }

  private static Map<Integer, Double> scoresAtOnce(
      CoOccurrenceOptions options, List<Click> clicks, int[] prefix, long now) {
    double[][] c = new double[60][60];
    double[] popularity = new double[60];
    Map<Long, List<Integer>> sessions = new HashMap<>();
    for (int n = 0; n < clicks.size(); n++) {
      Click click = clicks.get(n);
      double age =
          switch (options.halfLife().unit()) {
            case NEVER -> 0;
            case CLICKS -> (clicks.size() - n - 1) / options.halfLife().length();
            case SECONDS -> (now - click.timeSec()) / options.halfLife().length();
          };
      double keep = Math.pow(0.5, age);
      int j = click.item();
      List<Integer> before = sessions.computeIfAbsent(click.session(), s -> new ArrayList<>());
      List<Integer> nearest = new ArrayList<>();
      for (int d = 1; d <= Math.min(options.reach(), before.size()); d++) {
        int i = before.get(before.size() - d);
        if (!nearest.contains(i)) {
          nearest.add(i);
          c[i][j] += keep / Math.pow(d, options.learnDistance());
          c[j][i] += i == j ? 0 : options.backward() * keep / Math.pow(d, options.learnDistance());
        }
      }
      before.add(j);
      popularity[j] += keep;
    }
    Map<Integer, Double> scores = new HashMap<>();
    List<Integer> seen = new ArrayList<>();
    for (int d = 1; d <= Math.min(options.reach(), prefix.length); d++) {
      int i = prefix[prefix.length - d];
      if (seen.contains(i)) {
        continue;
      }
      seen.add(i);
      double total = IntStream.range(0, 60).mapToDouble(j -> c[i][j]).sum() + options.smoothing();
      for (int j = 0; j < 60; j++) {
        if (c[i][j] > 0) {
          double score =
              c[i][j]
                  / Math.pow(d, options.scoreDistance())
                  / Math.pow(total, options.sourceExponent())
                  / Math.pow(popularity[j], options.targetExponent());
          scores.merge(j, score, Double::sum);
        }
      }
    }
    return scores;
  }

  @Test
  void theSameClicksGiveTheSameBits() {
    List<Click> clicks = Clicks.random(5, 600, 40, 6);
    CoOccurrenceOptions options =
        CoOccurrenceOptions.builder()
            .maxSessions(20)
            .reach(5)
            .neighbors(6)
            .maxItems(100)
            .backward(0.5)
            .halfLife(HalfLife.clicks(20))
            .targetExponent(0.3)
            .sourceExponent(1)
            .build();
    int hash = Clicks.hashOfAnswers(new CoOccurrenceRecommender(options), clicks);
    assertThat(Clicks.hashOfAnswers(new CoOccurrenceRecommender(options), clicks)).isEqualTo(hash);
    assertThat(hash).isNotEqualTo(1);
  }

  @Test
  void badOptionsAreNamed() {
    assertThatThrownBy(() ->
            CoOccurrenceOptions.builder()
                .maxSessions(1)
                .reach(1)
                .neighbors(1)
                .maxItems(1)
                .backward(1.5)
                .halfLife(HalfLife.never())
                .targetExponent(Double.NaN)
                .sourceExponent(0)
                .smoothing(0)
                .build())
        .hasMessage("coOccurrence.backward: 1.5, expected 0 to 1");
    OnlineRecommender recommender = new CoOccurrenceRecommender(counting());
    assertThatThrownBy(() -> recommender.learn(new Click(1, 1_000, 0)))
        .hasMessage("item: 1000, expected 0 to 999");
  }
}
