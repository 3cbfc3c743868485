package dev.dolmen.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dolmen.parameterstore.archive.S3Server;
import dev.dolmen.parameterstore.archive.SnapshotArchive;
import dev.dolmen.parameterstore.archive.StoreLocation;
import dev.dolmen.trainer.snapshot.SnapshotUploads;
import dev.dolmen.v1.FeedbackEvent;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An engine whose snapshots go to a store. */
@SuppressWarnings("NullAway.Init")
@Timeout(value = 900, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // Else it waits for ever.
class EngineStoreTest {
  @TempDir Path directory;
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final Shop shop = new Shop(100, 7);

  private EngineOptions options(String name, StoreLocation where, int keep) {
    EngineOptions o = Shop.options(directory.resolve(name));
    return o.with(e -> e.snapshots(o.snapshots().with(s -> s.store(where).keep(keep))));
  }

  private StoreLocation folder() throws IOException {
    Path folder = Files.createDirectories(directory.resolve("store"));
    return new StoreLocation(folder.toString(), "", "", false, 5_000);
  }

  private Engine open(EngineOptions options) throws IOException {
    return Engine.open(options, InstantSource.system(), meters);
  }

  private void visits(Engine engine, int visits) {
    for (int v = 0; v < visits; v++) {
      for (FeedbackEvent event : shop.visit()) {
        engine.ingest().publish(event);
      }
    }
  }

  private void fill(Engine engine) {
    for (int i = 0; i < shop.items; i++) {
      engine.ingest().upsert(shop.item(i));
    }
  }

  private static SnapshotUploads.Figures await(
      Engine engine, Predicate<SnapshotUploads.Figures> holds) throws InterruptedException {
    long end = System.nanoTime() + Patience.FAR.toNanos();
    while (true) {
      SnapshotUploads.Figures figures = Objects.requireNonNull(engine.snapshotStore());
      if (holds.test(figures)) {
        return figures;
      }
      assertThat(System.nanoTime()).as(figures.toString()).isLessThan(end);
      Thread.sleep(5);
    }
  }

  private double meter(String name) {
    var gauge = meters.find(name).gauge();
    return gauge == null ? meters.get(name).functionCounter().count() : gauge.value();
  }

  @Test
  void eachSnapshotGoesThereAndOldOnesAreDeleted() throws Exception {
    StoreLocation where = folder();
    EngineOptions options = options("a", where, 2);
    String last = "";
    try (Engine engine = open(options)) {
      fill(engine);
      for (int i = 0; i < 4; i++) {
        visits(engine, 30);
        String id = SnapshotArchive.sortingId(engine.snapshot().id());
        last = await(engine, f -> f.newestId().equals(id)).newestId();
      }
      assertThat(meter("dolmen.snapshot.store.version")).isPositive();
      assertThat(meter("dolmen.snapshot.store.bytes")).isPositive();
      assertThat(meter("dolmen.snapshot.store.failures")).isZero();
      visits(engine, 10);
    }
    try (SnapshotArchive archive = new SnapshotArchive(where.open())) {
      List<String> ids = archive.ids();
      assertThat(ids).hasSizeBetween(2, 3).doesNotHaveDuplicates();
      assertThat(ids.getLast()).as("the snapshot on close").isGreaterThan(last);
      for (String id : ids) {
        archive.verify(id);
      }
    }
    // Second names of files are gone with the upload that needed them.
    assertThat(directory.resolve("a/uploads")).isEmptyDirectory();
  }

  @Test
  void aStartTakesThereWhatAProcessBeforeCouldNot() throws Exception {
    StoreLocation where = folder();
    String id;
    try (Engine engine = open(options("a", StoreLocation.NONE, 3))) {
      assertThat(engine.snapshotStore()).isNull();
      fill(engine);
      visits(engine, 30);
      id = engine.snapshot().id();
    }
    EngineOptions o = options("a", where, 3);
    try (Engine engine = open(o)) {
      await(engine, f -> !f.newestId().isEmpty());
      assertThat(SnapshotArchive.sortingId(id)).isLessThanOrEqualTo(archiveNewest(where));
    }
  }

  private static String archiveNewest(StoreLocation where) throws IOException {
    try (SnapshotArchive archive = new SnapshotArchive(where.open())) {
      return archive.ids().getLast();
    }
  }

  @Test
  void aStoreThatHangsOrIsAwayStopsNothing() throws Exception {
    S3Server.useCredentials();
    try (S3Server server = S3Server.start(directory.resolve("s3"))) {
      try (Engine engine = open(options("a", server.location("a", 2_000), 3))) {
        fill(engine);
        for (int fault = 0; fault < 2; fault++) {
          if (fault == 0) {
            server.pause(true);
          } else {
            server.kill();
          }
          long failures = Objects.requireNonNull(engine.snapshotStore()).failures();
          long learned = engine.eventsLearned();
          for (int i = 0; i < 4; i++) {
            visits(engine, 30);
            assertThat(engine.snapshot().bytes()).isPositive();
          }
          assertThat(engine.eventsLearned()).isGreaterThan(learned);
          SnapshotUploads.Figures away =
              await(
                  engine, f -> f.failures() > failures && f.problem().contains("could not be put"));
          assertThat(away.problem()).contains("s3://shop/a/");
          assertThat(meter("dolmen.snapshot.store.failures")).isPositive();
          // One is on its way and one waits, however many were taken.
          try (var staged = Files.list(directory.resolve("a/uploads"))) {
            assertThat(staged.count()).isLessThanOrEqualTo(2);
          }
          if (fault == 0) {
            server.pause(false);
          } else {
            server.restart();
          }
          String newest = SnapshotArchive.sortingId(engine.snapshot().id());
          assertThat(await(engine, f -> f.newestId().equals(newest)).problem()).isEmpty();
        }
      }
    }
  }

  /** With an embedded log nothing is to be learned after another's snapshot. */
  @Test
  void aNewDirectoryIsNotTakenForTheOneThatTheStoreIsOf() throws Exception {
    StoreLocation where = folder();
    try (Engine engine = open(options("a", where, 3))) {
      fill(engine);
      visits(engine, 30);
      var _ = engine.snapshot();
    }
    assertThatThrownBy(() -> open(options("b", where, 3)))
        .hasMessageContaining("holds snapshot " + archiveNewest(where))
        .hasMessageContaining("snapshot fetch");
  }
}
