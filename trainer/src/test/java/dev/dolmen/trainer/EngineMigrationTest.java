package dev.dolmen.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolmen.model.data.Pooling;
import dev.dolmen.parameterstore.schema.KnotOptions;
import dev.dolmen.parameterstore.schema.RowOptions;
import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.parameterstore.schema.Slot;
import dev.dolmen.parameterstore.schema.SlotKind;
import dev.dolmen.trainer.catalog.CatalogItem;
import dev.dolmen.trainer.learn.ModelSettings;
import dev.dolmen.v1.FeedbackEvent;
import dev.dolmen.v1.Item;
import dev.dolmen.v1.SlotValue;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A directory goes on under another configuration: what fits is kept, the rest learned anew. */
class EngineMigrationTest {

  @TempDir Path directory;

  private final Shop shop = new Shop(100, 5);
  private long itemRows;

  private Engine open(EngineOptions options) throws IOException {
    return Engine.open(options, InstantSource.system(), new SimpleMeterRegistry());
  }

  private EngineOptions options() {
    return Shop.options(directory.resolve("data"));
  }

  private EngineOptions with(Schema schema) {
    return options().with(o -> o.schema(schema));
  }

  private void learn(Engine engine, int visits) throws InterruptedException {
    long last = 0;
    for (int v = 0; v < visits; v++) {
      for (FeedbackEvent event : shop.visit()) {
        last = engine.ingest().publish(event).offset();
      }
    }
    assertThat(engine.ingest().awaitApplied(last, Patience.FAR)).isTrue();
  }

  /** Items and visits. */
  private void begin(Engine engine) throws InterruptedException {
    for (int i = 0; i < shop.items; i++) {
      engine.ingest().upsert(shop.item(i));
    }
    learn(engine, 60);
  }

  /** What a stopped server leaves; returns the hash of its state. */
  private long write() throws Exception {
    try (Engine engine = open(options())) {
      begin(engine);
      itemRows = rows(engine, "item");
      return engine.stateHash();
    }
  }

  private static Schema change(Schema schema, String slot, UnaryOperator<Slot> change) {
    return new Schema(
        schema.slots().stream().map(s -> s.name().equals(slot) ? change.apply(s) : s).toList());
  }

  private static Schema without(Schema schema, String slot) {
    return new Schema(schema.slots().stream().filter(s -> !s.name().equals(slot)).toList());
  }

  /** In front of all others, so that each of them gets another number. */
  private static Schema and(Schema schema, String name, SlotKind kind) {
    List<Slot> slots = new ArrayList<>(schema.slots());
    RowOptions rows = schema.slots().getFirst().rows();
    slots.addFirst(new Slot(name, kind, false, 1, 1, KnotOptions.NONE, rows));
    return new Schema(slots);
  }

  private static Slot bounded(Slot slot, long maxRows, long ttlSec) {
    RowOptions rows = slot.rows();
    return new Slot(
        slot.name(),
        slot.kind(),
        slot.required(),
        slot.levels(),
        slot.maxTokens(),
        slot.knots(),
        new RowOptions(rows.admission(), ttlSec, maxRows, 0, rows.storage(), rows.segments()));
  }

  private static Slot kind(Slot slot, SlotKind kind) {
    return new Slot(slot.name(), kind, false, 1, 1, KnotOptions.NONE, slot.rows());
  }

  private static long rows(Engine engine, String slot) {
    return engine.live().table().statistics(engine.live().schema().slotOf(slot)).rows();
  }

  private static float recall(Engine engine) {
    return (float) engine.status().quality().window().model().recallAt20();
  }

  /** The state that a start without a change of configuration finds, to the bit. */
  private void startsAgain(EngineOptions options) throws Exception {
    long hash;
    try (Engine engine = open(options)) {
      learn(engine, 20);
      engine.snapshot();
      learn(engine, 5);
      hash = engine.stateHash();
    }
    try (Engine engine = open(options)) {
      assertThat(engine.stateHash()).isEqualTo(hash);
      assertThat(engine.status().progress().failure()).isNull();
    }
  }

  @Test
  void higherBoundsAndAnotherTtlLoseNothing() throws Exception {
    long hash = write();
    Schema schema = options().schema();
    for (Slot slot : options().schema().slots()) {
      schema = change(schema, slot.name(), s -> bounded(s, 500_000, 86_400));
    }
    EngineOptions wide =
        with(schema)
            .with(o ->
                o.sessions(
                    options().sessions().with(s -> s.maxSessions(900).maxPastSessions(200_000))));
    try (Engine engine = open(wide)) {
      assertThat(engine.stateHash()).isEqualTo(hash);
    }
    startsAgain(wide);
  }

  @Test
  void aSmallerBoundKeepsAsManyRowsAsItHasRoomFor() throws Exception {
    long before = write();
    EngineOptions narrow = with(change(options().schema(), "item", s -> bounded(s, 40, 0)));
    try (Engine engine = open(narrow)) {
      assertThat(engine.stateHash()).isNotEqualTo(before);
      assertThat(rows(engine, "item")).isEqualTo(40);
      assertThat(rows(engine, "category")).isEqualTo(10);
      assertThat(engine.live().catalog().size()).isEqualTo(shop.items);
      assertThat(engine.snapshot().parent()).isNull();
    }
    startsAgain(narrow);
  }

  @Test
  void aSlotComesAndAnotherGoesWithoutTheRest() throws Exception {
    write();
    Schema other = and(without(options().schema(), "since"), "brand", SlotKind.CATEGORY);
    EngineOptions options = with(other);
    try (Engine engine = open(options)) {
      assertThat(engine.live().catalog().size()).isEqualTo(shop.items);
      assertThat(slots(engine, Shop.id(4))).containsOnlyKeys("category", "price");
      assertThat(rows(engine, "item")).isEqualTo(itemRows).isGreaterThan(50);
      assertThat(rows(engine, "category")).isEqualTo(10);
      assertThat(rows(engine, "brand")).isZero();
      Item branded =
          shop.item(4).toBuilder()
              .removeSlots("since")
              .putSlots("brand", SlotValue.newBuilder().setToken("acme").build())
              .build();
      engine.ingest().upsert(branded);
      long last = engine.ingest().publish(shop.click("visit-branded", 4)).offset();
      last = Math.max(last, engine.ingest().publish(shop.click("visit-branded", 5)).offset());
      assertThat(engine.ingest().awaitApplied(last, Patience.FAR)).isTrue();
      assertThat(rows(engine, "brand")).isEqualTo(1);
    }
    startsAgain(options);
  }

  @Test
  void whatWasLearnedIsStillKnownAfterASlotHasCome() throws Exception {
    try (Engine engine = open(options())) {
      begin(engine);
      learn(engine, 800);
    }
    Path copy = directory.resolve("copy");
    EngineRecoveryTest.copy(directory.resolve("data"), copy);
    float unchanged = recallOfTheNext(Shop.options(copy));
    float changed = recallOfTheNext(with(and(options().schema(), "brand", SlotKind.CATEGORY)));
    assertThat(unchanged).isGreaterThan(0.5f);
    assertThat(changed).isGreaterThan(unchanged - 0.05f);
  }

  /** The same visits each time. */
  private float recallOfTheNext(EngineOptions options) throws Exception {
    Shop same = new Shop(100, 77);
    try (Engine engine = open(options)) {
      long last = 0;
      for (int v = 0; v < 100; v++) {
        for (FeedbackEvent event : same.visit()) {
          FeedbackEvent other =
              event.toBuilder()
                  .setEventId("next-" + event.getEventId())
                  .setSessionId("next-" + event.getSessionId())
                  .build();
          last = engine.ingest().publish(other).offset();
        }
      }
      assertThat(engine.ingest().awaitApplied(last, Patience.FAR)).isTrue();
      return recall(engine);
    }
  }

  /** What was acknowledged after the last snapshot was logged under the schema of then. */
  @Test
  void theTailOfTheLogIsOfTheSchemaBefore() throws Exception {
    Path killed = directory.resolve("killed");
    try (Engine engine = open(options())) {
      begin(engine);
      engine.snapshot();
      for (int i = 0; i < 30; i++) {
        engine.ingest().upsert(shop.item(i).toBuilder().setItemId("late-" + i).build());
      }
      learn(engine, 10);
      EngineRecoveryTest.copy(directory.resolve("data"), killed);
    }
    Schema other = without(without(options().schema(), "since"), "device");
    try (Engine engine = open(Shop.options(killed).with(o -> o.schema(other)))) {
      assertThat(engine.live().catalog().size()).isEqualTo(shop.items + 30);
      for (int i = 0; i < 30; i++) {
        assertThat(engine.live().catalog().indexOf("late-" + i)).isNotNegative();
      }
    }
  }

  @Test
  void aSlotOfAnotherKindStartsAnew() throws Exception {
    write();
    EngineOptions options =
        with(change(options().schema(), "price", s -> kind(s, SlotKind.CATEGORY)));
    try (Engine engine = open(options)) {
      assertThat(rows(engine, "price")).isZero();
      assertThat(rows(engine, "item")).isEqualTo(itemRows).isGreaterThan(50);
      assertThat(slots(engine, Shop.id(4))).containsOnlyKeys("category", "since");
    }
  }

  @Test
  void moreKnotsAreLearnedFromTheItemsThatAreThere() throws Exception {
    write();
    Schema finer =
        change(
            options().schema(),
            "price",
            s ->
                new Slot(s.name(), s.kind(), false, 1, 1, new KnotOptions.Quantiles(24), s.rows()));
    try (Engine engine = open(with(finer))) {
      assertThat(rows(engine, "price")).isZero();
      learn(engine, 60);
      assertThat(rows(engine, "price")).isGreaterThan(16);
    }
    startsAgain(with(finer));
  }

  @Test
  void aRequiredSlotMayBeMissingInWhatIsThere() throws Exception {
    write();
    Schema other = and(options().schema(), "brand", SlotKind.CATEGORY);
    Schema required =
        change(
            other,
            "brand",
            s -> new Slot(s.name(), s.kind(), true, 1, 1, KnotOptions.NONE, s.rows()));
    try (Engine engine = open(with(required))) {
      assertThat(engine.live().catalog().size()).isEqualTo(shop.items);
    }
    startsAgain(with(required));
  }

  /** Contexts of visits stand in sessions by the column of their slot. */
  @Test
  void contextsGoByTheNamesOfTheirSlots() throws Exception {
    write();
    EngineOptions options = with(and(options().schema(), "country", SlotKind.CONTEXT));
    try (Engine engine = open(options)) {
      int columns = 0;
      for (int v = 0; v < 60; v++) {
        var session = engine.live().sessions().get("visit-" + v);
        var context = session == null ? null : session.context(0);
        if (context != null) {
          columns++;
          assertThat(context.columnStart()).containsExactly(0, 0, 1);
        }
      }
      assertThat(columns).isGreaterThan(10);
      assertThat(rows(engine, "device")).isEqualTo(2);
    }
    startsAgain(options);
  }

  @Test
  void aModelOfAnotherShapeKeepsTheRows() throws Exception {
    write();
    ModelSettings wider =
        options()
            .model()
            .with(m ->
                m.width(64)
                    .layers(2)
                    .maxSessionLength(12)
                    .feedForwardWidth(64)
                    .idGate(true)
                    .pooling(Pooling.ATTENTION));
    EngineOptions options = options().with(o -> o.model(wider));
    try (Engine engine = open(options)) {
      assertThat(rows(engine, "item")).isEqualTo(itemRows).isGreaterThan(50);
      assertThat(engine.live().vectors().present()).isEqualTo(shop.items);
    }
    startsAgain(options);
    startsAgain(options());
  }

  private static Map<String, SlotValue> slots(Engine engine, String itemId) {
    CatalogItem item = engine.live().catalog().item(itemId);
    if (item == null) {
      throw new AssertionError("no item " + itemId);
    }
    return item.item().getSlotsMap();
  }
}
