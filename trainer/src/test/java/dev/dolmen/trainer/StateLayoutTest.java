package dev.dolmen.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Timestamp;
import dev.dolmen.model.item.ScanPrecision;
import dev.dolmen.parameterstore.schema.KnotOptions;
import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.parameterstore.schema.Slot;
import dev.dolmen.parameterstore.snapshot.Snapshot;
import dev.dolmen.parameterstore.snapshot.SnapshotDraft;
import dev.dolmen.parameterstore.snapshot.SnapshotSection;
import dev.dolmen.parameterstore.snapshot.SnapshotStore;
import dev.dolmen.trainer.catalog.CatalogOptions;
import dev.dolmen.trainer.catalog.SearchIndex;
import dev.dolmen.trainer.learn.ModelSettings;
import dev.dolmen.trainer.snapshot.SnapshotCodec;
import dev.dolmen.trainer.snapshot.SnapshotFile;
import dev.dolmen.v1.FeedbackEvent;
import dev.dolmen.v1.Impression;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The golden snapshot of the layout's version is read as it was written. Who changes what model,
 * validation or state write finds these tests failing: raise {@code SnapshotCodec.LAYOUT_VERSION},
 * let {@link #write} make the next golden snapshot, and say so here.
 */
class StateLayoutTest {
  private static final String GOLDEN = "/golden/state-10";

  /** Of the state in it, computed when it was written. */
  private static final long GOLDEN_HASH = -8_476_880_362_608_499_394L;

  /** Without a shape of the priors. */
  private static final String WITHOUT_SHAPE = "/golden/state-9";

  private static final long WITHOUT_SHAPE_HASH = -7_198_575_411_836_160_962L;

  /** The last version that held all of the state in one section, with one network of signals. */
  private static final String WHOLE_STATE = "/golden/state-8";

  private static final long WHOLE_STATE_HASH = -3_273_988_402_811_783_096L;

  @TempDir Path directory;

  private static Path golden() throws URISyntaxException {
    return golden(GOLDEN);
  }

  private static Path golden(String name) throws URISyntaxException {
    var url = StateLayoutTest.class.getResource(name);
    if (url == null) {
      throw new AssertionError("no " + name);
    }
    return Path.of(url.toURI());
  }

  /** Not shared with other tests: the golden snapshot names the shape of its model. */
  private static EngineOptions options(Path data) {
    ModelSettings tiny =
        ModelSettings.defaults()
            .with(m -> m.width(8).layers(1).feedForwardWidth(8).maxSessionLength(4).idGate(true));
    // The golden snapshot was written before anything was kept of deleted items.
    CatalogOptions none =
        new CatalogOptions(10_000, 0, 100, 0, 1 << 20, ScanPrecision.FP32, SearchIndex.EXACT);
    return Shop.options(data).with(o -> o.model(tiny).catalog(none));
  }

  private static Engine open(Path data) throws IOException {
    return Engine.open(options(data), InstantSource.system(), new SimpleMeterRegistry());
  }

  /** Everything that has state: items, a deletion, visits, impressions, clicks on them. */
  private static void write(Path data) throws Exception {
    Shop shop = new Shop(20, 7);
    try (Engine engine = open(data)) {
      for (int i = 0; i < shop.items; i++) {
        engine.ingest().upsert(shop.item(i));
      }
      engine.ingest().delete(Shop.id(3));
      long last = 0;
      for (int v = 0; v < 12; v++) {
        for (FeedbackEvent event : shop.visit()) {
          last = engine.ingest().publish(event).offset();
        }
        engine
            .ingest()
            .impression(
                Impression.newBuilder()
                    .setRequestId("request-" + v)
                    .setSessionId("visit-" + v)
                    .setTime(Timestamp.newBuilder().setSeconds(1_000 + v))
                    .addItemId(Shop.id(v))
                    .addItemId(Shop.id(v + 4))
                    .build());
        // Logged by a thread of its own, before the click in any case: the state must not vary.
        assertThat(engine.ingest().awaitApplied(last + 1, Duration.ofMinutes(1))).isTrue();
        FeedbackEvent click = shop.click("visit-" + v, v + 4);
        last =
            engine
                .ingest()
                .publish(click.toBuilder().setRequestId("request-" + v).build())
                .offset();
        assertThat(engine.ingest().awaitApplied(last, Duration.ofMinutes(1))).isTrue();
      }
    }
  }

  @Test
  void readsWhatThisVersionWrote() throws Exception {
    restore(GOLDEN, GOLDEN_HASH);
  }

  @Test
  void readsWhatTheVersionBeforeWrote() throws Exception {
    restore(WITHOUT_SHAPE, WITHOUT_SHAPE_HASH);
    goesOnWithAWholeSnapshot();
  }

  @Test
  void readsWhatTheLastVersionOfOneSectionWrote() throws Exception {
    restore(WHOLE_STATE, WHOLE_STATE_HASH);
    goesOnWithAWholeSnapshot();
  }

  /** What it has changed since cannot be merged with it: the next snapshot holds everything. */
  private void goesOnWithAWholeSnapshot() throws Exception {
    Shop shop = new Shop(20, 7);
    long hash;
    try (Engine engine = open(directory.resolve("data"))) {
      apply(engine, shop, 3);
      assertThat(engine.snapshot().parent()).isNull();
      apply(engine, shop, 4);
      assertThat(engine.snapshot().parent()).isNotNull();
      hash = engine.stateHash();
    }
    SnapshotStore store = SnapshotStore.openReadOnly(directory.resolve("data/snapshots"));
    List<String> ids = new ArrayList<>();
    new SnapshotFile(store.open(store.ids().getLast()))
        .readItems(item -> ids.add(item.getItemId()));
    assertThat(ids).hasSize(20).contains(Shop.id(3));
    try (Engine engine = open(directory.resolve("data"))) {
      assertThat(engine.stateHash()).isEqualTo(hash);
    }
  }

  private static void apply(Engine engine, Shop shop, int item) throws InterruptedException {
    long offset = engine.ingest().upsert(shop.item(item));
    assertThat(engine.ingest().awaitApplied(offset, Duration.ofMinutes(1))).isTrue();
  }

  private void restore(String version, long hash) throws Exception {
    SnapshotStore store = SnapshotStore.openReadOnly(golden(version).resolve("snapshots"));
    new SnapshotFile(store.open(store.ids().getLast()))
        .restoreTo(directory.resolve("data"), bytes -> {});
    try (Engine engine = open(directory.resolve("data"))) {
      assertThat(engine.live().catalog().size()).isEqualTo(19);
      assertThat(engine.live().catalog().indexOf(Shop.id(3))).isNegative();
      assertThat(engine.live().sessions().get("visit-11")).isNotNull();
      assertThat(engine.stateHash()).isEqualTo(hash);
    }
  }

  /** What an older program has written goes on under a configuration of now. */
  @Test
  void everyVersionGoesOnUnderAnotherConfiguration() throws Exception {
    for (String version : List.of(GOLDEN, WITHOUT_SHAPE, WHOLE_STATE)) {
      Path data = directory.resolve(version.substring(1));
      SnapshotStore store = SnapshotStore.openReadOnly(golden(version).resolve("snapshots"));
      new SnapshotFile(store.open(store.ids().getLast())).restoreTo(data, bytes -> {});
      EngineOptions options = options(data);
      Slot first = options.schema().slots().getFirst();
      List<Slot> slots = new ArrayList<>(options.schema().slots().subList(0, 3));
      slots.addFirst(new Slot("brand", first.kind(), false, 1, 1, KnotOptions.NONE, first.rows()));
      EngineOptions other =
          options.with(
              o -> o.schema(new Schema(slots)).model(options.model().with(m -> m.layers(2))));
      try (Engine engine = Engine.open(other, InstantSource.system(), new SimpleMeterRegistry())) {
        assertThat(engine.live().catalog().size()).as(version).isEqualTo(19);
        assertThat(engine.live().sessions().get("visit-11")).isNotNull();
        assertThat(engine.live().table().statistics(0).rows()).isZero();
        assertThat(engine.live().table().statistics(1).rows()).isPositive();
        assertThat(engine.live().table().statistics(2).rows()).isPositive();
        assertThat(engine.live().vectors().present()).isEqualTo(19);
      }
    }
  }

  @Test
  void writesWhatTheGoldenSnapshotHolds() throws Exception {
    write(directory);
    assertThat(sizes(directory)).isEqualTo(sizes(golden()));
  }

  private static Map<String, Long> sizes(Path data) throws IOException {
    SnapshotStore store = SnapshotStore.openReadOnly(data.resolve("snapshots"));
    Map<String, Long> sizes = new TreeMap<>();
    for (SnapshotSection section : store.open(store.ids().getLast()).manifest().sections()) {
      if (!section.name().startsWith("table/")) {
        sizes.put(section.name(), section.rawBytes());
      }
    }
    return sizes;
  }

  @Test
  void refusesALayoutOfAnotherVersion() throws Exception {
    int other = SnapshotCodec.LAYOUT_VERSION + 1;
    refuses(Integer.toString(other), "version " + other + " of the layout");
  }

  @Test
  void refusesALayoutFromBeforeThereWereVersions() throws Exception {
    refuses(null, "a layout from before layouts had versions");
  }

  private void refuses(@Nullable String version, String found) throws Exception {
    Snapshot snapshot = withVersion(version);
    String expected = "this program reads version " + SnapshotCodec.LAYOUT_VERSION;
    assertThatThrownBy(() -> open(directory.resolve("data")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(snapshot.directory().toString())
        .hasMessageContaining(found)
        .hasMessageContaining(expected);
    SnapshotFile looked = new SnapshotFile(snapshot);
    assertThat(looked.stateVersion()).isEqualTo(version == null ? 0 : Long.parseLong(version));
    assertThatThrownBy(() -> looked.readItems(item -> {})).hasMessageContaining(expected);
    Path target = directory.resolve("restored");
    assertThatThrownBy(() -> looked.restoreTo(target, bytes -> {})).hasMessageContaining(expected);
    assertThat(target).doesNotExist();
  }

  /** The golden snapshot as a program of another version would have named it. */
  private Snapshot withVersion(@Nullable String version) throws Exception {
    SnapshotStore from = SnapshotStore.openReadOnly(golden().resolve("snapshots"));
    Snapshot snapshot = from.open(from.ids().getLast());
    Map<String, String> metadata = new HashMap<>(snapshot.manifest().metadata());
    assertThat(metadata.remove(SnapshotCodec.LAYOUT))
        .isEqualTo(Integer.toString(SnapshotCodec.LAYOUT_VERSION));
    if (version != null) {
      metadata.put(SnapshotCodec.LAYOUT, version);
    }
    SnapshotStore to = SnapshotStore.open(directory.resolve("data").resolve("snapshots"));
    try (SnapshotDraft draft = to.create(snapshot.manifest().id(), null)) {
      for (String section : snapshot.sections()) {
        try (DataInputStream in = snapshot.section(section);
            DataOutputStream out = draft.section(section)) {
          in.transferTo(out);
        }
      }
      draft.commit(metadata);
    }
    return to.open(snapshot.manifest().id());
  }
}
