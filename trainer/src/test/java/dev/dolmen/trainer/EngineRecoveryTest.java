package dev.dolmen.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Timestamp;
import dev.dolmen.v1.EventType;
import dev.dolmen.v1.FeedbackEvent;
import dev.dolmen.v1.Impression;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EngineRecoveryTest {
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  @TempDir Path directory;

  private final Shop shop = new Shop(200, 3);

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
        engine
            .ingest()
            .impression(
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
    assertThat(engine.ingest().awaitApplied(last, PATIENCE)).isTrue();
  }

  private void fill(Engine engine) {
    for (int i = 0; i < shop.items; i++) {
      engine.ingest().upsert(shop.item(i));
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> paths = Files.walk(from)) {
      for (Path path : paths.toList()) {
        Path target = to.resolve(from.relativize(path).toString());
        if (Files.isDirectory(path)) {
          Files.createDirectories(target);
        } else {
          Files.copy(path, target);
        }
      }
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
    long learned = engine.status().eventsLearned();
    long offset = 0;
    for (FeedbackEvent event : shop.visit()) {
      offset = engine.ingest().publish(event).offset();
    }
    engine.abandon();
    try (Engine next = open(directory)) {
      assertThat(next.ingest().awaitApplied(offset, PATIENCE)).isTrue();
      assertThat(next.status().eventsLearned()).isGreaterThan(learned);
      assertThat(next.status().lagRecords()).isZero();
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
      assertThat(engine.status().eventsLearned()).isEqualTo(1);
      assertThat(engine.live().sessions().get("s")).isNotNull();
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

  @Test
  void refusesASecondEngineOnOneDirectory() throws Exception {
    try (Engine engine = open(directory)) {
      assertThat(engine.status().failure()).isNull();
      assertThatThrownBy(() -> open(directory))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("in use");
    }
  }

  @Test
  void refusesASnapshotOfAnotherSchema() throws Exception {
    try (Engine engine = open(directory)) {
      fill(engine);
    }
    EngineOptions options = Shop.options(directory);
    EngineOptions other =
        new EngineOptions(
            directory,
            new dev.dolmen.parameterstore.schema.Schema(options.schema().slots().subList(0, 2)),
            options.model(),
            options.training(),
            options.sessions(),
            options.catalog(),
            options.log(),
            options.snapshots(),
            options.seed());
    assertThatThrownBy(() -> Engine.open(other, InstantSource.system(), new SimpleMeterRegistry()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("another schema");
  }
}
