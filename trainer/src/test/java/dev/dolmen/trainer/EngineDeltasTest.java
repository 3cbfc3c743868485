package dev.dolmen.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Timestamp;
import dev.dolmen.parameterstore.snapshot.SnapshotSection;
import dev.dolmen.parameterstore.snapshot.SnapshotStore;
import dev.dolmen.trainer.session.SessionHistory;
import dev.dolmen.trainer.snapshot.SnapshotOptions;
import dev.dolmen.v1.FeedbackEvent;
import dev.dolmen.v1.Impression;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a snapshot holds of the state after a small change: the change, of every part. */
class EngineDeltasTest {
  private static final int ITEMS = 3_000;

  /** Bytes of a section that holds next to nothing. */
  private static final int SMALL = 1_000;

  @TempDir Path directory;

  private final Shop shop = new Shop(ITEMS, 9);

  private Engine open() throws IOException {
    EngineOptions options =
        Shop.options(directory)
            .with(e ->
                e.snapshots(
                    SnapshotOptions.defaults()
                        .with(s -> s.intervalSec(0).keep(100).onClose(false).compactShare(100))));
    return Engine.open(options, InstantSource.system(), new SimpleMeterRegistry());
  }

  private void visits(Engine engine, int visits) throws InterruptedException {
    long last = 0;
    for (int v = 0; v < visits; v++) {
      for (FeedbackEvent event : shop.visit()) {
        last = engine.ingest().publish(event).offset();
      }
    }
    assertThat(engine.ingest().awaitApplied(last, Patience.FAR)).isTrue();
  }

  private void fill(Engine engine) throws InterruptedException {
    for (int i = 0; i < ITEMS; i++) {
      engine.ingest().upsert(shop.item(i));
    }
    for (int i = 0; i < 300; i++) {
      engine
          .ingest()
          .impression(
              Impression.newBuilder()
                  .setRequestId("request-" + i)
                  .setSessionId("visit-" + i)
                  .setTime(Timestamp.newBuilder().setSeconds(1_000))
                  .addItemId(Shop.id(i))
                  .build());
    }
    visits(engine, 2_000);
  }

  private long stateBytes(String id) throws IOException {
    return stateSections(id).values().stream().mapToLong(bytes -> bytes).sum();
  }

  /** Bytes of a snapshot's files of the state, without model and table, by section. */
  private Map<String, Long> stateSections(String id) throws IOException {
    return SnapshotStore.openReadOnly(directory.resolve("snapshots"))
        .open(id)
        .manifest()
        .sections()
        .stream()
        .filter(section -> section.name().startsWith("trainer/"))
        .collect(Collectors.toMap(SnapshotSection::name, SnapshotSection::fileBytes));
  }

  @Test
  void aSmallChangeMakesASmallDelta() throws Exception {
    long hash;
    try (Engine engine = open()) {
      fill(engine);
      long whole = stateBytes(engine.snapshot().id());
      visits(engine, 1);
      long delta = stateBytes(engine.snapshot().id());
      assertThat(delta).as("of " + whole + " bytes").isLessThan(whole / 20);
      hash = engine.stateHash();
    }
    try (Engine engine = open()) {
      assertThat(engine.stateHash()).isEqualTo(hash);
    }
  }

  /** What a start restores has not changed: the next snapshot is no larger than any. */
  @Test
  void theFirstSnapshotOfAProcessHoldsNoMoreThanAnother() throws Exception {
    Map<String, Long> whole;
    try (Engine engine = open()) {
      fill(engine);
      whole = stateSections(engine.snapshot().id());
    }
    try (Engine engine = open()) {
      visits(engine, 1);
      Map<String, Long> delta = stateSections(engine.snapshot().id());
      assertThat(delta).containsKeys("trainer/items.delta", "trainer/sessions.delta");
      delta.forEach((section, bytes) -> {
        String of = section.replace(".delta", "");
        long all = whole.getOrDefault(of, 0L);
        if (!section.equals(of)) {
          assertThat(bytes).as("%s, of %d bytes", section, all).isLessThan(SMALL + all / 20);
        }
      });
    }
  }

  /** From base and changes as from a base alone: what went in between does not come back. */
  @Test
  void whatWentBetweenTwoSnapshotsStaysGone() throws Exception {
    long hash;
    long version;
    try (Engine engine = open()) {
      fill(engine);
      engine.snapshot();
      engine.ingest().delete(Shop.id(7));
      engine.ingest().delete(Shop.id(ITEMS - 1));
      assertThat(engine.live().sessions().get("visit-1999")).isNotNull();
      // An hour and more later: all visits before have ended, and those next to it make room.
      for (int i = 0; i < 600; i++) {
        FeedbackEvent late = shop.click("late-" + i, 10 + i % 50);
        engine
            .ingest()
            .publish(late.toBuilder().setTime(Timestamp.newBuilder().setSeconds(9_000)).build());
      }
      visits(engine, 1);
      assertThat(engine.snapshot().parent()).isNotNull();
      hash = engine.stateHash();
      version = engine.live().published().modelVersion();
    }
    try (Engine engine = open()) {
      assertThat(engine.stateHash()).isEqualTo(hash);
      assertThat(engine.live().published().modelVersion()).isEqualTo(version);
      assertThat(engine.live().catalog().item(Shop.id(7))).isNull();
      assertThat(engine.live().catalog().item(Shop.id(ITEMS - 1))).isNull();
      SessionHistory gone = engine.live().sessions().get("visit-1999");
      assertThat(gone).isNull();
      // What is taken off the snapshot goes on as the run that wrote it.
      engine.ingest().upsert(shop.item(7));
      visits(engine, 3);
      engine.snapshot();
      hash = engine.stateHash();
    }
    try (Engine engine = open()) {
      assertThat(engine.stateHash()).isEqualTo(hash);
    }
  }
}
