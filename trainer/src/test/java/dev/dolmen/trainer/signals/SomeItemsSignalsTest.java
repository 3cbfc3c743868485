package dev.dolmen.trainer.signals;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolmen.model.item.ScoreBonuses;
import dev.dolmen.model.layer.SignalNetwork;
import dev.dolmen.parameterstore.feature.FeatureExtractor;
import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.parameterstore.schema.Schemas;
import dev.dolmen.trainer.catalog.Catalog;
import dev.dolmen.trainer.catalog.CatalogOptions;
import dev.dolmen.v1.Item;
import dev.dolmen.v1.SlotValue;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Asked for some items alone, signals say of these what they say when all are read. */
class SomeItemsSignalsTest {
  private static final int ITEMS = 80;
  private static final Schema SCHEMA = Schemas.everyKind();

  private final Catalog catalog =
      new Catalog(new FeatureExtractor(SCHEMA), CatalogOptions.defaults());
  private final ContentIndex content = new ContentIndex(SCHEMA, catalog);
  private final CoVisits coVisits = new CoVisits(1_000);
  private final float[] learned = new float[SignalNetwork.PARAMETERS];
  private final Random random = new Random(5);

  /** Half of the items have visits, the others are like these by their metadata. */
  private void fill() {
    for (int i = 0; i < ITEMS; i++) {
      Item item =
          Item.newBuilder()
              .setItemId("i" + i)
              .putSlots("brand", SlotValue.newBuilder().setToken("b" + i % 7).build())
              .build();
      content.added(catalog.upsert(item).index());
    }
    for (int visit = 0; visit < 400; visit++) {
      int at = random.nextInt(ITEMS / 2);
      int[] items = {at, (at + 1) % (ITEMS / 2), (at + 2 + random.nextInt(3)) % (ITEMS / 2)};
      for (int i = 1; i < items.length; i++) {
        coVisits.add(visit, items, i);
      }
    }
    for (int i = 0; i < learned.length; i++) {
      learned[i] = (float) random.nextGaussian();
    }
  }

  @Test
  void addToTheItemsAskedForTheSameToTheBitAndToNoOther() {
    fill();
    SessionSignals all = new SessionSignals(coVisits, content);
    SessionSignals some = new SessionSignals(coVisits, content);
    int spoken = 0;
    int byLikeness = 0;
    for (int round = 0; round < 300; round++) {
      int[] session = random.ints(2 + random.nextInt(12), -1, ITEMS).toArray();
      int[] wanted = random.ints(random.nextInt(30), -1, ITEMS).toArray();
      ScoreBonuses bonuses = new ScoreBonuses();
      all.of(session, 1, session.length);
      all.addTo(bonuses, learned);
      some.ofSome(session, 1, session.length, wanted, wanted.length);
      some.addTo(bonuses, learned);
      for (int item = 0; item < ITEMS; item++) {
        int each = item;
        boolean asked = Arrays.stream(wanted).anyMatch(w -> w == each);
        float expected = asked ? bonuses.of(0, item) : 0;
        assertThat(bonuses.of(1, item)).as("item %d", item).isEqualTo(expected);
        spoken += expected != 0 ? 1 : 0;
        byLikeness += expected != 0 && item >= ITEMS / 2 ? 1 : 0;
      }
    }
    assertThat(spoken).isGreaterThan(1_000);
    assertThat(byLikeness).isPositive();
  }

  /** One that was asked for some reads all again. */
  @Test
  void forgetWhatWasAskedFor() {
    fill();
    SessionSignals signals = new SessionSignals(coVisits, content);
    int[] session = {3, 5, 8};
    ScoreBonuses bonuses = new ScoreBonuses();
    signals.of(session, 0, 3);
    signals.addTo(bonuses, learned);
    signals.ofSome(session, 0, 3, new int[] {4}, 1);
    signals.of(session, 0, 3);
    signals.addTo(bonuses, learned);
    assertThat(bonuses.to(1) - bonuses.from(1)).isEqualTo(bonuses.to(0)).isGreaterThan(4);
  }
}
