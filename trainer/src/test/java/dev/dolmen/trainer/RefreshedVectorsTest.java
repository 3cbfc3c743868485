package dev.dolmen.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolmen.trainer.catalog.CatalogItem;
import dev.dolmen.trainer.learn.ItemEncoding;
import dev.dolmen.trainer.learn.LiveState;
import dev.dolmen.trainer.learn.Published;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RefreshedVectorsTest {
  private static final int ITEMS = 2_100;
  private static final int VISITS = 150;

  @TempDir Path directory;

  /** Which other items are encoded with it, and on which thread, makes no difference to a bit. */
  @Test
  void areThoseOfEachItemByItself() throws Exception {
    EngineOptions options = Shop.options(directory);
    Shop shop = new Shop(ITEMS, 3);
    try (HistoryTraining training = HistoryTraining.open(options, InstantSource.system())) {
      for (int i = 0; i < ITEMS; i++) {
        training.upsert(shop.item(i));
      }
      for (int visit = 0; visit < VISITS; visit++) {
        shop.visit().forEach(training::learn);
      }
      LiveState live = training.refreshed();
      Published published = live.published();
      ItemEncoding alone =
          new ItemEncoding(live.features(), live.table(), options.model().idGate());
      float[] vector = new float[live.vectors().width()];
      for (int i = 0; i < ITEMS; i++) {
        CatalogItem item = Objects.requireNonNull(live.catalog().item(Shop.id(i)));
        alone.clear(published.eventTimeSec());
        alone.add(item.features());
        assertThat(live.vectors().get(item.index(), vector, 0)).isTrue();
        assertThat(vector)
            .as(Shop.id(i))
            .isEqualTo(Arrays.copyOf(alone.encode(published.model()), vector.length));
      }
    }
  }
}
