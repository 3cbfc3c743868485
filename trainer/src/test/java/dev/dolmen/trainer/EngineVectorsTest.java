package dev.dolmen.trainer;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.dolmen.parameterstore.schema.Schemas;
import dev.dolmen.parameterstore.snapshot.SnapshotStore;
import dev.dolmen.trainer.catalog.CatalogItem;
import dev.dolmen.trainer.learn.Learner;
import dev.dolmen.trainer.snapshot.SnapshotFile;
import dev.dolmen.v1.FeedbackEvent;
import dev.dolmen.v1.Item;
import dev.dolmen.v1.NumberList;
import dev.dolmen.v1.SlotValue;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Vectors of items are the same from the log, a snapshot, the journal and a history. */
class EngineVectorsTest {
  private static final int DIMENSION = 24;

  @TempDir Path directory;

  private final Shop shop = new Shop(200, 5);

  /** Whole batches of 64, so that live and history cut them at the same places. */
  private final List<FeedbackEvent> events =
      IntStream.range(0, 500).boxed().flatMap(i -> shop.visit().stream()).limit(1_280).toList();

  private EngineOptions options(String name, int dimension) {
    return Shop.options(directory.resolve(name))
        .with(o -> o.schema(Schemas.withVectors(Schemas.small(), dimension)));
  }

  private Engine open(String name, InstantSource clock) throws IOException {
    return Engine.open(options(name, DIMENSION), clock, new SimpleMeterRegistry());
  }

  /** Three items in four have a vector, of any length, near that of their cluster. */
  private Item item(int number) {
    Item plain = shop.item(number);
    if (number % 4 == 3) {
      return plain;
    }
    SplittableRandom random = new SplittableRandom(number / Shop.CLUSTER);
    SplittableRandom own = new SplittableRandom(1_000 + number);
    NumberList.Builder vector = NumberList.newBuilder();
    for (int d = 0; d < DIMENSION; d++) {
      vector.addNumber((float) ((1 + number) * (random.nextGaussian() + own.nextGaussian() / 3)));
    }
    return plain.toBuilder()
        .putSlots("embedding", SlotValue.newBuilder().setVector(vector).build())
        .build();
  }

  private void fill(Engine engine) {
    for (int i = 0; i < shop.items; i++) {
      engine.ingest().upsert(item(i));
    }
  }

  private static void publish(Engine engine, List<FeedbackEvent> events)
      throws InterruptedException {
    long last = 0;
    for (FeedbackEvent event : events) {
      last = engine.ingest().publish(event).offset();
    }
    assertThat(engine.ingest().awaitApplied(last, Patience.FAR)).isTrue();
  }

  private static byte[] state(Learner learner) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    learner.writeDigest(new DataOutputStream(bytes));
    return bytes.toByteArray();
  }

  @Test
  void aKilledServerFindsTheSameStateBitForBit() throws Exception {
    long undisturbed;
    List<Item> shown = new ArrayList<>();
    try (Engine engine = open("a", InstantSource.system())) {
      fill(engine);
      publish(engine, events.subList(0, 600));
      engine.snapshot();
      engine.ingest().delete(Shop.id(5));
      engine.ingest().upsert(item(5));
      // Through an answer and back: what was kept comes in again.
      for (int i = 0; i < 20; i++) {
        var catalog = engine.live().catalog();
        Item whole = catalog.whole(requireNonNull(catalog.item(Shop.id(10 + i))));
        engine.ingest().upsert(whole);
        shown.add(whole);
      }
      publish(engine, events.subList(600, 1_280));
      undisturbed = engine.stateHash();
      EngineRecoveryTest.copy(directory.resolve("a"), directory.resolve("b"));
    }
    try (Engine killed = open("b", InstantSource.system())) {
      assertThat(killed.status().latestSnapshot()).isNotNull();
      assertThat(killed.stateHash()).isEqualTo(undisturbed);
      var catalog = killed.live().catalog();
      for (Item whole : shown) {
        assertThat(catalog.whole(requireNonNull(catalog.item(whole.getItemId())))).isEqualTo(whole);
      }
    }
  }

  @Test
  void aReplayFromTheFirstRecordFindsTheSameStateBitForBit() throws Exception {
    Engine engine = open("a", InstantSource.system());
    fill(engine);
    publish(engine, events);
    long undisturbed = engine.stateHash();
    engine.abandon();
    try (Engine killed = open("a", InstantSource.system())) {
      assertThat(killed.status().latestSnapshot()).isNull();
      assertThat(killed.stateHash()).isEqualTo(undisturbed);
    }
  }

  @Test
  void aHistoryIsLearnedAsALiveServerLearnsIt() throws Exception {
    InstantSource stands = InstantSource.fixed(Instant.EPOCH);
    try (HistoryTraining history = HistoryTraining.open(options("h", DIMENSION), stands);
        Engine live = open("live", stands)) {
      IntStream.range(0, shop.items).forEach(i -> history.upsert(item(i)));
      events.forEach(history::learn);
      history.endPass();
      fill(live);
      publish(live, events);
      assertThat(live.status().progress().modelVersion()).isEqualTo(events.size() / 64);
      assertThat(state(history.learner())).isEqualTo(state(live.learner()));
    }
  }

  @Test
  void aSnapshotShowsItsVectorsAndAnotherDimensionBeginsAnew() throws Exception {
    try (Engine engine = open("a", InstantSource.system())) {
      fill(engine);
      publish(engine, events.subList(0, 128));
      engine.snapshot();
    }
    SnapshotStore store = SnapshotStore.openReadOnly(directory.resolve("a").resolve("snapshots"));
    SnapshotFile snapshot = new SnapshotFile(store.open(store.ids().getLast()));
    List<Integer> numbers = new ArrayList<>();
    snapshot.readItems(item ->
        numbers.add(
            item.containsSlots("embedding")
                ? item.getSlotsOrThrow("embedding").getVector().getNumberCount()
                : 0));
    assertThat(numbers).hasSize(shop.items).containsOnly(0, DIMENSION);
    EngineOptions other = options("a", 2 * DIMENSION);
    String difference = "slots[embedding].dimension: 24 in the directory, 48 in the configuration";
    assertThat(snapshot.differences(other.schema(), other.model())).containsExactly(difference);
    try (Engine engine = Engine.open(other, InstantSource.system(), new SimpleMeterRegistry())) {
      assertThat(engine.live().catalog().size()).isEqualTo(shop.items);
      for (int i = 0; i < shop.items; i++) {
        assertThat(slots(engine, Shop.id(i))).doesNotContainKey("embedding");
      }
      assertThat(engine.live().vectors().present()).isEqualTo(shop.items);
    }
  }

  private static Map<String, SlotValue> slots(Engine engine, String itemId) {
    CatalogItem item = engine.live().catalog().item(itemId);
    if (item == null) {
      throw new AssertionError("no item " + itemId);
    }
    return item.item().getSlotsMap();
  }
}
