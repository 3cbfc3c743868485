package dev.dolmen.trainer.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dolmen.model.item.ScanPrecision;
import dev.dolmen.parameterstore.feature.Fids;
import dev.dolmen.parameterstore.feature.InvalidFeatureException;
import dev.dolmen.parameterstore.schema.Schemas;
import dev.dolmen.trainer.Engine;
import dev.dolmen.trainer.EngineOptions;
import dev.dolmen.trainer.Patience;
import dev.dolmen.trainer.Shop;
import dev.dolmen.trainer.catalog.CatalogFullException;
import dev.dolmen.trainer.catalog.CatalogOptions;
import dev.dolmen.trainer.catalog.ItemBytes;
import dev.dolmen.trainer.catalog.SearchIndex;
import dev.dolmen.trainer.impressions.Outcome;
import dev.dolmen.trainer.log.LogUnavailableException;
import dev.dolmen.v1.FeedbackEvent;
import dev.dolmen.v1.Impression;
import dev.dolmen.v1.Item;
import dev.dolmen.v1.SlotValue;
import dev.dolmen.v1.TokenList;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IngestTest {

  @TempDir Path directory;

  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final Shop shop = new Shop(20, 5);

  private Engine open(int maxItems) throws IOException {
    EngineOptions o = Shop.options(directory);
    return Engine.open(
        o.with(e ->
            e.catalog(
                new CatalogOptions(
                    maxItems, 0, 10, 3_600, 1 << 20, ScanPrecision.FP32, SearchIndex.EXACT))),
        InstantSource.system(),
        meters);
  }

  @Test
  void refusesAnItemThatWouldShareTheRowOfAnother() throws Exception {
    try (Engine engine = open(10)) {
      Ingest ingest = engine.ingest();
      long offset = ingest.upsert(shop.item(0));
      assertThat(ingest.awaitApplied(offset, Patience.FAR)).isTrue();
      String number = Long.toString(Fids.ofId(Shop.id(0)));
      assertThatThrownBy(() -> ingest.upsert(Item.newBuilder().setItemId(number).build()))
          .isInstanceOf(InvalidFeatureException.class)
          .hasMessageContaining("item_id: \"" + number + "\"")
          .hasMessageContaining("of another, \"" + Shop.id(0) + "\"");
      assertThat(ingest.knows(number)).isFalse();
      ingest.upsert(shop.item(0));
    }
  }

  @Test
  void refusesWhatWouldTakeMoreBytesAtOnce() throws Exception {
    long megabyte = 1 << 20;
    EngineOptions options =
        Shop.options(directory)
            .with(e ->
                e.schema(Schemas.shop())
                    .catalog(
                        new CatalogOptions(
                            100,
                            megabyte,
                            10,
                            3_600,
                            1 << 20,
                            ScanPrecision.FP32,
                            SearchIndex.EXACT)));
    Item large = large("large", 11_000);
    assertThat(ItemBytes.of(large)).isBetween(megabyte / 2, megabyte * 3 / 4);
    try (Engine engine = Engine.open(options, InstantSource.system(), meters)) {
      Ingest ingest = engine.ingest();
      ingest.upsert(large);
      // Not applied yet, and counted; the same again takes no more.
      assertThatThrownBy(() -> ingest.upsert(large("second", 11_000)))
          .isInstanceOf(CatalogFullException.class)
          .hasMessageStartingWith("catalog.max_bytes: the items take " + ItemBytes.of(large));
      ingest.upsert(large);
      ingest.upsert(large("small", 5));
      assertThatThrownBy(() -> ingest.upsert(large("large", 22_000)))
          .isInstanceOf(CatalogFullException.class);
      ingest.upsert(large("large", 10));
      long offset = ingest.upsert(large("second", 11_000));
      assertThat(ingest.awaitApplied(offset, Patience.FAR)).isTrue();
      assertThat(engine.live().catalog().bytes())
          .isEqualTo(
              ItemBytes.of(large("small", 5))
                  + ItemBytes.of(large("large", 10))
                  + ItemBytes.of(large("second", 11_000)));
      ingest.delete("second");
      offset = ingest.upsert(large("third", 11_000));
      assertThat(ingest.awaitApplied(offset, Patience.FAR)).isTrue();
    }
    // A smaller bound drops nothing of what was acknowledged, and takes no more.
    EngineOptions smaller =
        options.with(e ->
            e.catalog(
                new CatalogOptions(
                    1, 0, 10, 3_600, 1 << 20, ScanPrecision.FP32, SearchIndex.EXACT)));
    try (Engine engine = Engine.open(smaller, InstantSource.system(), meters)) {
      assertThat(engine.live().catalog().size()).isEqualTo(3);
      assertThat(engine.live().catalog().bytes()).isGreaterThan(megabyte / 2);
      assertThatThrownBy(() -> engine.ingest().upsert(large("other", 5)))
          .isInstanceOf(CatalogFullException.class);
    }
  }

  private static Item large(String id, int tokens) {
    TokenList.Builder list = TokenList.newBuilder();
    for (int i = 0; i < tokens; i++) {
      list.addToken("t" + i % 100);
    }
    return Item.newBuilder()
        .setItemId(id)
        .putSlots(
            "category",
            SlotValue.newBuilder().setPath(TokenList.newBuilder().addToken("a")).build())
        .putSlots("labels", SlotValue.newBuilder().setTokens(list).build())
        .build();
  }

  @Test
  void refusesItemsBeyondTheBoundAtOnce() throws Exception {
    try (Engine engine = open(3)) {
      Ingest ingest = engine.ingest();
      for (int i = 0; i < 3; i++) {
        ingest.upsert(shop.item(i));
      }
      assertThatThrownBy(() -> ingest.upsert(shop.item(3)))
          .isInstanceOf(CatalogFullException.class)
          .hasMessageContaining("3 items");
      ingest.upsert(shop.item(2));
      ingest.delete(Shop.id(0));
      ingest.delete(Shop.id(0));
      long offset = ingest.upsert(shop.item(3));
      assertThatThrownBy(() -> ingest.upsert(shop.item(4)))
          .isInstanceOf(CatalogFullException.class);
      assertThat(ingest.awaitApplied(offset, Patience.FAR)).isTrue();
      assertThat(engine.live().catalog().size()).isEqualTo(3);
    }
  }

  @Test
  void knowsAnItemFromTheMomentItIsLogged() throws Exception {
    try (Engine engine = open(100)) {
      Ingest ingest = engine.ingest();
      assertThat(ingest.knows(Shop.id(1))).isFalse();
      long offset = ingest.upsert(shop.item(1));
      assertThat(ingest.knows(Shop.id(1))).isTrue();
      assertThat(ingest.awaitApplied(offset, Patience.FAR)).isTrue();
      assertThat(ingest.knows(Shop.id(1))).isTrue();
      ingest.delete(Shop.id(1));
      assertThat(ingest.knows(Shop.id(1))).isFalse();
    }
  }

  @Test
  void aNewItemHasAVectorOnceItIsApplied() throws Exception {
    try (Engine engine = open(100)) {
      long offset = engine.ingest().upsert(shop.item(1));
      assertThat(engine.ingest().awaitApplied(offset, Patience.FAR)).isTrue();
      int index = engine.live().catalog().indexOf(Shop.id(1));
      assertThat(engine.live().vectors().contains(index)).isTrue();
      offset = engine.ingest().delete(Shop.id(1));
      assertThat(engine.ingest().awaitApplied(offset, Patience.FAR)).isTrue();
      assertThat(engine.live().vectors().contains(index)).isFalse();
    }
  }

  @Test
  void refusesMetadataThatTheSchemaDoesNotKnow() throws Exception {
    try (Engine engine = open(100)) {
      Item bad =
          shop.item(1).toBuilder()
              .putSlots("colour", SlotValue.newBuilder().setToken("red").build())
              .build();
      assertThatThrownBy(() -> engine.ingest().upsert(bad))
          .isInstanceOf(InvalidFeatureException.class)
          .hasMessageContaining("colour");
      assertThat(engine.status().progress().logOffset()).isZero();
    }
  }

  @Test
  void joinsImpressionsFromTheLog() throws Exception {
    try (Engine engine = open(100)) {
      Ingest ingest = engine.ingest();
      ingest.upsert(shop.item(1));
      ingest.impression(Impression.newBuilder().setRequestId("r").addItemId(Shop.id(1)).build());
      while (engine.status().progress().logOffset() < 2) {
        LockSupport.parkNanos(100_000);
      }
      long offset =
          ingest.publish(shop.click("s", 1).toBuilder().setRequestId("r").build()).offset();
      assertThat(ingest.awaitApplied(offset, Patience.FAR)).isTrue();
      assertThat(engine.status().stream().joiner().of(Outcome.JOINED)).isEqualTo(1);
      assertThat(engine.status().stream().joiner().of(Outcome.CLICKS)).isEqualTo(1);
    }
  }

  /** Offsets in the log, by event id, of those that are sent again; others are accepted again. */
  private Map<String, Long> sentAgain(Engine engine, List<FeedbackEvent> events) {
    Map<String, Long> duplicates = new TreeMap<>();
    for (FeedbackEvent event : events) {
      PublishInFlight before = engine.ingest().duplicate(event.getEventId());
      if (before != null) {
        assertThat(before.await().status()).isEqualTo(PublishResult.Status.DUPLICATE);
        duplicates.put(event.getEventId(), before.await().offset());
      }
    }
    return duplicates;
  }

  private Engine openWithWindow(int records) throws IOException {
    EngineOptions o = Shop.options(directory);
    return Engine.open(o.with(e -> e.log(Shop.log(records))), InstantSource.system(), meters);
  }

  /** Impressions and items take places in the window, before a restart as after it. */
  @Test
  void eventIdsAreRememberedTheSameAfterARestart() throws Exception {
    List<FeedbackEvent> events = new ArrayList<>();
    Map<String, Long> offsets = new TreeMap<>();
    Map<String, Long> before;
    try (Engine engine = openWithWindow(150)) {
      for (int i = 0; i < 20; i++) {
        engine.ingest().upsert(shop.item(i));
      }
      for (int i = 0; i < 100; i++) {
        FeedbackEvent event = shop.click("s" + i % 7, i % 20);
        events.add(event);
        offsets.put(event.getEventId(), engine.ingest().publish(event).offset());
        engine.ingest().upsert(shop.item(i % 20));
        engine.ingest().upsert(shop.item(i % 10));
      }
      before = sentAgain(engine, events);
      assertThat(before).hasSize(50);
      assertThat(offsets).containsAllEntriesOf(before);
      assertThat(before).containsKey(events.getLast().getEventId());
    }
    try (Engine engine = openWithWindow(150)) {
      assertThat(sentAgain(engine, events)).isEqualTo(before);
      assertThat(engine.ingest().deduplicatedSec()).isBetween(0L, 600L);
    }
  }

  @Test
  void takesNothingOnceClosed() throws Exception {
    Engine engine = open(100);
    engine.ingest().upsert(shop.item(1));
    engine.close();
    assertThatThrownBy(() -> engine.ingest().publish(shop.click("s", 1)))
        .isInstanceOf(LogUnavailableException.class);
    engine.ingest().impression(Impression.newBuilder().setRequestId("r").build());
    assertThat(engine.ingest().droppedImpressions()).isEqualTo(1);
  }

  @Test
  void metersTellWhatHappened() throws Exception {
    try (Engine engine = open(100)) {
      engine.ingest().upsert(shop.item(1));
      var click = shop.click("s", 1);
      long offset = engine.ingest().publish(click).offset();
      engine.ingest().publish(click);
      assertThat(engine.ingest().awaitApplied(offset, Patience.FAR)).isTrue();
      assertThat(meters.get("dolmen.events.learned").functionCounter().count()).isEqualTo(1);
      assertThat(meters.get("dolmen.events.duplicate").functionCounter().count()).isEqualTo(1);
      assertThat(meters.get("dolmen.catalog.items").gauge().value()).isEqualTo(1);
      assertThat(meters.get("dolmen.freshness.p50.seconds").gauge().value()).isPositive();
    }
  }
}
