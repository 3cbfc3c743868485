package dev.dolmen.evaluation.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class ParameterExchangeTest {
  private static final Offset<Float> NEAR = Offset.offset(1e-5f);

  private static Contribution of(int trainer, long predictions, float[] dense, RowChanges rows) {
    return new Contribution(trainer, 1, predictions, dense, List.of(rows));
  }

  private static Contribution dense(int trainer, float... numbers) {
    return of(trainer, 10, numbers, RowChanges.none(2));
  }

  private static float[] merged(Aggregation rule, Contribution... arrived) {
    return new ParameterExchange(rule, Summing.NONE).merge(List.of(arrived), 1).dense();
  }

  private static RowChanges rows(long[] fids, float... changes) {
    return new RowChanges(2, fids, changes);
  }

  @Test
  void theMeanGoesByPredictions() {
    Contribution many = of(0, 30, new float[] {4, 0}, RowChanges.none(2));
    Contribution few = of(1, 10, new float[] {0, 8}, RowChanges.none(2));
    assertThat(merged(Aggregation.MEAN, many, few)).containsExactly(new float[] {3, 2}, NEAR);
  }

  @Test
  void aRowOfOneTrainerTakesItsChangeAndOneOfSeveralTheirMeanOrSum() {
    Contribution a = of(0, 10, new float[] {1}, rows(new long[] {7, 8}, 1, 2, 3, 4));
    Contribution b = of(1, 10, new float[] {3}, rows(new long[] {8, 9}, 5, 6, -1, -2));
    ParameterExchange.Merged mean =
        new ParameterExchange(Aggregation.MEAN, Summing.NONE).merge(List.of(a, b), 1);
    assertThat(mean.rows().getFirst().fids()).containsExactly(7, 8, 9);
    assertThat(mean.rows().getFirst().changes())
        .containsExactly(new float[] {1, 2, 4, 5, -1, -2}, NEAR);
    assertThat(mean.dense()).containsExactly(2);
    ParameterExchange.Merged rows =
        new ParameterExchange(Aggregation.MEAN, Summing.ROWS).merge(List.of(a, b), 1);
    assertThat(rows.rows().getFirst().changes())
        .containsExactly(new float[] {1, 2, 8, 10, -1, -2}, NEAR);
    assertThat(rows.dense()).containsExactly(2);
    assertThat(new ParameterExchange(Aggregation.MEAN, Summing.ALL).merge(List.of(a, b), 1).dense())
        .containsExactly(4);
  }

  @Test
  void oneOfThreeMovesMedianAndTrimmedMeanNoFurtherThanTheOthers() {
    Contribution bad = dense(2, 1_000, -1_000);
    for (Aggregation rule : List.of(Aggregation.MEDIAN, Aggregation.TRIMMED)) {
      float[] change = merged(rule, dense(0, 1, 1), dense(1, 2, 3), bad);
      assertThat(change[0]).as("%s", rule).isBetween(1f, 2f);
      assertThat(change[1]).as("%s", rule).isBetween(1f, 3f);
    }
    assertThat(merged(Aggregation.MEAN, dense(0, 1, 1), dense(1, 2, 3), bad)[0]).isGreaterThan(300);
  }

  /** Of two, the median is the mean: it protects from nothing. */
  @Test
  void oneOfTwoMovesTheMedianAsFarAsItLikes() {
    assertThat(merged(Aggregation.MEDIAN, dense(0, 1), dense(1, 1_001))).containsExactly(501);
    assertThat(merged(Aggregation.TRIMMED, dense(0, 1), dense(1, 1_001))).containsExactly(501);
  }

  @Test
  void theMedianOfFourIsBetweenTheMiddleTwo() {
    float[] change = merged(Aggregation.MEDIAN, dense(0, 1), dense(1, 9), dense(2, 3), dense(3, 4));
    assertThat(change).containsExactly(3.5f);
  }

  @Test
  void whatIsNotANumberIsRefusedAsAWholeByEveryRule() {
    for (Aggregation rule : Aggregation.values()) {
      for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
        Contribution good = of(0, 10, new float[] {1, 2}, rows(new long[] {7}, 1, 2));
        Contribution dense = of(1, 10, new float[] {9, bad}, rows(new long[] {8}, 1, 2));
        Contribution row = of(2, 10, new float[] {9, 9}, rows(new long[] {8, 9}, 1, 2, 3, bad));
        ParameterExchange.Merged merged =
            new ParameterExchange(rule, Summing.NONE).merge(List.of(good, dense, row), 1);
        assertThat(merged.refused()).isEqualTo(2);
        assertThat(merged.dense()).as("%s", rule).containsExactly(new float[] {1, 2}, NEAR);
        assertThat(merged.rows().getFirst().fids()).containsExactly(7);
      }
    }
    ParameterExchange.Merged nothing =
        new ParameterExchange(Aggregation.MEAN, Summing.NONE)
            .merge(List.of(dense(0, Float.NaN)), 1);
    assertThat(nothing.dense()).containsExactly(0);
    assertThat(nothing.rows().getFirst().size()).isZero();
  }

  @Test
  void aBoundShortensWhatIsLongAlsoOfARowOfOneTrainer() {
    Contribution good = of(0, 10, new float[] {3, 4}, rows(new long[] {7}, 3, 4));
    Contribution bad = of(1, 10, new float[] {300, -400}, rows(new long[] {8}, 600, 800));
    ParameterExchange.Merged merged =
        new ParameterExchange(Aggregation.BOUNDED, Summing.NONE).merge(List.of(good, bad), 1);
    // No longer than twice the smaller one's 5.
    assertThat(merged.dense()).containsExactly(new float[] {(3 + 6) / 2f, (4 - 8) / 2f}, NEAR);
    assertThat(merged.rows().getFirst().changes()).containsExactly(new float[] {3, 4, 6, 8}, NEAR);
  }

  @Test
  void whatComesLateCountsLess() {
    Contribution late = new Contribution(1, 1, 10, new float[] {4}, List.of(RowChanges.none(2)));
    Contribution now = new Contribution(0, 4, 10, new float[] {4}, List.of(RowChanges.none(2)));
    ParameterExchange bounded = new ParameterExchange(Aggregation.BOUNDED, Summing.NONE);
    // Three late: half of it.
    assertThat(bounded.merge(List.of(now, late), 4).dense()).containsExactly(new float[] {3}, NEAR);
    ParameterExchange mean = new ParameterExchange(Aggregation.MEAN, Summing.NONE);
    assertThat(mean.merge(List.of(now, late), 4).dense()).containsExactly(new float[] {4}, NEAR);
  }

  @Test
  void aFlagThatHoldsAllIsTheMean() {
    SplittableRandom random = new SplittableRandom(1);
    float[] some = noise(random, 50);
    float[] turned = new float[50];
    for (int i = 0; i < 50; i++) {
      turned[i] = some[49 - i];
    }
    Contribution a = dense(0, some);
    Contribution b = dense(1, turned);
    float[] mean = merged(Aggregation.MEAN, a, b);
    assertThat(merged(Aggregation.FLAG, a, b)).containsExactly(mean, NEAR);
  }

  /** Seven agree about a direction; one sends something long across it. */
  @Test
  void theFlagIsMovedLittleByOneThatIsLong() {
    SplittableRandom random = new SplittableRandom(1);
    float[] common = noise(random, 200);
    List<Contribution> all = new ArrayList<>();
    for (int i = 0; i < 7; i++) {
      float[] own = noise(random, 200);
      for (int d = 0; d < own.length; d++) {
        own[d] = common[d] + 0.05f * own[d];
      }
      all.add(dense(i, own));
    }
    float[] garbage = noise(random, 200);
    for (int d = 0; d < garbage.length; d++) {
      garbage[d] *= 20;
    }
    all.add(dense(7, garbage));
    Contribution[] arrived = all.toArray(new Contribution[0]);
    double byFlag = distance(merged(Aggregation.FLAG, arrived), common);
    double byMean = distance(merged(Aggregation.MEAN, arrived), common);
    assertThat(byFlag).isLessThan(0.2 * byMean);
  }

  private static float[] noise(SplittableRandom random, int n) {
    float[] noise = new float[n];
    for (int i = 0; i < n; i++) {
      noise[i] = (float) random.nextGaussian();
    }
    return noise;
  }

  private static double distance(float[] a, float[] b) {
    double squares = 0;
    for (int i = 0; i < a.length; i++) {
      squares += (a[i] - b[i]) * (a[i] - b[i]);
    }
    return Math.sqrt(squares);
  }

  @Test
  void noneAndTooManyAreRefused() {
    ParameterExchange exchange = new ParameterExchange(Aggregation.MEAN, Summing.NONE);
    assertThatThrownBy(() -> exchange.merge(List.of(), 1))
        .hasMessageContaining("0 contributions, expected 1 to 64");
    List<Contribution> many = new ArrayList<>();
    for (int i = 0; i < 65; i++) {
      many.add(dense(i, 1));
    }
    assertThatThrownBy(() -> exchange.merge(many, 1))
        .hasMessageContaining("65 contributions, expected 1 to 64");
    assertThatThrownBy(() -> new RowChanges(2, new long[1], new float[3]))
        .hasMessageContaining("3 floats for 1 rows of 2");
  }

  @Test
  void faultsDoWhatTheySay() {
    Contribution good = of(0, 10, new float[] {1, 2, 3}, rows(new long[] {7}, 1, 2));
    Contribution last = of(1, 10, new float[] {1, 2, 3}, rows(new long[] {7}, 1, 2));
    FaultyTrainer none = new FaultyTrainer(Fault.NONE, 1, 2, 1);
    assertThat(none.arriving(List.of(good, last), 1)).containsExactly(good, last);
    FaultyTrainer lags = new FaultyTrainer(Fault.LAGS, 1, 2, 1);
    assertThat(lags.arriving(List.of(good, last), 1)).containsExactly(good);
    assertThat(lags.arriving(List.of(good), 2)).containsExactly(good);
    assertThat(lags.arriving(List.of(good), 3)).containsExactly(good, last);
    Contribution noise =
        new FaultyTrainer(Fault.LARGE, 1, 2, 1).arriving(List.of(good, last), 1).getLast();
    assertThat(noise.rows().getFirst().fids()).containsExactly(7);
    assertThat(distance(noise.dense(), new float[3])).isGreaterThan(50);
    assertThat(noise.isFinite()).isTrue();
    Contribution nan =
        new FaultyTrainer(Fault.NAN, 1, 2, 1).arriving(List.of(good, last), 1).getLast();
    assertThat(nan.isFinite()).isFalse();
  }
}
