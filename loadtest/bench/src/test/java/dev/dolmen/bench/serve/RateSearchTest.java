package dev.dolmen.bench.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RateSearchTest {
  private static final double GOAL_MS = 10;

  private final RateSearch search = new RateSearch(GOAL_MS, 1.08, 24, RateSearch.RATE_MAX);
  private final List<Double> asked = new ArrayList<>();

  private static LoadFigures figures(double rate, double answeredShare, double p99Ms) {
    long offered = Math.round(rate * 100);
    long answered = Math.round(offered * answeredShare);
    return new LoadFigures(
        rate, 0, offered, answered, answered / 100.0, offered - answered, 0, 1, 2, p99Ms, 0, 0);
  }

  /** A server that holds rates up to a limit, and is clearly overloaded at 1.5 times that. */
  private LoadFigures server(double limit, double rate) {
    asked.add(rate);
    return figures(rate, rate > 1.5 * limit ? 0.5 : 1, rate > limit ? 30 : 4);
  }

  private @Nullable LoadFigures highest(double first, double limit)
      throws IOException, InterruptedException {
    return search.highest(first, rate -> server(limit, rate));
  }

  private static double rate(@Nullable LoadFigures found) {
    return found == null ? 0 : found.rate();
  }

  @Test
  void findsTheLimitFromBelowAndFromAbove() throws Exception {
    for (double limit : new double[] {3, 70, 999, 5_280}) {
      LoadFigures found = highest(250, limit);
      assertThat(rate(found)).isBetween(limit / 1.081, limit);
    }
  }

  @Test
  void triesNothingAboveTheHighestRate() throws Exception {
    for (double max : new double[] {100, 250, 900}) {
      asked.clear();
      RateSearch bounded = new RateSearch(GOAL_MS, 1.08, 24, max);
      assertThat(rate(bounded.highest(250, rate -> server(5_280, rate)))).isEqualTo(max);
      assertThat(asked).hasSizeLessThan(5).allMatch(rate -> rate <= max);
    }
    RateSearch bounded = new RateSearch(GOAL_MS, 1.08, 24, 900);
    assertThat(rate(bounded.highest(250, rate -> server(70, rate)))).isBetween(70 / 1.081, 70.0);
  }

  @Test
  void endsAfterItsStepsAndSaysSoWhereNothingIsHeld() throws Exception {
    assertThat(highest(250, 0)).isNull();
    assertThat(asked).hasSizeLessThanOrEqualTo(24);
    asked.clear();
    assertThat(highest(250, Double.MAX_VALUE)).isNotNull();
    assertThat(asked).hasSizeLessThanOrEqualTo(24);
  }

  /** One pause in a step of a rate that is held otherwise. */
  @Test
  void aPauseIsNotTheLimit() throws Exception {
    LoadFigures found =
        search.highest(
            250,
            rate -> {
              boolean first = !asked.contains(rate);
              LoadFigures figures = server(1_500, rate);
              return first && rate < 1_500 ? figures(rate, 1, 25) : figures;
            });
    assertThat(rate(found)).isBetween(1_388.0, 1_500.0);
  }

  /** A low rate that is missed twice does not hide a higher one that is held. */
  @Test
  void looksAboveWhatIsMissedByLittle() throws Exception {
    LoadFigures found =
        search.highest(250, rate -> rate == 250 ? figures(rate, 1, 25) : server(1_500, rate));
    assertThat(rate(found)).isBetween(1_388.0, 1_500.0);
  }

  @Test
  void requestsThatAreRefusedAreNotHeld() {
    assertThat(figures(100, 0.98, 4).holds(GOAL_MS)).isFalse();
    assertThat(figures(100, 0.995, 4).holds(GOAL_MS)).isTrue();
    assertThat(figures(100, 1, 10).holds(GOAL_MS)).isFalse();
    assertThat(figures(100, 0, Double.NaN).holds(GOAL_MS)).isFalse();
  }
}
