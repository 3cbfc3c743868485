package dev.dolmen.trainer.learn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolmen.model.ServingModel;
import dev.dolmen.model.SessionModel;
import dev.dolmen.model.item.ItemVectors;
import dev.dolmen.parameterstore.feature.FeatureExtractor;
import dev.dolmen.parameterstore.schema.Schemas;
import dev.dolmen.parameterstore.store.HeapEmbeddingTable;
import dev.dolmen.trainer.catalog.Catalog;
import dev.dolmen.trainer.catalog.CatalogOptions;
import dev.dolmen.trainer.signals.ClickCounts;
import dev.dolmen.v1.Item;
import org.junit.jupiter.api.Test;

class VectorRefresherTest {
  private static final int ITEMS = 5_000;
  private static final long AGE_SEC = 30;
  private static final long SECOND = 1_000_000_000;

  /**
   * Batches of 100 ms, each with clicks on one item: the priors of all others fall, and each is up
   * to date within its time, though no vector is encoded again.
   */
  @Test
  void noPriorIsOlderThanItsTime() throws Exception {
    Catalog catalog = new Catalog(new FeatureExtractor(Schemas.small()), CatalogOptions.defaults());
    ClickCounts clicks = new ClickCounts(50_000, true, catalog::size);
    ModelSettings settings = ModelSettings.defaults().with(m -> m.width(8).idGate(true));
    ItemVectors vectors = new ItemVectors(settings.width());
    try (HeapEmbeddingTable table = new HeapEmbeddingTable(Schemas.small(), 1);
        SessionModel model =
            new SessionModel(settings.toModelOptions(Schemas.small()), settings.optimizer(), 1)) {
      VectorRefresher refresher =
          new VectorRefresher(
              catalog,
              vectors,
              () -> new ItemEncoding(catalog.features(), table, true),
              clicks,
              AGE_SEC);
      ServingModel serving = model.publish();
      for (int i = 0; i < ITEMS; i++) {
        int index = catalog.upsert(Item.newBuilder().setItemId("i" + i).build()).index();
        clicks.added(index);
        refresher.changed(index);
      }
      refresher.flush(serving);
      refresher.sweepPriors(0, serving);
      float[] atStart = new float[ITEMS];
      for (long batch = 1; batch <= 10 * AGE_SEC; batch++) {
        for (int i = 0; i < 200; i++) {
          clicks.add(7);
        }
        refresher.clicked(7, serving);
        if (batch == 1) {
          for (int i = 0; i < ITEMS; i++) {
            atStart[i] = serving.priorWeight() * clicks.prior(i);
          }
        }
        refresher.sweepPriors(batch * SECOND / 10, serving);
      }
      float now = serving.priorWeight() * clicks.prior(8);
      for (int i = 8; i < ITEMS; i++) {
        assertThat(vectors.bias(i))
            .as("item " + i)
            .isLessThanOrEqualTo(atStart[i])
            .isGreaterThanOrEqualTo(now);
      }
      // An hour of rest: it is not made up for at once, as nothing has changed.
      clicks.add(7);
      refresher.sweepPriors(3_600 * SECOND, serving);
      now = serving.priorWeight() * clicks.prior(8);
      int upToDate = 0;
      for (int i = 8; i < ITEMS; i++) {
        upToDate += vectors.bias(i) == now ? 1 : 0;
      }
      assertThat(upToDate).isBetween(1, ITEMS / 20);
    }
  }
}
