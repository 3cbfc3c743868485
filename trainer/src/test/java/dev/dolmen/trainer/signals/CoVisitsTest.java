package dev.dolmen.trainer.signals;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.dolmen.model.data.SignalFeatures;
import dev.dolmen.model.item.ScoreBonuses;
import dev.dolmen.model.kernel.Kernels;
import dev.dolmen.model.layer.SignalNetwork;
import dev.dolmen.parameterstore.feature.FeatureExtractor;
import dev.dolmen.parameterstore.schema.Schemas;
import dev.dolmen.trainer.catalog.Catalog;
import dev.dolmen.trainer.catalog.CatalogOptions;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class CoVisitsTest {
  private static final ContentIndex NO_CONTENT =
      new ContentIndex(
          Schemas.small(),
          new Catalog(new FeatureExtractor(Schemas.small()), CatalogOptions.defaults()));

  private final CoVisits coVisits = new CoVisits(1_000);

  private long sessions;

  private void visit(int... items) {
    sessions++;
    for (int i = 1; i < items.length; i++) {
      coVisits.add(sessions, items, i);
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

  /** As people are told of them: what is left of the weights, the most often visited first. */
  @Test
  void neighboursAreListedByTheirIdsAsOfNow() {
    visit(1, 2, 3);
    visit(1, 3);
    visit(1, 4);
    coVisits.clear(4);
    for (int i = 0; i < 10_000; i++) {
      visit(7, 8);
    }
    List<CoVisit> listed = coVisits.neighbors(1, item -> "i" + item);
    assertThat(listed).extracting(CoVisit::itemId).containsExactly("i3", "i2");
    assertThat(listed.getFirst().visits()).isCloseTo(1.5f * 0.993f, within(1e-2f));
    assertThat(listed.getFirst().recentVisits()).isCloseTo(0.75f, within(1e-3f));
    assertThat(listed.getLast().recentVisits()).isCloseTo(0.5f, within(1e-3f));
    assertThat(coVisits.neighbors(1, item -> item == 3 ? null : "i" + item))
        .extracting(CoVisit::itemId)
        .containsExactly("i2");
    assertThat(coVisits.neighbors(9_999, item -> "i" + item)).isEmpty();
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
    assertThat(longTerm(coVisits.of(0))).hasSize(Neighbors.CAPACITY).containsKeys(1, 999);
  }

  /** Of 20 runs: an item that takes a share of another's next 1,000 visits, 10,000 after others. */
  private static int runsWithNewcomer(double share) {
    int newcomer = 5_000;
    int runs = 0;
    for (int seed = 0; seed < 20; seed++) {
      Random random = new Random(seed);
      CoVisitsTest stream = new CoVisitsTest();
      for (int visit = 0; visit < 11_000; visit++) {
        // Every item half as likely as the one at half its number: many in the tail.
        int other = 1 + (int) Math.pow(300, random.nextDouble());
        boolean comes = visit >= 10_000 && random.nextDouble() < share;
        stream.visit(0, comes ? newcomer : other);
      }
      Float weight = longTerm(stream.coVisits.of(0)).get(newcomer);
      runs += weight != null && weight > 0.5 * share * 1_000 ? 1 : 0;
    }
    return runs;
  }

  @Test
  void aFullListIsOpenToNewcomers() {
    assertThat(List.of(runsWithNewcomer(0.02), runsWithNewcomer(0.05), runsWithNewcomer(0.1)))
        .as("runs of 20 in which the new item is in the list, with half of its visits and more")
        .allMatch(runs -> runs >= 18);
  }

  /** What a newcomer takes over is a place, and no strength. */
  @Test
  void aNewcomerIsAsStrongAsItsOwnVisits() {
    for (int round = 0; round < 50; round++) {
      for (int item = 1; item <= Neighbors.CAPACITY; item++) {
        visit(0, item);
      }
    }
    visit(0, 999);
    assertThat(longTerm(coVisits.of(0))).hasSize(Neighbors.CAPACITY).containsEntry(999, 1f);
    visit(0, 998);
    assertThat(longTerm(coVisits.of(0))).containsKeys(998, 999);
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
    CoVisits restored = new CoVisits(1_000);
    restored.readFrom(new DataInputStream(new ByteArrayInputStream(before)));
    assertThat(bytes(restored.copy())).isEqualTo(before);
    before[8 + 4 + 4 + 8 + 4 + 4] = 99; // The first list's size.
    assertThatThrownBy(() ->
            new CoVisits(1_000).readFrom(new DataInputStream(new ByteArrayInputStream(before))))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("neighbours");
  }

  /** A copy that serves reads the same numbers, whichever of them a feature is made of. */
  @Test
  void aCopyTakenOverReadsTheSameSignals() {
    SplittableRandom random = new SplittableRandom(4);
    CoVisits taken = new CoVisits(1_000);
    for (int i = 0; i < 2_000; i++) {
      visit(random.nextInt(30), random.nextInt(2_000), random.nextInt(30));
      if (i % 500 == 499) {
        coVisits.clear(random.nextInt(30));
        taken.copyFrom(coVisits);
      }
    }
    assertThat(features(taken)).isDeepEqualTo(features(coVisits));
  }

  private static float[][] features(CoVisits coVisits) {
    SessionSignals signals = new SessionSignals(coVisits, NO_CONTENT);
    signals.of(new int[] {3, 7, 11, 2_000}, 0, 4);
    float[][] features = new float[SignalFeatures.COUNT][signals.size()];
    for (int place = 0; place < signals.size(); place++) {
      signals.features(place, false, features, place);
    }
    return features;
  }

  private static byte[] bytes(dev.dolmen.trainer.state.StateCopy copy) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    copy.writeTo(new DataOutputStream(bytes));
    return bytes.toByteArray();
  }

  @Test
  void featuresAreRepeatsStrengthsAndVisits() {
    for (int i = 0; i < 10; i++) {
      visit(1, 2);
      visit(3, 2);
    }
    SessionSignals signals = new SessionSignals(coVisits, NO_CONTENT);
    signals.of(new int[] {5, 3, -4, 1, 3, 1}, 1, 6);
    // 10 of 10 visits of 1, and half of those of 3, each 10 / (10 + 3).
    float strength = (float) (10 / 13.0 * (1 + 1 / 2.0));
    float visits = coVisits.visits(1);
    assertThat((double) visits).isCloseTo(10, within(1e-3));
    var session = new SignalFeatures.OfSession(4, 2, visits);
    // Of 3 and of 1 ten sessions each, and all of them came to 2.
    assertFeatures(signals, 2, 0, 0, strength, 1, coVisits.visits(2), session);
    assertFeatures(signals, 1, 1, 2, 0, 0, visits, session);
    assertFeatures(signals, 3, 2, 2, 0, 0, coVisits.visits(3), session);
    assertThat(signals.size()).as("5 is before the beginning").isEqualTo(3);
  }

  private static void assertFeatures(
      SessionSignals signals,
      int item,
      int distance,
      int occurrences,
      float strength,
      float neighbors,
      float visits,
      SignalFeatures.OfSession session) {
    int place = 0;
    while (signals.item(place) != item) {
      place++;
    }
    float[][] expected = new float[SignalFeatures.COUNT][1];
    float[][] features = new float[SignalFeatures.COUNT][2];
    SignalFeatures.write(
        distance,
        occurrences,
        strength,
        strength,
        neighbors,
        neighbors,
        visits,
        new SignalFeatures.Likeness(),
        session,
        expected,
        0);
    signals.features(place, false, features, 1);
    for (int f = 0; f < expected.length; f++) {
      assertThat((double) features[f][1])
          .as("feature %d of item %d", f, item)
          .isCloseTo(expected[f][0], within(0.01));
    }
  }

  @Test
  void bonusesAreTheNetworksOfTheFeatures() {
    visit(1, 2);
    visit(1, 2);
    visit(3, 4);
    SessionSignals signals = new SessionSignals(coVisits, NO_CONTENT);
    float[] learned = new float[SignalNetwork.PARAMETERS];
    for (int i = 0; i < learned.length; i++) {
      learned[i] = (float) Math.sin(i);
    }
    signals.of(new int[] {3, 1}, 0, 2);
    ScoreBonuses bonuses = new ScoreBonuses();
    signals.addTo(bonuses, learned);
    assertThat(bonuses.to(0) - bonuses.from(0)).isEqualTo(signals.size()).isEqualTo(4);
    float[][] features = new float[SignalFeatures.COUNT][1];
    float[] added = new float[1];
    for (int place = 0; place < signals.size(); place++) {
      signals.features(place, false, features, 0);
      new SignalNetwork(Kernels.best()).forward(learned, 0, features, 1, added);
      assertThat((double) bonuses.of(0, signals.item(place)))
          .isCloseTo(added[0], within(1e-5))
          .isNotZero();
    }
  }

  @Test
  void ranksByVisitsAloneWithTiesAgainstTheItem() {
    visit(1, 2);
    visit(1, 2);
    visit(1, 3);
    visit(1, 4, 3);
    SessionSignals signals = new SessionSignals(coVisits, NO_CONTENT);
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
