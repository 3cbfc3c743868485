package dev.dolmen.trainer.signals;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.dolmen.model.item.ScoreBonuses;
import dev.dolmen.model.layer.SignalNetwork;
import dev.dolmen.parameterstore.feature.FeatureExtractor;
import dev.dolmen.parameterstore.schema.Schemas;
import dev.dolmen.trainer.catalog.Catalog;
import dev.dolmen.trainer.catalog.CatalogOptions;
import dev.dolmen.trainer.signals.SignalParts.Signal;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SignalPartsTest {
  private static final ContentIndex NO_CONTENT =
      new ContentIndex(
          Schemas.small(),
          new Catalog(new FeatureExtractor(Schemas.small()), CatalogOptions.defaults()));

  private final CoVisits coVisits = new CoVisits(1_000);
  private final SessionSignals signals = new SessionSignals(coVisits, NO_CONTENT);
  private final SignalParts parts = new SignalParts();
  private final float[] learned = new float[SignalNetwork.PARAMETERS];
  private final Random random = new Random(3);
  private long sessions;

  private void visit(int... items) {
    sessions++;
    for (int i = 1; i < items.length; i++) {
      coVisits.add(sessions, items, i);
    }
  }

  private void learnAnything() {
    for (int i = 0; i < learned.length; i++) {
      learned[i] = (float) random.nextGaussian();
    }
  }

  @Test
  void addUpToWhatTheNetworkAdds() {
    for (int round = 0; round < 200; round++) {
      learnAnything();
      int at = random.nextInt(40);
      visit(at, at + 1 + random.nextInt(3), at + 5, at);
      int[] session = {at + random.nextInt(6), at, at + 5};
      signals.of(session, 0, session.length);
      ScoreBonuses bonuses = new ScoreBonuses();
      signals.addTo(bonuses, learned);
      int from = bonuses.from(0);
      int count = bonuses.to(0) - from;
      int[] asked = new int[count + 3];
      for (int i = 0; i < count; i++) {
        asked[i] = bonuses.item(from + i);
      }
      asked[count] = 999;
      asked[count + 1] = -1;
      asked[count + 2] = asked[0];
      parts.of(signals, session, session.length, asked, asked.length, learned);
      for (int i = 0; i < asked.length; i++) {
        double sum = 0;
        for (Signal signal : Signal.values()) {
          sum += parts.value(i, signal);
        }
        assertThat(sum).isCloseTo(bonuses.of(0, asked[i]), within(1e-3));
      }
      for (Signal signal : Signal.values()) {
        assertThat(parts.value(count, signal)).isZero();
        assertThat(parts.distance(count, signal)).isZero();
        assertThat(parts.value(count + 2, signal)).isCloseTo(parts.value(0, signal), within(1e-3));
        assertThat(parts.distance(count + 2, signal)).isEqualTo(parts.distance(0, signal));
      }
    }
  }

  /** Of a signal that says nothing of an item, none of its score is. */
  @Test
  void whatIsNotThereAddsNothing() {
    learnAnything();
    visit(1, 2);
    visit(3, 4);
    int[] session = {3, 1, 7};
    signals.of(session, 0, 3);
    parts.of(signals, session, 3, new int[] {7, 2, 4}, 3, learned);
    assertThat(parts.value(0, Signal.SEEN)).isNotZero();
    assertThat(parts.distance(0, Signal.SEEN)).isEqualTo(1);
    assertThat(parts.value(0, Signal.TOGETHER)).isZero();
    assertThat(parts.value(0, Signal.SIMILAR_VISITS)).isZero();
    assertThat(parts.value(1, Signal.SEEN)).isZero();
    assertThat(parts.value(1, Signal.TOGETHER)).isNotZero();
    assertThat(parts.distance(1, Signal.TOGETHER)).isEqualTo(2);
    assertThat(parts.distance(1, Signal.TOGETHER_RECENTLY)).isEqualTo(2);
    assertThat(parts.distance(1, Signal.SIMILAR_VISITS)).isEqualTo(2);
    assertThat(parts.distance(2, Signal.TOGETHER)).isEqualTo(3);
  }

  /** What is found in one pass is what looking at each event of the session for each item finds. */
  @Test
  void eventsThatSignalsComeFromAreThoseThatSayMost() {
    learnAnything();
    int sources = 0;
    for (int round = 0; round < 300; round++) {
      int at = random.nextInt(40);
      visit(at, at + 1 + random.nextInt(3), at + 5, random.nextInt(45), at);
      int[] session = random.ints(1 + random.nextInt(9), -1, 45).toArray();
      int[] asked = random.ints(20, 0, 50).toArray();
      signals.of(session, 0, session.length);
      parts.of(signals, session, session.length, asked, asked.length, learned);
      for (int i = 0; i < asked.length; i++) {
        if (parts.value(i, Signal.TOGETHER) != 0) {
          int expected = strongest(session, asked[i]);
          assertThat(parts.distance(i, Signal.TOGETHER)).isEqualTo(expected);
          sources += expected > 1 ? 1 : 0;
        }
      }
    }
    assertThat(sources).isGreaterThan(100);
  }

  /** Distance of the event, among those of the last distinct items, with the largest strength. */
  private int strongest(int[] session, int item) {
    float most = 0;
    int best = 0;
    int distinct = 0;
    for (int distance = 1; distance <= session.length; distance++) {
      int each = session[session.length - distance];
      boolean behind = false;
      for (int t = session.length - distance + 1; t < session.length; t++) {
        behind |= session[t] == each;
      }
      if (each < 0 || behind || distinct++ >= CoVisits.REACH) {
        continue;
      }
      Neighbors neighbors = coVisits.of(each);
      for (int n = 0; n < neighbors.size(); n++) {
        float strength = neighbors.longTerm(n) * signals.byLong(neighbors, 1f / distance);
        if (neighbors.item(n) == item && strength > most) {
          most = strength;
          best = distance;
        }
      }
    }
    return best;
  }
}
