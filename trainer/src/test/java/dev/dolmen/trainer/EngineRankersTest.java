package dev.dolmen.trainer;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Timestamp;
import dev.dolmen.parameterstore.store.TableFactory;
import dev.dolmen.trainer.alternatives.Arm;
import dev.dolmen.trainer.alternatives.ArmFigures;
import dev.dolmen.trainer.alternatives.ExperimentOptions;
import dev.dolmen.trainer.alternatives.FallbackOptions;
import dev.dolmen.trainer.alternatives.RankerFigures;
import dev.dolmen.trainer.alternatives.RankerKind;
import dev.dolmen.trainer.alternatives.RankerOptions;
import dev.dolmen.trainer.alternatives.RankerReader;
import dev.dolmen.trainer.alternatives.RankingOptions;
import dev.dolmen.trainer.log.FeedbackLog;
import dev.dolmen.trainer.log.LogFactory;
import dev.dolmen.v1.FeedbackEvent;
import dev.dolmen.v1.Impression;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Baselines and experiments beside a whole engine. */
class EngineRankersTest {
  private static final RankingOptions RANKING =
      new RankingOptions(
          new ExperimentOptions(
              "spring",
              List.of(
                  new Arm("control", 0.5, RankerKind.DOLMEN),
                  new Arm("simple", 0.5, RankerKind.BLEND))),
          new FallbackOptions(RankerKind.VMIS_KNN, 100, 0),
          new RankerOptions(1_000, 64, 100_000, 0.5),
          Set.of());

  @TempDir Path directory;

  private final Shop shop = new Shop(100, 3);
  private long records;

  private static EngineOptions options(Path data) {
    return Shop.options(data).with(o -> o.ranking(RANKING));
  }

  private static Engine open(EngineOptions options) throws IOException {
    return Engine.open(options, InstantSource.system(), new SimpleMeterRegistry());
  }

  private void fill(Engine engine) {
    for (int i = 0; i < shop.items; i++) {
      engine.ingest().upsert(shop.item(i));
      records++;
    }
  }

  private void visits(Engine engine, int n) throws InterruptedException {
    long last = 0;
    for (int v = 0; v < n; v++) {
      for (FeedbackEvent event : shop.visit()) {
        last = engine.ingest().publish(event).offset();
        records++;
      }
    }
    assertThat(engine.ingest().awaitApplied(last, Patience.FAR)).isTrue();
  }

  private static Map<Integer, Float> ask(Engine engine, RankerKind kind) {
    RankerReader reader = engine.rankers().reader();
    reader.begin("");
    reader.add(engine.live().catalog().indexOf(Shop.id(14)), 0);
    reader.add(engine.live().catalog().indexOf(Shop.id(15)), 0);
    int n = reader.rank(kind, 1_000);
    Map<Integer, Float> answer = new TreeMap<>();
    for (int i = 0; i < n; i++) {
      answer.put(reader.item(i), reader.score(i));
    }
    return answer;
  }

  private static RankerFigures figures(Engine engine, RankerKind kind) {
    return engine.rankers().figures().stream()
        .filter(figures -> figures.kind() == kind)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void nothingOfTheStateDependsOnThem() throws Exception {
    Path data = directory.resolve("a");
    long with;
    try (Engine engine = open(options(data))) {
      fill(engine);
      visits(engine, 150);
      engine.ingest().delete(Shop.id(3));
      visits(engine, 150);
      with = engine.stateHash();
      EngineRecoveryTest.copy(data, directory.resolve("b"));
      RankerFigures blend = figures(engine, RankerKind.BLEND);
      assertThat(blend.clicks()).isGreaterThan(600);
      assertThat(blend.ranking().predictions()).isGreaterThan(100);
      assertThat(blend.ranking().recallAt20()).isGreaterThan(0.5);
    }
    try (Engine engine = open(Shop.options(directory.resolve("b")))) {
      assertThat(engine.stateHash()).isEqualTo(with);
      assertThat(engine.rankers().figures()).isEmpty();
      assertThat(engine.arms()).isEmpty();
    }
  }

  @Test
  void aStartLearnsTheKeptLogAgain() throws Exception {
    Path data = directory.resolve("a");
    Map<Integer, Float> before;
    try (Engine engine = open(options(data))) {
      fill(engine);
      visits(engine, 200);
      before = ask(engine, RankerKind.BLEND);
      assertThat(before).isNotEmpty();
    }
    // A snapshot holds it all: nothing is replayed.
    try (Engine engine = open(options(data))) {
      assertThat(engine.status().latestSnapshot()).isNotNull();
      assertThat(ask(engine, RankerKind.BLEND)).isEqualTo(before);
      visits(engine, 50);
      before = ask(engine, RankerKind.BLEND);
      engine.abandon();
    }
    // One part before the snapshot, the other replayed.
    try (Engine engine = open(options(data))) {
      assertThat(ask(engine, RankerKind.BLEND)).isEqualTo(before);
    }
  }

  /** No record begins so; it is in quarantine, and what is behind it was learned. */
  @Test
  void aRecordThatCannotBeDecodedEndsNothing() throws Exception {
    Path data = directory.resolve("a");
    AtomicReference<FeedbackLog> log = new AtomicReference<>();
    LogFactory kept =
        (logged, options) -> {
          FeedbackLog opened = LogFactory.CONFIGURED.open(logged, options);
          log.set(opened);
          return opened;
        };
    Map<Integer, Float> before;
    try (Engine engine =
        Engine.open(
            options(data),
            InstantSource.system(),
            new SimpleMeterRegistry(),
            TableFactory.COLLISIONLESS,
            kept)) {
      fill(engine);
      visits(engine, 100);
      var _ = requireNonNull(log.get()).begin(new byte[] {0x2f, 1, 2, 3}).await();
      visits(engine, 100);
      before = ask(engine, RankerKind.BLEND);
    }
    try (Engine engine = open(options(data))) {
      assertThat(ask(engine, RankerKind.BLEND)).isEqualTo(before);
    }
  }

  @Test
  void historyThatLeftNoLogIsLearnedFromItsSessions() throws Exception {
    Path data = directory.resolve("a");
    try (HistoryTraining training = HistoryTraining.open(options(data), InstantSource.system())) {
      for (int i = 0; i < shop.items; i++) {
        training.upsert(shop.item(i));
      }
      for (int v = 0; v < 200; v++) {
        shop.visit().forEach(training::learn);
      }
      training.endPass();
      training.snapshot();
    }
    try (Engine engine = open(options(data))) {
      long clicks = figures(engine, RankerKind.VMIS_KNN).clicks();
      assertThat(clicks).isGreaterThan(300);
      assertThat(ask(engine, RankerKind.VMIS_KNN)).isNotEmpty();
      visits(engine, 1);
      engine.snapshot();
    }
    // Of the log now, and of the sessions that are older than it.
    try (Engine engine = open(options(data))) {
      assertThat(ask(engine, RankerKind.VMIS_KNN)).isNotEmpty();
      assertThat(figures(engine, RankerKind.VMIS_KNN).clicks()).isGreaterThan(300);
    }
  }

  /** Visits that are hours apart: the snapshot remembers those of its last day alone. */
  @Test
  void historyOfManyDaysIsKnownToBaselinesAsIfItHadBeenLogged() throws Exception {
    List<FeedbackEvent> events = new ArrayList<>();
    for (int v = 0; v < 200; v++) {
      for (FeedbackEvent event : shop.visit()) {
        events.add(later(event, v * 36_000L));
      }
    }
    Path data = directory.resolve("history");
    try (HistoryTraining training = HistoryTraining.open(options(data), InstantSource.system())) {
      for (int pass = 0; pass < 2; pass++) {
        if (pass > 0) {
          training.beginPass();
        }
        for (int i = 0; i < shop.items; i++) {
          training.upsert(shop.item(i));
        }
        events.forEach(training::learn);
        training.endPass();
      }
      training.snapshot();
    }
    Map<Integer, Float> logged;
    try (Engine engine = open(options(directory.resolve("live")))) {
      fill(engine);
      long last = 0;
      for (FeedbackEvent event : events) {
        last = engine.ingest().publish(event).offset();
      }
      assertThat(engine.ingest().awaitApplied(last, Patience.FAR)).isTrue();
      logged = ask(engine, RankerKind.VMIS_KNN);
    }
    assertThat(logged).isNotEmpty();
    try (Engine engine = open(options(data))) {
      assertThat(figures(engine, RankerKind.VMIS_KNN).clicks()).isEqualTo(events.size());
      assertThat(ask(engine, RankerKind.VMIS_KNN)).isEqualTo(logged);
      // What comes now is learned on top of it, and again after a restart; nothing twice.
      events.add(later(shop.click("another visit", 14), 200 * 36_000L));
      long last = engine.ingest().publish(events.getLast()).offset();
      assertThat(engine.ingest().awaitApplied(last, Patience.FAR)).isTrue();
      engine.snapshot();
    }
    try (Engine engine = open(options(data))) {
      assertThat(figures(engine, RankerKind.VMIS_KNN).clicks()).isEqualTo(events.size());
    }
  }

  private static FeedbackEvent later(FeedbackEvent event, long seconds) {
    Timestamp time = event.getTime();
    return event.toBuilder()
        .setTime(time.toBuilder().setSeconds(time.getSeconds() + seconds))
        .build();
  }

  private FeedbackEvent click(String request, int item) {
    return shop.click("visit-of-" + request, item).toBuilder().setRequestId(request).build();
  }

  private void show(Engine engine, String request, String arm) {
    engine
        .ingest()
        .impression(
            Impression.newBuilder()
                .setRequestId(request)
                .setSessionId("visit-of-" + request)
                .setTime(shop.click("x", 0).getTime())
                .setExperiment("spring")
                .setArm(arm)
                .setExperimentBucket(request.length())
                .addItemId(Shop.id(1))
                .addItemId(Shop.id(2))
                .build());
    records++;
    while (engine.progress().loggedRecords() < records) {
      LockSupport.parkNanos(100_000);
    }
  }

  private void publish(Engine engine, FeedbackEvent event) throws InterruptedException {
    long offset = engine.ingest().publish(event).offset();
    records++;
    assertThat(engine.ingest().awaitApplied(offset, Patience.FAR)).isTrue();
  }

  @Test
  void countsOfArmsGoOnAfterARestart() throws Exception {
    Path data = directory.resolve("a");
    List<ArmFigures> before;
    try (Engine engine = open(options(data))) {
      fill(engine);
      for (int i = 0; i < 6; i++) {
        show(engine, "c" + i, "control");
        show(engine, "s" + i, "simple");
      }
      show(engine, "o", "of another time");
      publish(engine, click("c0", 1));
      publish(engine, click("s0", 1));
      publish(engine, click("s0", 2));
      publish(engine, click("s0", 2));
      publish(engine, click("o", 2));
      engine.snapshot();
      // Of impressions that waited when the snapshot was taken.
      publish(engine, click("s1", 1));
      publish(engine, click("c0", 2));
      before = engine.arms();
      assertThat(before).extracting(ArmFigures::answers).containsExactly(6L, 6L);
      assertThat(before).extracting(ArmFigures::clickedAnswers).containsExactly(1L, 2L);
      assertThat(before).extracting(ArmFigures::clicks).containsExactly(2L, 3L);
      engine.abandon();
    }
    records = 0;
    try (Engine engine = open(options(data))) {
      assertThat(engine.arms()).isEqualTo(before);
      records = engine.progress().loggedRecords();
      // Their windows pass: what is clicked now comes late, and is read from the log.
      visits(engine, 400);
      publish(engine, click("s1", 2));
      publish(engine, click("c5", 2));
      assertThat(engine.arms()).extracting(ArmFigures::clickedAnswers).containsExactly(2L, 2L);
      assertThat(engine.arms()).extracting(ArmFigures::clicks).containsExactly(3L, 4L);
    }
  }
}
