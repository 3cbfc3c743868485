package dev.dolmen.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dolmen.parameterstore.store.TableFactory;
import dev.dolmen.trainer.ingest.Ingest;
import dev.dolmen.trainer.ingest.PublishResult;
import dev.dolmen.trainer.ingest.ReplayProgress;
import dev.dolmen.trainer.log.LogUnavailableException;
import dev.dolmen.trainer.log.WatchedLog;
import dev.dolmen.trainer.snapshot.SnapshotInfo;
import dev.dolmen.trainer.snapshot.SnapshotSchedule;
import dev.dolmen.v1.FeedbackEvent;
import dev.dolmen.v1.Impression;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What can be had from an engine while it learns again what its log holds. */
class EngineReplayTest {

  @TempDir Path directory;
  private final Shop shop = new Shop(60, 11);

  /** Batches of the snapshot; the log's offset there, in the middle of the rest, and at the end. */
  private long snapshotVersion;

  private long middle;
  private long undisturbed;

  @BeforeEach
  void leaveALogToReplay() throws Exception {
    Engine engine =
        Engine.open(Shop.options(directory), InstantSource.system(), new SimpleMeterRegistry());
    for (int i = 0; i < shop.items; i++) {
      engine.ingest().upsert(shop.item(i));
    }
    visits(engine, 20);
    snapshotVersion = engine.snapshot().modelVersion();
    middle = visits(engine, 40);
    engine.ingest().upsert(shop.item(shop.items));
    visits(engine, 40);
    undisturbed = engine.stateHash();
    engine.abandon();
  }

  private long visits(Engine engine, int visits) throws InterruptedException {
    long last = 0;
    for (int v = 0; v < visits; v++) {
      for (FeedbackEvent event : shop.visit()) {
        last = engine.ingest().publish(event).offset();
      }
    }
    assertThat(engine.ingest().awaitApplied(last, Patience.FAR)).isTrue();
    return last;
  }

  private Engine start(WatchedLog log) throws IOException {
    return Engine.start(
        Shop.options(directory),
        InstantSource.system(),
        new SimpleMeterRegistry(),
        TableFactory.COLLISIONLESS,
        log);
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(Patience.FAR.toSeconds(), TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void theSnapshotIsReadAndNothingIsTakenUntilTheLogIsReplayed() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    Engine engine =
        start(
            new WatchedLog(offset -> {
              await(go);
              if (offset > middle) {
                await(goOn);
              }
            }));
    assertThat(engine.hasModel()).isTrue();
    assertThat(engine.live().published().modelVersion()).isEqualTo(snapshotVersion);
    assertThat(engine.live().sessions().get("visit-3")).isNotNull();
    assertThat(engine.live().sessions().get("visit-30")).isNull();
    refusesEverything(engine);
    go.countDown();
    assertThat(engine.ingest().awaitApplied(middle, Patience.FAR)).isTrue();
    assertThat(engine.live().published().modelVersion()).isGreaterThan(snapshotVersion);
    assertThat(engine.live().sessions().get("visit-30")).isNotNull();
    assertThat(engine.live().sessions().get("visit-70")).isNull();
    ReplayProgress replay = Objects.requireNonNull(engine.status().progress().replay());
    assertThat(replay.records()).isBetween(1L, replay.totalRecords() - 1);
    refusesEverything(engine);
    goOn.countDown();
    engine.awaitReplayed();
    assertThat(engine.status().progress().replay()).isNull();
    assertThat(engine.stateHash()).isEqualTo(undisturbed);
    assertThat(engine.status().progress().lagRecords()).isZero();
    FeedbackEvent again = shop.click("visit-3", 1).toBuilder().setEventId("event-0").build();
    assertThat(engine.ingest().publish(again).status()).isEqualTo(PublishResult.Status.DUPLICATE);
    assertThat(engine.ingest().knows(Shop.id(shop.items))).isTrue();
    assertThat(engine.ingest().mayCome("none")).isFalse();
    visits(engine, 1);
    engine.close();
  }

  private void refusesEverything(Engine engine) {
    Ingest ingest = engine.ingest();
    for (Callable<?> write :
        new Callable<?>[] {
          () -> ingest.publish(shop.click("s", 1)),
          () -> ingest.upsert(shop.item(1)),
          () -> ingest.delete(Shop.id(1))
        }) {
      assertThatThrownBy(write::call)
          .isInstanceOf(LogUnavailableException.class)
          .hasMessageContaining("the log is being replayed");
    }
    // It may be among what is not replayed yet.
    assertThat(ingest.mayCome(Shop.id(shop.items))).isTrue();
  }

  /** What was shown meanwhile stands behind all that is replayed. */
  @Test
  void impressionsAreLoggedDuringTheReplay() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    Engine engine = start(new WatchedLog(offset -> await(go)));
    long end = engine.status().progress().logOffset();
    engine
        .ingest()
        .impression(
            Impression.newBuilder().setRequestId("r").setSessionId("s").addItemId("i").build());
    go.countDown();
    engine.close();
    try (Engine next =
        Engine.open(Shop.options(directory), InstantSource.system(), new SimpleMeterRegistry())) {
      assertThat(next.status().progress().logOffset()).isGreaterThan(end);
      assertThat(next.status().progress().learnedLogOffset())
          .isEqualTo(next.status().progress().logOffset());
    }
  }

  /** It says where in the journal it stood: what it lacks is replayed on top of it. */
  @Test
  void aSnapshotInTheMiddleOfTheReplayIsOneToStartFrom() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    CompletableFuture<Engine> replaying = new CompletableFuture<>();
    CompletableFuture<Future<SnapshotSchedule.Request>> asked = new CompletableFuture<>();
    Engine engine =
        start(
            new WatchedLog(offset -> {
              await(go);
              Engine e = replaying.join();
              if (offset > middle && !asked.isDone()) {
                asked.complete(
                    e.requests()
                        .atBarrier(() ->
                            e.schedule().request(e.step().nowUs(), e.step().position(), true)));
              }
            }));
    replaying.complete(engine);
    go.countDown();
    engine.awaitReplayed();
    assertThat(engine.stateHash()).isEqualTo(undisturbed);
    SnapshotInfo taken = asked.join().get().written().get().info();
    assertThat(taken.modelVersion())
        .isGreaterThan(snapshotVersion)
        .isLessThan(engine.status().progress().modelVersion());
    engine.abandon();
    try (Engine next =
        Engine.open(Shop.options(directory), InstantSource.system(), new SimpleMeterRegistry())) {
      assertThat(next.stateHash()).isEqualTo(undisturbed);
    }
  }

  @Test
  void aStopDuringTheReplayKeepsWhatWasReplayed() throws Exception {
    CompletableFuture<Engine> replaying = new CompletableFuture<>();
    CountDownLatch go = new CountDownLatch(1);
    Engine engine =
        start(
            new WatchedLog(offset -> {
              await(go);
              if (offset > middle) {
                replaying.join().requests().stopWhenLearned(0);
              }
            }));
    replaying.complete(engine);
    go.countDown();
    assertThatThrownBy(engine::awaitReplayed)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("closed during the replay");
    long version = engine.status().progress().modelVersion();
    engine.close();
    assertThat(version).isGreaterThan(snapshotVersion);
    try (Engine next =
        Engine.open(Shop.options(directory), InstantSource.system(), new SimpleMeterRegistry())) {
      SnapshotInfo restored = Objects.requireNonNull(next.status().latestSnapshot());
      assertThat(restored.modelVersion()).isEqualTo(version);
      assertThat(next.status().progress().modelVersion()).isGreaterThan(version);
      assertThat(next.stateHash()).isEqualTo(undisturbed);
    }
  }
}
