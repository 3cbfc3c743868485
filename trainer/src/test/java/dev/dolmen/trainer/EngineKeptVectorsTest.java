package dev.dolmen.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolmen.model.item.ItemVectorReader;
import dev.dolmen.parameterstore.snapshot.Snapshot;
import dev.dolmen.parameterstore.snapshot.SnapshotDraft;
import dev.dolmen.parameterstore.snapshot.SnapshotStore;
import dev.dolmen.v1.FeedbackEvent;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Vectors that were kept are told from encoded ones by numbers that no encoding gives. */
class EngineKeptVectorsTest {
  private static final int ITEMS = 60;
  private static final float KEPT = 0.125f;

  @TempDir Path directory;
  private final Shop shop = new Shop(ITEMS, 3);

  private Engine open(EngineOptions options) throws IOException {
    return Engine.open(options, InstantSource.system(), new SimpleMeterRegistry());
  }

  private void learnAndClose() throws Exception {
    try (Engine engine = open(Shop.options(directory))) {
      for (int i = 0; i < ITEMS; i++) {
        engine.ingest().upsert(shop.item(i));
      }
      learn(engine, 30);
    }
  }

  private void learn(Engine engine, int visits) throws InterruptedException {
    long last = 0;
    for (int visit = 0; visit < visits; visit++) {
      for (FeedbackEvent event : shop.visit()) {
        last = engine.ingest().publish(event).offset();
      }
    }
    assertThat(engine.ingest().awaitApplied(last, Patience.FAR)).isTrue();
  }

  private Path kept() {
    return directory.resolve("kept/item-vectors");
  }

  /** Puts the same number into every vector that is kept. */
  private void mark() throws IOException {
    SnapshotStore store = SnapshotStore.open(kept());
    String id = store.ids().getLast();
    Snapshot snapshot = store.open(id);
    try (SnapshotDraft draft = store.create(next(id), null)) {
      try (DataInputStream in = snapshot.section("kept");
          DataOutputStream out = draft.section("kept")) {
        int width = in.readInt();
        out.writeInt(width);
        out.writeBoolean(in.readBoolean());
        for (int index = in.readInt(); index >= 0; index = in.readInt()) {
          out.writeInt(index);
          for (int d = 0; d < width; d++) {
            in.readFloat();
            out.writeFloat(KEPT);
          }
        }
        out.writeInt(-1);
      }
      draft.commit(snapshot.manifest().metadata());
    }
    store.delete(id);
  }

  private static String next(String id) {
    return "%016d".formatted(Long.parseLong(id) + 1);
  }

  private static long marked(Engine engine) {
    ItemVectorReader vectors = engine.live().vectors();
    float[] vector = new float[vectors.width()];
    assertThat(vectors.present()).isEqualTo(ITEMS);
    long marked = 0;
    for (int index = 0; index < vectors.size(); index++) {
      assertThat(vectors.get(index, vector, 0)).isTrue();
      float[] all = vector.clone();
      Arrays.fill(all, KEPT);
      marked += Arrays.equals(vector, all) ? 1 : 0;
    }
    return marked;
  }

  @Test
  void aStartFromTheSnapshotOfTheCloseTakesThem() throws Exception {
    learnAndClose();
    mark();
    try (Engine engine = open(Shop.options(directory))) {
      assertThat(marked(engine)).isEqualTo(ITEMS);
    }
  }

  /** What is ranked with is the same to the bit, priors too, whether they were kept or encoded. */
  @Test
  void theyAreWhatWasThereBefore() throws Exception {
    ParametersHash before;
    try (Engine engine = open(Shop.options(directory))) {
      for (int i = 0; i < ITEMS; i++) {
        engine.ingest().upsert(shop.item(i));
      }
      learn(engine, 30);
      Patience.await("nothing waits", () -> !engine.learner().staleVectors());
      before = engine.parametersHash();
    }
    try (Engine engine = open(Shop.options(directory))) {
      assertThat(engine.parametersHash()).isEqualTo(before);
    }
    SnapshotStore.deleteFiles(directory.resolve("kept"));
    try (Engine engine = open(Shop.options(directory))) {
      assertThat(engine.parametersHash()).isEqualTo(before);
    }
  }

  @Test
  void itemsThatComeLaterInTheLogAreEncoded() throws Exception {
    learnAndClose();
    mark();
    try (Engine engine = open(Shop.options(directory))) {
      engine.ingest().upsert(shop.item(0).toBuilder().removeSlots("price").build());
      engine.abandon();
    }
    try (Engine engine = open(Shop.options(directory))) {
      assertThat(marked(engine)).isEqualTo(ITEMS - 1);
    }
  }

  @Test
  void thoseOfAnotherSnapshotAreNotTaken() throws Exception {
    learnAndClose();
    mark();
    Engine engine = open(Shop.options(directory));
    learn(engine, 10);
    engine.snapshot();
    engine.abandon();
    try (Engine next = open(Shop.options(directory))) {
      assertThat(marked(next)).isZero();
    }
  }

  @Test
  void thoseOfAnotherModelAreNotTaken() throws Exception {
    learnAndClose();
    mark();
    EngineOptions options = Shop.options(directory);
    EngineOptions other =
        options.with(e ->
            e.model(options.model().with(m -> m.temperature(2 * options.model().temperature()))));
    try (Engine engine = open(other)) {
      assertThat(marked(engine)).isZero();
    }
  }

  @Test
  void whatIsDamagedIsComputed() throws Exception {
    learnAndClose();
    mark();
    try (Stream<Path> files = Files.walk(kept())) {
      List<Path> sections = files.filter(f -> f.toString().endsWith("kept.zst")).toList();
      for (Path section : sections) {
        byte[] bytes = Files.readAllBytes(section);
        bytes[bytes.length - 1] ^= 1;
        Files.write(section, bytes);
      }
      assertThat(sections).hasSize(1);
    }
    try (Engine engine = open(Shop.options(directory))) {
      assertThat(marked(engine)).isZero();
    }
  }

  @Test
  void withoutASnapshotOnCloseNoneAreKept() throws Exception {
    EngineOptions options = Shop.options(directory);
    EngineOptions none =
        options.with(e -> e.snapshots(options.snapshots().with(s -> s.onClose(false))));
    try (Engine engine = open(none)) {
      engine.ingest().upsert(shop.item(0));
    }
    assertThat(kept()).doesNotExist();
  }

  /** Nothing but time is lost: the engine closes as it would have. */
  @Test
  void aFolderThatCannotBeWrittenIsSaidAndNoMore() throws Exception {
    Files.createDirectories(directory);
    Files.writeString(directory.resolve("kept"), "a file");
    learnAndClose();
    try (Engine engine = open(Shop.options(directory))) {
      assertThat(marked(engine)).isZero();
      assertThat(engine.hasModel()).isTrue();
    }
  }

  /** What waited for its turn waits for it again. */
  @Test
  void vectorsOfAnOlderModelAreMadeAgainAfterTheStart() throws Exception {
    learnAndClose();
    mark();
    SnapshotStore store = SnapshotStore.open(kept());
    assertThat(store.ids()).hasSize(1);
    stale(store);
    try (Engine engine = open(Shop.options(directory))) {
      Patience.await("made again", () -> marked(engine) == 0);
    }
  }

  private static void stale(SnapshotStore store) throws IOException {
    Snapshot snapshot = store.open(store.ids().getLast());
    byte[] bytes;
    try (DataInputStream in = snapshot.section("kept")) {
      bytes = in.readAllBytes();
    }
    bytes[Integer.BYTES] = 1;
    String id = next(snapshot.manifest().id());
    try (SnapshotDraft draft = store.create(id, null)) {
      try (DataOutputStream out = draft.section("kept")) {
        out.write(bytes);
      }
      draft.commit(snapshot.manifest().metadata());
    }
    store.delete(snapshot.manifest().id());
  }
}
