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
      for (int place = bonuses.from(0); place < bonuses.to(0); place++) {
        parts.of(signals, session, session.length, bonuses.item(place), learned);
        double sum = 0;
        for (Signal signal : Signal.values()) {
          sum += parts.value(signal);
        }
        assertThat(sum).isCloseTo(bonuses.bonus(place), within(1e-3));
      }
      parts.of(signals, session, session.length, 999, learned);
      for (Signal signal : Signal.values()) {
        assertThat(parts.value(signal)).isZero();
        assertThat(parts.distance(signal)).isZero();
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
    parts.of(signals, session, 3, 7, learned);
    assertThat(parts.value(Signal.SEEN)).isNotZero();
    assertThat(parts.distance(Signal.SEEN)).isEqualTo(1);
    assertThat(parts.value(Signal.TOGETHER)).isZero();
    assertThat(parts.value(Signal.SIMILAR_VISITS)).isZero();
    parts.of(signals, session, 3, 2, learned);
    assertThat(parts.value(Signal.SEEN)).isZero();
    assertThat(parts.value(Signal.TOGETHER)).isNotZero();
    assertThat(parts.distance(Signal.TOGETHER)).isEqualTo(2);
    assertThat(parts.distance(Signal.TOGETHER_RECENTLY)).isEqualTo(2);
    assertThat(parts.distance(Signal.SIMILAR_VISITS)).isEqualTo(2);
    parts.of(signals, session, 3, 4, learned);
    assertThat(parts.distance(Signal.TOGETHER)).isEqualTo(3);
  }
}
