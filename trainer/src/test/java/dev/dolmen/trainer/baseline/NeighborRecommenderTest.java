package dev.dolmen.trainer.baseline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.dolmen.trainer.signals.LargestNumbers;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class NeighborRecommenderTest {
  private final SessionIndex index = new SessionIndex(SessionIndexOptions.defaults());

  private static NeighborFormula vmisknn(
      int reach, int recent, int neighbors, PositionWeight similarity, PositionWeight matching) {
    return NeighborFormula.vmisknn()
        .change()
        .reach(reach)
        .recent(recent)
        .neighbors(neighbors)
        .similarity(similarity)
        .matching(matching)
        .build();
  }

  private void learn(long session, int... items) {
    Clicks.session(session, items).forEach(index::learn);
  }

  @Test
  void sknnIsTheCosineOfSets() {
    learn(1, 1, 2, 3);
    learn(2, 2, 4, 2);
    OnlineRecommender sknn = new NeighborRecommender(index, NeighborFormula.sknn());
    ItemScores scores = Clicks.ask(sknn, 1, 2);
    float first = (float) (2 / Math.sqrt(2 * 3));
    float second = (float) (1 / Math.sqrt(2 * 2));
    assertThat(scores.score(3)).isCloseTo(first, within(1e-6f));
    assertThat(scores.score(4)).isCloseTo(second, within(1e-6f));
    assertThat(scores.score(2)).isCloseTo(first + second, within(1e-6f));
    assertThat(scores.size()).isEqualTo(4);
    assertThat(Clicks.ask(sknn, 99).size()).isZero();
    assertThat(Clicks.ask(sknn).size()).isZero();
  }

  @Test
  void vsknnWeighsPositionsAndRareItems() {
    learn(1, 1, 2, 3);
    learn(2, 1, 4);
    learn(3, 5);
    OnlineRecommender vsknn = new NeighborRecommender(index, NeighborFormula.vsknn());
    // Shares: 1 weighs 1/2, 2 weighs 1. The latest item in common: 0.9 and 0.8.
    ItemScores scores = Clicks.ask(vsknn, 1, 2);
    assertThat(scores.score(3)).isCloseTo((float) (1.5 * 0.9 * (1 + Math.log(3))), within(1e-5f));
    assertThat(scores.score(4)).isCloseTo((float) (0.5 * 0.8 * (1 + Math.log(3))), within(1e-5f));
    float one = (float) ((1.5 * 0.9 + 0.5 * 0.8) * (1 + Math.log(1.5)));
    assertThat(scores.score(1)).isCloseTo(one, within(1e-5f));
    assertThat(scores.contains(5)).isFalse();
  }

  @Test
  void vmisknnIsTheProductOfLambdaSimilarityAndIdf() {
    learn(1, 1, 2, 3);
    learn(2, 1, 4);
    learn(3, 5);
    OnlineRecommender vmis = new NeighborRecommender(index, NeighborFormula.vmisknn());
    ItemScores scores = Clicks.ask(vmis, 1, 2);
    assertThat(scores.score(3)).isCloseTo((float) (1.5 * 0.9 * Math.log(3)), within(1e-5f));
    assertThat(scores.score(4)).isCloseTo((float) (0.5 * 0.8 * Math.log(3)), within(1e-5f));
    float one = (float) ((1.5 * 0.9 + 0.5 * 0.8) * Math.log(1.5));
    assertThat(scores.score(1)).isCloseTo(one, within(1e-5f));
  }

  @Test
  void onlyTheLatestSessionsAndTheMostSimilarNeighboursCount() {
    learn(1, 1, 2, 50);
    learn(2, 1, 51);
    learn(3, 1, 2, 52);
    learn(4, 1, 53);
    PositionWeight same = PositionWeight.SAME;
    ItemScores scores =
        Clicks.ask(new NeighborRecommender(index, vmisknn(10, 3, 1, same, same)), 1, 2);
    assertThat(scores.contains(52)).isTrue();
    assertThat(scores.contains(50)).as("too old").isFalse();
    assertThat(scores.contains(53)).as("less similar").isFalse();
    ItemScores two =
        Clicks.ask(new NeighborRecommender(index, vmisknn(10, 3, 2, same, same)), 1, 2);
    assertThat(two.contains(53)).as("as similar as another, and later").isTrue();
    assertThat(two.contains(51)).isFalse();
  }

  @Test
  void theSessionItselfIsNoNeighbour() {
    learn(1, 1, 2);
    learn(2, 1, 3);
    OnlineRecommender vmis = new NeighborRecommender(index, NeighborFormula.vmisknn());
    SessionPrefix prefix = new SessionPrefix(5);
    prefix.start(1);
    prefix.add(1, 0);
    prefix.add(2, 0);
    ItemScores scores = Clicks.ask(vmis, 0, prefix);
    assertThat(scores.contains(3)).isTrue();
    assertThat(scores.contains(2)).isFalse();
  }

  @Test
  void clicksBeyondTheReachAreNotLookedAt() {
    learn(1, 1, 2);
    PositionWeight same = PositionWeight.SAME;
    OnlineRecommender vmis = new NeighborRecommender(index, vmisknn(2, 10, 10, same, same));
    learn(2, 60);
    assertThat(Clicks.ask(vmis, 1, 8).contains(2)).isTrue();
    assertThat(Clicks.ask(vmis, 1, 8, 9).contains(2)).isFalse();
  }

  /** The index's lists, sample and neighbours against all sessions, compared one by one. */
  @Test
  void findsWhatComparingAllSessionsFinds() {
    List<Click> clicks = Clicks.random(21, 3_000, 80, 7);
    clicks.forEach(index::learn);
    NeighborFormula options = vmisknn(50, 40, 12, PositionWeight.SHARE, PositionWeight.LINEAR);
    OnlineRecommender vmis = new NeighborRecommender(index, options);
    SplittableRandom random = new SplittableRandom(4);
    int found = 0;
    for (int i = 0; i < 50; i++) {
      int[] prefix = IntStream.range(0, 1 + i % 6).map(p -> random.nextInt(80)).toArray();
      Map<Integer, Double> expected = scoresByBruteForce(clicks, prefix, options);
      ItemScores scores = Clicks.ask(vmis, prefix);
      found += scores.size();
      assertThat(IntStream.range(0, scores.size()).mapToObj(scores::item))
          .containsExactlyInAnyOrderElementsOf(expected.keySet());
      expected.forEach(
          (item, score) -> assertThat((double) scores.score(item)).isCloseTo(score, within(1e-4)));
    }
    assertThat(found).isGreaterThan(1_000);
  }

  private static Map<Integer, Double> scoresByBruteForce(
      List<Click> clicks, int[] prefix, NeighborFormula options) {
    Map<Long, Set<Integer>> sessions = new LinkedHashMap<>();
    Map<Long, Integer> lastClicks = new HashMap<>();
    Map<Integer, List<Long>> lists = new HashMap<>();
    for (int n = 0; n < clicks.size(); n++) {
      Click click = clicks.get(n);
      lastClicks.put(click.session(), n);
      if (sessions.computeIfAbsent(click.session(), s -> new HashSet<>()).add(click.item())) {
        lists.computeIfAbsent(click.item(), s -> new ArrayList<>()).add(click.session());
      }
    }
    Map<Long, Double> similarities = new HashMap<>();
    Map<Long, Integer> matches = new HashMap<>();
    Set<Integer> seen = new HashSet<>();
    for (int d = 1; d <= prefix.length; d++) {
      int item = prefix[prefix.length - d];
      if (seen.add(item)) {
        List<Long> list = lists.getOrDefault(item, List.of());
        for (long session :
            list.subList(Math.max(0, list.size() - options.sample()), list.size())) {
          similarities.merge(session, (prefix.length - d + 1.0) / prefix.length, Double::sum);
          matches.putIfAbsent(session, d);
        }
      }
    }
    List<Long> neighbors = new ArrayList<>(similarities.keySet());
    Comparator<Long> byAge = Comparator.comparingInt(s -> -lastClicks.getOrDefault(s, 0));
    neighbors.sort(byAge);
    neighbors = neighbors.subList(0, Math.min(options.sample(), neighbors.size()));
    Comparator<Long> bySimilarity =
        Comparator.comparingLong(s -> -Math.round(1e6 * similarities.getOrDefault(s, 0.0)));
    neighbors =
        neighbors.stream()
            .sorted(bySimilarity.thenComparing(byAge))
            .limit(options.neighbors())
            .toList();
    Map<Integer, Double> scores = new HashMap<>();
    for (long neighbor : neighbors) {
      double lambda = Math.max(0, 1 - 0.1 * matches.getOrDefault(neighbor, 0));
      for (int item : sessions.getOrDefault(neighbor, Set.of())) {
        long with = sessions.values().stream().filter(s -> s.contains(item)).count();
        double idf = Math.log((double) sessions.size() / with);
        scores.merge(item, lambda * similarities.getOrDefault(neighbor, 0.0) * idf, Double::sum);
      }
    }
    return scores;
  }

  @Test
  void changesNothingButWhatIsNamed() {
    NeighborFormula formula = NeighborFormula.sknn();
    assertThat(formula.change().build()).isEqualTo(formula);
    assertThat(formula.change().reach(7).build())
        .isNotEqualTo(formula)
        .returns(7, NeighborFormula::reach)
        .returns(formula.sample(), NeighborFormula::sample);
    assertThatThrownBy(() -> formula.change().reach(0).build())
        .hasMessageContaining("neighbors.reach");
  }

  @Test
  void theSameClicksGiveTheSameBits() {
    List<Click> clicks = Clicks.random(5, 600, 40, 6);
    int hash = answers(clicks);
    assertThat(answers(clicks)).isEqualTo(hash).isNotEqualTo(1);
  }

  private static int answers(List<Click> clicks) {
    SessionIndex small = new SessionIndex(new SessionIndexOptions(30, 5, 6, 100));
    PositionWeight weight = PositionWeight.HARMONIC;
    return Clicks.hashOfAnswers(
        new NeighborRecommender(small, vmisknn(5, 8, 4, weight, weight)), clicks);
  }

  @Test
  void positionsWeighAsTheirNamesSay() {
    assertThat(PositionWeight.SAME.weight(7, 8)).isEqualTo(1f);
    assertThat(PositionWeight.SHARE.weight(1, 4)).isEqualTo(1f);
    assertThat(PositionWeight.SHARE.weight(4, 4)).isEqualTo(0.25f);
    assertThat(PositionWeight.LINEAR.weight(1, 4)).isEqualTo(0.9f);
    assertThat(PositionWeight.LINEAR.weight(9, 40)).isEqualTo(0.1f);
    assertThat(PositionWeight.LINEAR.weight(10, 40)).isZero();
    assertThat(PositionWeight.LINEAR.weight(39, 40)).isZero();
    assertThat(PositionWeight.HARMONIC.weight(4, 8)).isEqualTo(0.25f);
    assertThat(PositionWeight.QUADRATIC.weight(4, 8)).isEqualTo(0.0625f);
  }

  @Test
  void theKthLargestIsWhatSortingFinds() {
    SplittableRandom random = new SplittableRandom(9);
    for (int size : new int[] {1, 2, 13, 207, 4_098}) {
      long[] numbers = LongStream.range(0, size).map(i -> i * 3).toArray();
      for (int i = size - 1; i > 0; i--) {
        int other = random.nextInt(i + 1);
        long swapped = numbers[i];
        numbers[i] = numbers[other];
        numbers[other] = swapped;
      }
      for (int k : new int[] {1, (size + 1) / 2, size}) {
        assertThat(LargestNumbers.kth(numbers.clone(), size, k)).isEqualTo(3L * (size - k));
      }
    }
  }
}
