package dev.dolmen.trainer.covisit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.dolmen.model.ScoreTerms;
import dev.dolmen.model.item.ScoreBonuses;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class CoVisitsTest {
  private final CoVisits coVisits = new CoVisits();

  private void visit(int... items) {
    for (int i = 1; i < items.length; i++) {
      coVisits.add(items, i);
    }
  }

  private static Map<Integer, Float> longTerm(Neighbors neighbors) {
    Map<Integer, Float> weights = new HashMap<>();
    for (int i = 0; i < neighbors.size(); i++) {
      weights.put(neighbors.item(i), neighbors.longTerm(i));
    }
    return weights;
  }

  @Test
  void nearerAndForwardWeighsMore() {
    visit(1, 2, 3);
    assertThat(longTerm(coVisits.of(1)).get(2)).isCloseTo(1f, within(1e-4f));
    assertThat(longTerm(coVisits.of(1)).get(3)).isCloseTo(0.5f, within(1e-4f));
    assertThat(longTerm(coVisits.of(3)).get(2)).isCloseTo(0.5f, within(1e-4f));
    assertThat(longTerm(coVisits.of(3)).get(1)).isCloseTo(0.25f, within(1e-4f));
    assertThat(coVisits.of(1).totalLong()).isCloseTo(1.5f, within(1e-4f));
    assertThat(coVisits.of(9_999).size()).isZero();
  }

  @Test
  void anItemIsNoNeighbourOfItselfAndCountsOnce() {
    visit(1, 2, 1, 2);
    // 1 to 2; then 2 to 1, next to it; then 1 to 2 again: the 2 before is the same item.
    assertThat(longTerm(coVisits.of(1)))
        .containsOnlyKeys(2)
        .hasEntrySatisfying(2, w -> assertThat(w).isCloseTo(2.5f, within(1e-4f)));
  }

  @Test
  void weightsHalveWithTheirHalfLives() {
    visit(1, 2);
    long at = coVisits.of(1).atEvent();
    for (int i = 0; i < 10_000; i++) {
      visit(7, 8);
    }
    assertThat(coVisits.keepRecent(at)).isCloseTo(0.5f, within(1e-4f));
    assertThat(coVisits.keepLong(at)).isCloseTo((float) Math.pow(0.5, 0.01), within(1e-4f));
    visit(1, 2);
    assertThat(coVisits.of(1).recent(0)).isCloseTo(1.5f, within(1e-3f));
  }

  @Test
  void theLightestMakesRoom() {
    visit(0, 1);
    visit(0, 1);
    for (int item = 2; item < 1_000; item++) {
      visit(0, item);
    }
    assertThat(longTerm(coVisits.of(0))).hasSize(CoVisits.CAPACITY).containsKeys(1, 999);
  }

  @Test
  void aPlaceGivenAwayIsNoNeighbourAnyMore() {
    visit(1, 2);
    coVisits.clear(2);
    assertThat(coVisits.lives(2, coVisits.of(1).birth(0))).isFalse();
    assertThat(coVisits.of(2).size()).isZero();
    visit(1, 2);
    assertThat(coVisits.lives(2, coVisits.of(1).birth(0))).isTrue();
    assertThat(coVisits.of(1).longTerm(0)).as("of the new item alone").isEqualTo(1);
  }

  @Test
  void aCopyIsAsOfItsMoment() throws IOException {
    SplittableRandom random = new SplittableRandom(3);
    Runnable more =
        () -> {
          for (int i = 0; i < 3_000; i++) {
            visit(random.nextInt(2_000), random.nextInt(40), random.nextInt(2_000));
          }
          coVisits.clear(17);
        };
    more.run();
    var copy = coVisits.copy();
    byte[] before = bytes(copy);
    more.run();
    assertThat(bytes(copy)).isEqualTo(before);
    assertThat(bytes(coVisits.copy())).isNotEqualTo(before);
    CoVisits restored = new CoVisits();
    restored.readFrom(new DataInputStream(new ByteArrayInputStream(before)));
    assertThat(bytes(restored.copy())).isEqualTo(before);
    before[8 + 4 + 4 + 8 + 4 + 4] = 99; // The first list's size.
    assertThatThrownBy(
            () -> new CoVisits().readFrom(new DataInputStream(new ByteArrayInputStream(before))))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("neighbours");
  }

  private static byte[] bytes(dev.dolmen.trainer.StateCopy copy) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    copy.writeTo(new DataOutputStream(bytes));
    return bytes.toByteArray();
  }

  @Test
  void signalsAreRepeatsAndStrengths() {
    for (int i = 0; i < 10; i++) {
      visit(1, 2);
      visit(3, 2);
    }
    SessionSignals signals = new SessionSignals(coVisits);
    float[] learned = new float[ScoreTerms.COUNT];
    learned[ScoreTerms.repeat(0)] = 100;
    learned[ScoreTerms.repeat(1)] = 200;
    for (int knot = 0; knot < 11; knot++) {
      learned[ScoreTerms.coVisitLong() + knot] = knot;
    }
    ScoreBonuses bonuses = new ScoreBonuses();
    signals.of(new int[] {5, 3, -4, 1}, 1, 4);
    signals.addTo(bonuses, learned);
    // 10 of 10 visits of 1 and a third of those of 3, each 10 / (10 + 3).
    double strength = 10 / 13.0 * (1 + 1 / 3.0);
    assertThat(strength).isGreaterThan(1);
    assertThat(bonuses.of(0, 2)).isEqualTo(10);
    assertThat(bonuses.of(0, 1)).isEqualTo(100);
    assertThat(bonuses.of(0, 3)).as("two events before the end").isEqualTo(0);
    assertThat(bonuses.of(0, 5)).isZero();
    signals.of(new int[] {3, 9}, 0, 2);
    signals.addTo(bonuses, learned);
    assertThat(bonuses.of(1, 3)).isEqualTo(200);
    // Between 2^-2 and 2^-1: the strength's own share of the way.
    double half = 10 / 13.0 / 2;
    assertThat((double) bonuses.of(1, 2)).isCloseTo(8 + (half / 0.25 - 1), within(1e-3));
  }

  @Test
  void knotsMeet() {
    for (float strength : new float[] {1e-9f, 0x1p-10f, 0.001f, 0.24999f, 0.25f, 0.7f, 1, 5}) {
      float sum = ScoreTerms.lowerWeight(strength) + ScoreTerms.upperWeight(strength);
      assertThat(sum).isCloseTo(Math.min(1, strength * 1_024), within(1e-6f));
      assertThat(ScoreTerms.knot(strength)).isBetween(0, 10);
    }
    assertThat(ScoreTerms.knot(0.25f)).isEqualTo(8);
    assertThat(ScoreTerms.upperWeight(0.25f)).isZero();
    assertThat(ScoreTerms.knot(0.24999f)).isEqualTo(7);
    assertThat(ScoreTerms.upperWeight(0.24999f)).isCloseTo(1, within(1e-3f));
  }

  @Test
  void ranksByVisitsAloneWithTiesAgainstTheItem() {
    visit(1, 2);
    visit(1, 2);
    visit(1, 3);
    visit(1, 4, 3);
    SessionSignals signals = new SessionSignals(coVisits);
    signals.of(new int[] {1}, 0, 1);
    assertThat(signals.rankByVisits(2)).isEqualTo(1);
    assertThat(signals.rankByVisits(3)).isEqualTo(2);
    assertThat(signals.rankByVisits(4)).isEqualTo(3);
    // Seen, but no neighbour of itself; never seen.
    assertThat(signals.rankByVisits(1)).isEqualTo(Integer.MAX_VALUE);
    assertThat(signals.rankByVisits(77)).isEqualTo(Integer.MAX_VALUE);
    visit(5, 6);
    visit(5, 7);
    signals.of(new int[] {5}, 0, 1);
    assertThat(signals.rankByVisits(6)).isEqualTo(2);
  }
}
