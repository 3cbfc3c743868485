package dev.dolmen.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Timestamp;
import dev.dolmen.parameterstore.snapshot.SnapshotStore;
import dev.dolmen.trainer.impressions.Outcome;
import dev.dolmen.trainer.snapshot.SnapshotFile;
import dev.dolmen.trainer.snapshot.SnapshotOptions;
import dev.dolmen.trainer.validation.ClickFigures;
import dev.dolmen.v1.FeedbackEvent;
import dev.dolmen.v1.Impression;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Impressions through a whole engine: what is learned from them, and what a restart does. */
class EngineImpressionsTest {
  private static final int SHOWN = 5;
  private static final int LEARNED_VISITS = 9_000;
  private static final int JUDGED_VISITS = 2_000;

  @TempDir Path directory;

  private final Shop shop = new Shop(100, 3);
  private final SplittableRandom random = new SplittableRandom(11);
  private final List<FeedbackEvent> late = new ArrayList<>();
  private int requests;
  private long expectedRecords;

  private static EngineOptions options(Path data, double negativeRate, int keep) {
    EngineOptions o = Shop.options(data);
    return o.with(e ->
        e.training(o.training().with(t -> t.negativeRate(negativeRate)))
            .sessions(o.sessions().with(s -> s.maxLateImpressions(2_000)))
            .snapshots(
                SnapshotOptions.defaults()
                    .with(s ->
                        s.intervalSec(0)
                            .keep(keep)
                            .maxDeltas(1)
                            .compactShare(0.1)
                            .copyBytes(1L << 20))));
  }

  private static Engine open(Path data, double negativeRate) throws IOException {
    return Engine.open(
        options(data, negativeRate, 1), InstantSource.system(), new SimpleMeterRegistry());
  }

  private void fill(Engine engine) {
    for (int i = 0; i < shop.items; i++) {
      engine.ingest().upsert(shop.item(i));
      expectedRecords++;
    }
  }

  /** A click on an item shown is likely in the session's cluster, and less so further down. */
  private static double chance(int cluster, int item, int position) {
    return (item / Shop.CLUSTER == cluster ? 0.5 : 0.02) / (1 + position / 2);
  }

  /** Visits; after each a recommendation, which is clicked as {@link #chance} says. */
  private void traffic(Engine engine, int visits) throws InterruptedException {
    for (int v = 0; v < visits; v++) {
      List<FeedbackEvent> visit = shop.visit();
      log(engine, visit);
      FeedbackEvent last = visit.getLast();
      int cluster = Integer.parseInt(last.getItemId().substring(5)) / Shop.CLUSTER;
      Impression.Builder shown =
          Impression.newBuilder()
              .setRequestId("request-" + requests++)
              .setSessionId(last.getSessionId())
              .setTime(last.getTime());
      List<FeedbackEvent> clicks = new ArrayList<>();
      for (int position = 0; position < SHOWN; position++) {
        int item = random.nextInt(2) * Shop.CLUSTER + random.nextInt(Shop.CLUSTER);
        item = (cluster * Shop.CLUSTER + item) % shop.items;
        shown.addItemId(Shop.id(item));
        if (random.nextDouble() < chance(cluster, item, position)) {
          clicks.add(
              shop.click(last.getSessionId(), item).toBuilder()
                  .setRequestId(shown.getRequestId())
                  .build());
        }
      }
      impression(engine, shown.build());
      if (v % 10 == 9) {
        late.addAll(clicks);
      } else {
        log(engine, clicks);
      }
    }
    publish(engine, shop.visit());
  }

  private void impression(Engine engine, Impression impression) {
    engine.ingest().impression(impression);
    expectedRecords++;
    // Logged by a thread of its own; the queue is short.
    while (engine.progress().loggedRecords() < expectedRecords) {
      LockSupport.parkNanos(20_000);
    }
  }

  private long log(Engine engine, List<FeedbackEvent> events) throws InterruptedException {
    long last = 0;
    for (FeedbackEvent event : events) {
      engine.ingest().awaitCapacity();
      last = engine.ingest().publish(event).offset();
      expectedRecords++;
    }
    return last;
  }

  private void publish(Engine engine, List<FeedbackEvent> events) throws InterruptedException {
    assertThat(engine.ingest().awaitApplied(log(engine, events), Patience.FAR)).isTrue();
  }

  /**
   * Learned from all that was not clicked, and from a fifth of it: the chances are those of all
   * that was shown. Calibrated over the later part, when the model has learned something: recent
   * figures begin anew with a start.
   */
  @ParameterizedTest
  @ValueSource(doubles = {1, 0.2})
  void chancesOfClicksAreCalibrated(double negativeRate) throws Exception {
    try (Engine engine = open(directory, negativeRate)) {
      fill(engine);
      traffic(engine, LEARNED_VISITS);
      engine.snapshot();
    }
    try (Engine engine = open(directory, negativeRate)) {
      expectedRecords = engine.progress().loggedRecords();
      traffic(engine, JUDGED_VISITS);
      ClickFigures recent = engine.status().clicks().window();
      assertThat(engine.status().progress().failure()).isNull();
      assertThat(recent.auc()).isGreaterThan(0.8);
      assertThat(recent.meanChance())
          .isBetween(0.85 * recent.clickRate(), 1.15 * recent.clickRate());
      // Where signals tell the next item, sessions' vectors learn less of what is clicked.
      assertThat(recent.calibrationError()).isLessThan(negativeRate < 1 ? 0.05 : 0.035);
      assertThat(recent.curve()).hasSizeGreaterThanOrEqualTo(10);
    }
  }

  @Test
  void aRestartInTheMiddleOfAWindowChangesNothing() throws Exception {
    long undisturbed;
    Path data = directory.resolve("a");
    try (Engine engine = open(data, 0.5)) {
      fill(engine);
      traffic(engine, 200);
      engine.snapshot();
      traffic(engine, 50);
      // Impressions of before the snapshot, waiting in it or read back from the log.
      publish(engine, late);
      late.clear();
      traffic(engine, 50);
      engine.snapshot();
      traffic(engine, 20);
      publish(engine, late);
      undisturbed = engine.stateHash();
      var joiner = engine.status().stream().joiner();
      assertThat(joiner.waiting()).isPositive();
      assertThat(joiner.late()).isPositive();
      assertThat(joiner.of(Outcome.LATE)).isPositive();
      assertThat(joiner.of(Outcome.UNREADABLE)).isZero();
      assertThat(joiner.of(Outcome.LEARNED_CLICKS)).isPositive();
      EngineRecoveryTest.copy(data, directory.resolve("b"));
    }
    try (Engine killed = open(directory.resolve("b"), 0.5)) {
      assertThat(killed.stateHash()).isEqualTo(undisturbed);
    }
  }

  /** Snapshots let go of the log, but not of what a late click needs. */
  @Test
  void theLogIsKeptForLateClicks() throws Exception {
    try (Engine engine = open(directory, 1)) {
      fill(engine);
      publish(engine, shop.visit());
      FeedbackEvent seen = shop.click("s", 1);
      publish(engine, List.of(seen));
      impression(engine, shown("needed", "s", seen.getTime()));
      grow(engine);
      FeedbackEvent click = shop.click("s", 2).toBuilder().setRequestId("needed").build();
      publish(engine, List.of(click));
      var joiner = engine.status().stream().joiner();
      assertThat(joiner.of(Outcome.LATE)).isEqualTo(1);
      assertThat(joiner.of(Outcome.UNREADABLE)).isZero();
      assertThat(joiner.of(Outcome.LEARNED_CLICKS)).isEqualTo(1);
    }
  }

  private static Impression shown(String request, String session, Timestamp time) {
    return Impression.newBuilder()
        .setRequestId(request)
        .setSessionId(session)
        .setTime(time)
        .addItemId(Shop.id(1))
        .addItemId(Shop.id(2))
        .build();
  }

  /** Several files of the log, over more than a window of time, with snapshots. */
  private void grow(Engine engine) throws Exception {
    String padding = "x".repeat(200);
    for (int i = 0; i < 4; i++) {
      List<FeedbackEvent> events = new ArrayList<>();
      for (int j = 0; j < 4_000; j++) {
        events.add(
            shop.click("p" + i + "-" + j % 100, j % shop.items).toBuilder()
                .setUserId(padding)
                .build());
      }
      publish(engine, events);
      engine.snapshot();
    }
    try (Stream<Path> files = Files.list(directory.resolve("log"))) {
      assertThat(files.filter(file -> file.toString().endsWith(".cq4")).count()).isGreaterThan(2);
    }
  }

  /** A directory made of a snapshot alone has no log of before it. */
  @Test
  void aLateClickInADirectoryWithoutThatLogIsCounted() throws Exception {
    Path data = directory.resolve("a");
    Path restored = directory.resolve("b");
    FeedbackEvent seen = shop.click("s", 1);
    try (Engine engine = open(data, 1)) {
      fill(engine);
      publish(engine, List.of(seen));
      impression(engine, shown("gone", "s", seen.getTime()));
      for (int i = 0; i < 250; i++) {
        log(engine, shop.visit());
      }
      publish(engine, shop.visit());
      assertThat(engine.status().stream().joiner().late()).isEqualTo(1);
    }
    SnapshotStore store = SnapshotStore.openReadOnly(data.resolve("snapshots"));
    new SnapshotFile(store.open(store.ids().getLast())).restoreTo(restored, bytes -> {});
    try (Engine engine = open(restored, 1)) {
      publish(engine, List.of(shop.click("s", 2).toBuilder().setRequestId("gone").build()));
      assertThat(engine.status().stream().joiner().of(Outcome.UNREADABLE)).isEqualTo(1);
      assertThat(engine.status().progress().failure()).isNull();
    }
  }

  @Test
  void aSessionThatFloodsAnItemIsCapped() throws Exception {
    try (Engine engine = open(directory, 1)) {
      fill(engine);
      List<FeedbackEvent> flood = new ArrayList<>();
      for (int i = 0; i < 300; i++) {
        flood.add(shop.click("bot", 7));
      }
      publish(engine, flood);
      EngineStatus status = engine.status();
      assertThat(status.learning().events()).isEqualTo(300);
      // Of 8 events that are kept of a session, 4 may be alike.
      assertThat(status.learning().floodedEvents()).isEqualTo(300 - 4);
      publish(engine, List.of(shop.click("bot", 8), shop.click("bot", 7), shop.click("bot", 9)));
      assertThat(engine.status().learning().floodedEvents()).isEqualTo(300 - 4 + 1);
    }
  }
}
