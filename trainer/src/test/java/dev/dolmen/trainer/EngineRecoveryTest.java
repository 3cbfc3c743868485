package dev.dolmen.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Timestamp;
import dev.dolmen.model.item.ScanPrecision;
import dev.dolmen.parameterstore.snapshot.SnapshotStore;
import dev.dolmen.trainer.catalog.CatalogOptions;
import dev.dolmen.trainer.catalog.SearchIndex;
import dev.dolmen.trainer.ingest.PublishResult;
import dev.dolmen.trainer.snapshot.SnapshotInfo;
import dev.dolmen.trainer.snapshot.SnapshotOptions;
import dev.dolmen.v1.EventType;
import dev.dolmen.v1.FeedbackEvent;
import dev.dolmen.v1.Impression;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EngineRecoveryTest {

  @TempDir Path directory;

  /** So many that the knots of the prices move once more after the first snapshot. */
  private final Shop shop = new Shop(240, 3);

  private static Engine open(Path data) throws IOException {
    return Engine.open(Shop.options(data), InstantSource.system(), new SimpleMeterRegistry());
  }

  /** Items, visits, a deletion, impressions: everything that has state. */
  private void traffic(Engine engine, int visits) throws InterruptedException {
    long last = 0;
    for (int v = 0; v < visits; v++) {
      List<FeedbackEvent> visit = shop.visit();
      FeedbackEvent first = visit.getFirst();
      if (v % 5 == 0) {
        show(
            engine,
            Impression.newBuilder()
                .setRequestId("request-" + first.getEventId())
                .setTime(Timestamp.newBuilder().setSeconds(v))
                .addItemId(first.getItemId())
                .build());
      }
      if (v % 7 == 0) {
        engine.ingest().delete(Shop.id(v % shop.items));
        engine.ingest().upsert(shop.item(v % shop.items));
      }
      for (FeedbackEvent event : visit) {
        FeedbackEvent named = event.toBuilder().setRequestId("request-x").build();
        last = Math.max(last, engine.ingest().publish(named).offset());
      }
      FeedbackEvent dwell =
          first.toBuilder()
              .setEventId("dwell-" + first.getEventId())
              .setType(EventType.EVENT_TYPE_DWELL)
              .build();
      last = Math.max(last, engine.ingest().publish(dwell).offset());
    }
    assertThat(engine.ingest().awaitApplied(last, Patience.FAR)).isTrue();
  }

  /** A thread of its own logs impressions: until it has, nobody knows where the log ends. */
  private static void show(Engine engine, Impression impression) throws InterruptedException {
    long before = engine.status().progress().logOffset();
    engine.ingest().impression(impression);
    Patience.await("impression logged", () -> engine.status().progress().logOffset() != before);
  }

  private void fill(Engine engine) {
    for (int i = 0; i < shop.items; i++) {
      engine.ingest().upsert(shop.item(i));
    }
  }

  /** What a power cut would leave: again, if snapshots were merged meanwhile. */
  static void copy(Path from, Path to) throws IOException {
    for (int tries = 0; ; tries++) {
      List<Path> files = files(from);
      try {
        for (Path path : files) {
          Path target = to.resolve(from.relativize(path).toString());
          if (Files.isDirectory(path)) {
            Files.createDirectories(target);
          } else {
            Files.copy(path, target);
          }
        }
        if (files(from).equals(files)) {
          return;
        }
      } catch (NoSuchFileException e) {
        // It was merged away.
      }
      assertThat(tries).as("copies of files that change").isLessThan(100);
      List<Path> copied = files(to);
      for (Path path : copied.reversed()) {
        Files.delete(path);
      }
    }
  }

  private static List<Path> files(Path directory) throws IOException {
    try (Stream<Path> paths = Files.walk(directory)) {
      return paths.toList();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  @Test
  void replayAfterASnapshotGivesTheSameStateBitForBit() throws Exception {
    Path data = directory.resolve("a");
    long undisturbed;
    try (Engine engine = open(data)) {
      fill(engine);
      traffic(engine, 60);
      engine.snapshot();
      traffic(engine, 60);
      undisturbed = engine.stateHash();
      copy(data, directory.resolve("b"));
      traffic(engine, 10);
      assertThat(engine.stateHash()).isNotEqualTo(undisturbed);
    }
    try (Engine killed = open(directory.resolve("b"))) {
      assertThat(killed.stateHash()).isEqualTo(undisturbed);
      assertThat(killed.status().latestSnapshot()).isNotNull();
    }
  }

  /** What such sessions share must be summed in the same order, whoever restored them. */
  @Test
  void sessionsThatGoOnAfterASnapshotAreLearnedToTheSameBits() throws Exception {
    Path data = directory.resolve("a");
    List<List<FeedbackEvent>> visits = IntStream.range(0, 80).mapToObj(i -> shop.visit()).toList();
    long undisturbed;
    try (Engine engine = open(data)) {
      fill(engine);
      publish(engine, visits.stream().map(List::getFirst).toList());
      engine.snapshot();
      publish(engine, visits.stream().flatMap(visit -> visit.stream().skip(1)).toList());
      undisturbed = engine.stateHash();
      copy(data, directory.resolve("b"));
    }
    try (Engine killed = open(directory.resolve("b"))) {
      assertThat(killed.stateHash()).isEqualTo(undisturbed);
      assertThat(killed.status().latestSnapshot()).isNotNull();
    }
  }

  private static void publish(Engine engine, List<FeedbackEvent> events)
      throws InterruptedException {
    long last = 0;
    for (FeedbackEvent event : events) {
      String device = event.getSessionId().hashCode() % 2 == 0 ? "phone" : "desktop";
      FeedbackEvent named = event.toBuilder().putContext("device", device).build();
      last = Math.max(last, engine.ingest().publish(named).offset());
    }
    assertThat(engine.ingest().awaitApplied(last, Patience.FAR)).isTrue();
  }

  @Test
  void replayFromTheFirstRecordGivesTheSameStateBitForBit() throws Exception {
    Path data = directory.resolve("a");
    long undisturbed;
    Engine engine = open(data);
    fill(engine);
    traffic(engine, 60);
    undisturbed = engine.stateHash();
    engine.abandon();
    try (Engine killed = open(data)) {
      assertThat(killed.status().latestSnapshot()).isNull();
      assertThat(killed.stateHash()).isEqualTo(undisturbed);
    }
    // Closing took a snapshot: the third run restores it and replays nothing.
    try (Engine restored = open(data)) {
      assertThat(restored.status().latestSnapshot()).isNotNull();
      assertThat(restored.stateHash()).isEqualTo(undisturbed);
    }
  }

  @Test
  void learnsOnFromWhatWasLoggedButNotLearned() throws Exception {
    Engine engine = open(directory);
    fill(engine);
    traffic(engine, 5);
    long learned = engine.status().learning().events();
    long offset = 0;
    for (FeedbackEvent event : shop.visit()) {
      offset = engine.ingest().publish(event).offset();
    }
    engine.abandon();
    try (Engine next = open(directory)) {
      assertThat(next.ingest().awaitApplied(offset, Patience.FAR)).isTrue();
      assertThat(next.status().learning().events()).isGreaterThan(learned);
      assertThat(next.status().progress().lagRecords()).isZero();
    }
  }

  @Test
  void anEventIsLearnedOnceAlsoAcrossARestart() throws Exception {
    FeedbackEvent event;
    try (Engine engine = open(directory)) {
      fill(engine);
      event = shop.click("s", 1);
      assertThat(engine.ingest().publish(event).status()).isEqualTo(PublishResult.Status.ACCEPTED);
      assertThat(engine.ingest().publish(event).status()).isEqualTo(PublishResult.Status.DUPLICATE);
    }
    try (Engine engine = open(directory)) {
      assertThat(engine.ingest().publish(event).status()).isEqualTo(PublishResult.Status.DUPLICATE);
      assertThat(engine.status().learning().events()).isEqualTo(1);
      assertThat(engine.live().sessions().get("s")).isNotNull();
    }
  }

  /** Neither an old one that cannot be read nor the newest keeps a start from the one between. */
  @Test
  void goesOnWithTheNextOlderSnapshotWhereOneCannotBeRead() throws Exception {
    Engine engine = open(directory);
    fill(engine);
    Path[] taken = new Path[3];
    for (int i = 0; i < taken.length; i++) {
      traffic(engine, 10);
      taken[i] = engine.snapshot().directory();
    }
    long undisturbed = engine.stateHash();
    engine.abandon();
    for (Path unreadable : List.of(taken[0], taken[2])) {
      Path manifest = unreadable.resolve("manifest");
      Files.delete(manifest);
      Files.createDirectory(manifest);
    }
    Files.createDirectory(taken[1].resolve("stray"));
    try (Engine recovered = open(directory)) {
      assertThat(recovered.stateHash()).isEqualTo(undisturbed);
    }
  }

  @Test
  void fallsBackToTheSnapshotBeforeADamagedOne() throws Exception {
    long undisturbed;
    String newest;
    Engine engine = open(directory);
    fill(engine);
    traffic(engine, 30);
    engine.snapshot();
    traffic(engine, 30);
    newest = engine.snapshot().id();
    undisturbed = engine.stateHash();
    engine.abandon();
    try (Stream<Path> files = Files.list(directory.resolve("snapshots").resolve(newest))) {
      Path largest =
          files
              .filter(f -> !f.endsWith("manifest"))
              .max(java.util.Comparator.comparingLong(f -> f.toFile().length()))
              .orElseThrow();
      try (RandomAccessFile file = new RandomAccessFile(largest.toFile(), "rw")) {
        file.seek(file.length() / 2);
        int was = file.read();
        file.seek(file.length() / 2);
        file.write(~was);
      }
    }
    try (Engine recovered = open(directory)) {
      assertThat(recovered.stateHash()).isEqualTo(undisturbed);
    }
  }

  /** The store counts them apart, so that they push out none of the others. */
  @Test
  void aSnapshotSaysWhetherSomebodyAskedForIt() throws Exception {
    EngineOptions options =
        merging(directory, 2, 100)
            .with(e -> e.snapshots(SnapshotOptions.defaults().with(s -> s.intervalSec(0).keep(2))));
    String asked;
    try (Engine engine = Engine.open(options, InstantSource.system(), new SimpleMeterRegistry())) {
      fill(engine);
      traffic(engine, 5);
      asked = engine.snapshot().id();
      traffic(engine, 5);
    }
    SnapshotStore store = SnapshotStore.openReadOnly(directory.resolve("snapshots"));
    String onClose = store.ids().getLast();
    assertThat(onClose).isNotEqualTo(asked);
    assertThat(store.open(asked).manifest().metadata()).containsEntry("onDemand", "true");
    assertThat(store.open(onClose).manifest().metadata()).doesNotContainKey("onDemand");
  }

  private static EngineOptions merging(Path data, int keep, int maxDeltas) {
    EngineOptions o = Shop.options(data);
    return o.with(e ->
        e.dataDirectory(data)
            .catalog(
                new CatalogOptions(
                    20_000, 0, 100, 3_600, 1 << 20, ScanPrecision.FP32, SearchIndex.EXACT))
            .log(Shop.log(1))
            .snapshots(
                SnapshotOptions.defaults()
                    .with(s ->
                        s.intervalSec(0)
                            .keep(keep)
                            .onClose(false)
                            .maxDeltas(maxDeltas)
                            .compactShare(100)
                            .copyBytes(1L << 20))));
  }

  private static Engine openMerging(Path data, int keep, int maxDeltas) throws IOException {
    return Engine.open(
        merging(data, keep, maxDeltas), InstantSource.system(), new SimpleMeterRegistry());
  }

  /** Base and deltas, across restarts, against a run that is replayed from the log alone. */
  @Test
  void aChainOfChangesIsRestoredToTheSameBits() throws Exception {
    Path data = directory.resolve("a");
    for (int run = 0; run < 3; run++) {
      try (Engine engine = openMerging(data, 100, 100)) {
        fill(engine);
        for (int i = 0; i < 3; i++) {
          traffic(engine, 15);
          SnapshotInfo info = engine.snapshot();
          assertThat(info.parent() == null).isEqualTo(run == 0 && i == 0);
          assertThat(engine.snapshot().id()).isEqualTo(info.id());
        }
        traffic(engine, 5);
      }
    }
    assertThat(SnapshotStore.openReadOnly(data.resolve("snapshots")).ids()).hasSize(9);
    Path logAlone = directory.resolve("b");
    copy(data, logAlone);
    long restored;
    try (Engine engine = openMerging(data, 100, 100)) {
      restored = engine.stateHash();
    }
    try (Stream<Path> snapshots = Files.walk(logAlone.resolve("snapshots"))) {
      for (Path path : snapshots.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
    try (Engine engine = openMerging(logAlone, 100, 100)) {
      assertThat(engine.stateHash()).isEqualTo(restored);
    }
  }

  @Test
  void chainsAreMergedInTheBackground() throws Exception {
    long hash;
    try (Engine engine = openMerging(directory, 2, 3)) {
      fill(engine);
      for (int i = 0; i < 30 && engine.snapshotThreads().compactions() < 2; i++) {
        traffic(engine, 10);
        engine.snapshot();
      }
      assertThat(engine.snapshotThreads().compactionFailures()).isZero();
      assertThat(engine.snapshotThreads().compactions()).isPositive();
      hash = engine.stateHash();
    }
    SnapshotStore store = SnapshotStore.openReadOnly(directory.resolve("snapshots"));
    for (String id : store.ids()) {
      store.open(id).verify();
    }
    try (Engine engine = openMerging(directory, 2, 3)) {
      assertThat(engine.stateHash()).isEqualTo(hash);
    }
  }

  /** The damaged file is needed by the newest snapshots, not by those before. */
  @Test
  void fallsBackAlongTheChainAndWritesTheDamagedOneAnew() throws Exception {
    Engine engine = openMerging(directory, 100, 100);
    fill(engine);
    List<String> ids = new java.util.ArrayList<>();
    for (int i = 0; i < 4; i++) {
      traffic(engine, 10);
      ids.add(engine.snapshot().id());
    }
    long undisturbed = engine.stateHash();
    engine.abandon();
    Path damaged = directory.resolve("snapshots").resolve(ids.get(2));
    flip(damaged.resolve("table_-0_-rows.delta.zst"));
    try (Engine recovered = openMerging(directory, 100, 100)) {
      assertThat(latest(recovered)).isEqualTo(ids.get(1));
      assertThat(recovered.stateHash()).isEqualTo(undisturbed);
      // The same state as that of the damaged snapshot, which takes its place.
      SnapshotInfo again = recovered.snapshot();
      assertThat(again.id()).isEqualTo(ids.get(3));
      assertThat(again.parent()).isEqualTo(ids.get(1));
    }
    try (Engine recovered = openMerging(directory, 100, 100)) {
      assertThat(latest(recovered)).isEqualTo(ids.get(3));
      assertThat(recovered.stateHash()).isEqualTo(undisturbed);
    }
  }

  /** What was copied for it is in the next one. */
  @Test
  void aSnapshotThatCannotBeWrittenLosesNothing() throws Exception {
    long hash;
    try (Engine engine = openMerging(directory, 100, 100)) {
      fill(engine);
      traffic(engine, 10);
      engine.snapshot();
      traffic(engine, 10);
      // A file is where the snapshot's temporary directory would be.
      String next =
          engine
              .requests()
              .atBarrier(() -> engine.snapshots().id(engine.learner(), engine.step().position()))
              .get();
      Path inTheWay = directory.resolve("snapshots").resolve(".tmp-" + next);
      Files.writeString(inTheWay, "x");
      assertThatThrownBy(engine::snapshot).isInstanceOf(IOException.class);
      Files.delete(inTheWay);
      traffic(engine, 1);
      engine.snapshot();
      hash = engine.stateHash();
    }
    try (Engine engine = openMerging(directory, 100, 100)) {
      assertThat(engine.stateHash()).isEqualTo(hash);
    }
  }

  /** So many rows change that waiting for the interval would need too much memory to copy. */
  @Test
  void snapshotsAreTakenEarlyWhenTooManyRowsHaveChanged() throws Exception {
    Shop large = new Shop(12_000, 5);
    try (Engine engine = openMerging(directory, 2, 100)) {
      long last = 0;
      for (int i = 0; i < large.items; i++) {
        engine.ingest().upsert(large.item(i));
      }
      for (int i = 0; i < large.items; i++) {
        last = engine.ingest().publish(large.click("s" + i / 4, i)).offset();
      }
      assertThat(engine.ingest().awaitApplied(last, Patience.FAR)).isTrue();
      // Asks at a barrier, then waits for the one in flight.
      last = engine.ingest().publish(large.click("one more", 1)).offset();
      assertThat(engine.ingest().awaitApplied(last, Patience.FAR)).isTrue();
      SnapshotInfo asked = engine.snapshot();
      assertThat(engine.schedule().failures()).isZero();
      assertThat(asked.parent()).as("the one that came early").isNotNull();
    }
  }

  @Test
  void withoutAWholeSnapshotTheLogIsNeededFromItsBeginning() throws Exception {
    Engine engine = openMerging(directory, 1, 3);
    fill(engine);
    byte[] padding = new byte[60_000];
    java.util.Arrays.fill(padding, (byte) 'x');
    // Fills files of the log until one of them is not needed any more.
    for (int i = 0; i < 60 && Files.exists(firstSegment()); i++) {
      for (int j = 0; j < 10; j++) {
        engine
            .ingest()
            .impression(
                Impression.newBuilder()
                    .setRequestId("r" + i + "-" + j)
                    .addItemId(new String(padding, java.nio.charset.StandardCharsets.UTF_8))
                    .build());
      }
      traffic(engine, 1);
      engine.snapshot();
    }
    assertThat(firstSegment()).doesNotExist();
    engine.abandon();
    for (String id : SnapshotStore.openReadOnly(directory.resolve("snapshots")).ids()) {
      flip(directory.resolve("snapshots").resolve(id).resolve("model.zst"));
    }
    assertThatThrownBy(() -> openMerging(directory, 1, 3))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no snapshot is whole")
        .hasMessageContaining("no longer holds what came before");
  }

  private static String latest(Engine engine) {
    SnapshotInfo info = engine.status().latestSnapshot();
    return info == null ? "none" : info.id();
  }

  private Path firstSegment() {
    return directory.resolve("log").resolve("19700101-00F.cq4");
  }

  private static void flip(Path path) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      file.seek(file.length() / 2);
      int was = file.read();
      file.seek(file.length() / 2);
      file.write(~was);
    }
  }

  @Test
  void refusesASecondEngineOnOneDirectory() throws Exception {
    try (Engine engine = open(directory)) {
      assertThat(engine.status().progress().failure()).isNull();
      assertThatThrownBy(() -> open(directory))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("in use");
    }
  }
}
