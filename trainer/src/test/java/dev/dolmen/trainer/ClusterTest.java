package dev.dolmen.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dolmen.model.kernel.Kernels;
import dev.dolmen.trainer.ingest.PublishInFlight;
import dev.dolmen.trainer.log.KafkaBroker;
import dev.dolmen.trainer.log.KafkaLogOptions;
import dev.dolmen.trainer.log.LogFactory;
import dev.dolmen.trainer.log.LogOptions;
import dev.dolmen.trainer.session.SessionHistory;
import dev.dolmen.trainer.state.StreamPart;
import dev.dolmen.trainer.sync.Lead;
import dev.dolmen.trainer.sync.ParameterTopic;
import dev.dolmen.trainer.sync.Sync;
import dev.dolmen.trainer.sync.SyncOptions;
import dev.dolmen.trainer.sync.SyncReader;
import dev.dolmen.v1.FeedbackEvent;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Trainers and servers on one log and one parameter topic, on a real broker. */
@Timeout(value = 240, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // Else it waits for ever.
class ClusterTest {
  private static final Duration KAFKA_TIMEOUT = Duration.ofSeconds(30);

  @TempDir static Path brokerDirectory;
  private static KafkaBroker broker;

  @TempDir Path directory;

  private final Shop shop = new Shop(200, 3);
  private final List<AutoCloseable> opened = new ArrayList<>();
  private KafkaLogOptions kafka;
  private SyncOptions sync;

  @BeforeAll
  static void startBroker() throws Exception {
    broker = KafkaBroker.start(brokerDirectory);
  }

  @AfterAll
  static void stopBroker() {
    broker.close();
  }

  @BeforeEach
  void name() {
    kafka = broker.options(KAFKA_TIMEOUT);
    sync = SyncOptions.defaults().with(s -> s.intervalMs(50).takeoverMs(1_500));
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : opened.reversed()) {
      each.close();
    }
  }

  private EngineOptions options(String name) {
    EngineOptions o = Shop.options(directory.resolve(name));
    LogOptions log = o.log().with(l -> l.kind(LogOptions.Kind.KAFKA).kafka(kafka));
    return o.with(e -> e.log(log));
  }

  private Engine trainer(String name) throws IOException {
    Engine trainer =
        Engine.startTrainer(
            options(name),
            sync,
            InstantSource.system(),
            new SimpleMeterRegistry(),
            LogFactory.SHARED);
    opened.add(trainer);
    return trainer;
  }

  private Follower server(String name) throws IOException {
    Follower server =
        Follower.start(
            options(name),
            sync,
            InstantSource.system(),
            new SimpleMeterRegistry(),
            LogFactory.SHARED);
    opened.add(server);
    return server;
  }

  private static void await(Follower server) throws Exception {
    server.ready().get(Patience.FAR.toSeconds(), TimeUnit.SECONDS);
  }

  private void fill(Follower server) {
    for (int i = 0; i < shop.items; i++) {
      var _ = server.ingest().beginUpsert(shop.item(i));
    }
    server.ingest().upsert(shop.item(0));
  }

  /** Publishes visits, one event at one server, the next at the other. */
  private List<FeedbackEvent> traffic(int visits, Follower... servers) {
    List<FeedbackEvent> events = new ArrayList<>();
    List<PublishInFlight> inFlight = new ArrayList<>();
    for (int v = 0; v < visits; v++) {
      for (FeedbackEvent event : shop.visit()) {
        inFlight.add(servers[events.size() % servers.length].ingest().beginPublish(event));
        events.add(event);
      }
    }
    inFlight.forEach(PublishInFlight::await);
    return events;
  }

  private static void settle(Engine trainer, Follower... servers) throws Exception {
    long end =
        Arrays.stream(servers).mapToLong(s -> s.status().progress().logOffset()).max().orElse(0);
    Patience.await(
        "learned up to " + end, () -> trainer.live().published().learnedLogOffset() >= end);
    for (Follower server : servers) {
      ParametersHash[] last = new ParametersHash[2];
      Patience.await(
          "equal",
          () -> {
            try {
              last[0] = trainer.parametersHash();
            } catch (InterruptedException e) {
              throw new IllegalStateException(e);
            }
            last[1] = server.parametersHash();
            return last[0].equals(last[1]);
          });
      assertThat(last[1].modelVersion()).isPositive();
    }
  }

  /** All that a server derives from the log by itself, as a snapshot would have it. */
  private static byte[] streamBytes(Follower server) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (StreamPart part : server.stream().parts()) {
      part.copy().writeTo(new DataOutputStream(bytes));
    }
    return bytes.toByteArray();
  }

  /** It answers nobody; and what yields to all others of its machine is soon far behind them. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void aTrainerYieldsToNobody() throws Exception {
    try (Engine _ = trainer("trainer")) {
      assertThat(EngineThreadsTest.nicenessOfThreads())
          .containsEntry("dolmen-trainer", EngineThreadsTest.nicenessOfProcess());
    }
  }

  @Test
  void serversHoldWhatTheTrainerHoldsToTheBit() throws Exception {
    Engine trainer = trainer("t");
    trainer.awaitReplayed();
    Follower a = server("a");
    Follower b = server("b");
    await(a);
    await(b);
    fill(a);
    Patience.await("items at b", () -> b.live().catalog().size() == shop.items);
    List<FeedbackEvent> events = traffic(150, a, b);
    settle(trainer, a, b);
    assertThat(trainer.status().learning().events()).isEqualTo(events.size());
    assertThat(a.status().learning().events()).isEqualTo(events.size());
    // One that begins later, in the middle of the traffic, with a base and what came since.
    Follower c = server("c");
    events.addAll(traffic(50, a, b));
    await(c);
    settle(trainer, a, b, c);
    assertThat(c.live().sessions().size()).isEqualTo(a.live().sessions().size());
    assertThat(streamBytes(c)).isEqualTo(streamBytes(a)).isEqualTo(streamBytes(b));
    Patience.await("popular", () -> Arrays.equals(b.live().popular(), a.live().popular()));
    assertThat(b.stalenessMs()).isZero();
  }

  @Test
  void anEventThatTwoServersTakeIsAppliedOnce() throws Exception {
    Engine trainer = trainer("t");
    trainer.awaitReplayed();
    Follower a = server("a");
    Follower b = server("b");
    await(a);
    await(b);
    fill(a);
    Patience.await("items at b", () -> b.live().catalog().size() == shop.items);
    FeedbackEvent click = shop.click("twice", 1);
    PublishInFlight first = a.ingest().beginPublish(click);
    PublishInFlight second = b.ingest().beginPublish(click);
    first.await();
    second.await();
    settle(trainer, a, b);
    assertThat(trainer.status().learning().events()).isEqualTo(1);
    for (Follower server : List.of(a, b)) {
      SessionHistory session = server.live().sessions().get(click.getSessionId());
      assertThat(Objects.requireNonNull(session).length()).isEqualTo(1);
    }
  }

  @Test
  void whatOneServerTakesShowsAtAnotherThoughNoTrainerIsThere() throws Exception {
    Engine trainer = trainer("t");
    trainer.awaitReplayed();
    Follower a = server("a");
    Follower b = server("b");
    await(a);
    await(b);
    fill(a);
    traffic(20, a);
    settle(trainer, a, b);
    trainer.abandon();
    opened.remove(trainer);
    FeedbackEvent click = shop.click("alone", 1);
    a.ingest().publish(click);
    Patience.await("the click", () -> b.live().sessions().get(click.getSessionId()) != null);
    a.ingest().upsert(shop.item(7).toBuilder().setItemId("new").build());
    Patience.await("the new item", () -> b.live().catalog().indexOf("new") >= 0);
    int item = b.live().catalog().indexOf("new");
    Patience.await("its vector", () -> b.live().vectors().contains(item));
    a.ingest().delete("new");
    Patience.await("the deletion", () -> b.live().catalog().indexOf("new") < 0);
    Patience.await("staleness", () -> b.stalenessMs() > 100);
  }

  @Test
  void aTrainerThatStandsByTakesOverWithTheSameState() throws Exception {
    Engine first = trainer("t1");
    first.awaitReplayed();
    Engine second = trainer("t2");
    Patience.await("stands by", second::standsBy);
    Follower a = server("a");
    await(a);
    fill(a);
    List<FeedbackEvent> events = traffic(100, a);
    settle(first, a);
    first.abandon();
    opened.remove(first);
    events.addAll(traffic(50, a));
    second.awaitReplayed();
    ClusterFigures figures = Objects.requireNonNull(second.cluster());
    assertThat(figures.leads()).isTrue();
    assertThat(figures.epoch()).isEqualTo(2);
    settle(second, a);
    assertThat(second.status().learning().events()).isEqualTo(events.size());
    assertThat(a.cluster().epoch()).isEqualTo(2);
    assertThat(a.failure()).isNull();
  }

  @Test
  void aTrainerThatWasShutOutEnds() throws Exception {
    Engine first = trainer("t1");
    first.awaitReplayed();
    Follower a = server("a");
    await(a);
    fill(a);
    traffic(30, a);
    settle(first, a);
    // As one that finds the first silent does, which may only have been paused.
    SyncOptions impatient = sync.with(s -> s.takeoverMs(1_000));
    try (ParameterTopic topic = ParameterTopic.open(kafka, impatient)) {
      Lead.take(topic).close();
    }
    traffic(10, a);
    assertThat(first.failed().get(Patience.FAR.toSeconds(), TimeUnit.SECONDS))
        .startsWith("another trainer leads")
        .doesNotContain("Exception:");
    assertThat(Objects.requireNonNull(first.cluster()).leads()).isFalse();
    opened.remove(first);
    first.abandon();
    Engine next = trainer("t1");
    next.awaitReplayed();
    settle(next, a);
  }

  /** Else a server that was away meanwhile would have to begin again. */
  @Test
  void aBaseTellsOfBatchesThatOnlyASnapshotHolds() throws Exception {
    Engine first = trainer("t1");
    first.awaitReplayed();
    Follower a = server("a");
    await(a);
    fill(a);
    traffic(60, a);
    settle(first, a);
    long batches = first.status().progress().modelVersion();
    assertThat(batches).isGreaterThan(1);
    var _ = first.snapshot();
    first.close();
    opened.remove(first);
    Engine next = trainer("t1");
    next.awaitReplayed();
    traffic(10, a);
    settle(next, a);
    List<Sync> syncs = new ArrayList<>();
    try (ParameterTopic topic = ParameterTopic.open(kafka, sync);
        SyncReader reader = new SyncReader(topic)) {
      reader.readToEnd(syncs::add);
    }
    Sync base = syncs.getFirst();
    assertThat(base.epoch()).isEqualTo(2);
    assertThat(base.head().getBase()).isTrue();
    assertThat(base.head().getKernels()).isEqualTo(Kernels.best().name());
    assertThat(base.head().getBatches()).isGreaterThanOrEqualTo(batches);
    assertThat(base.ends().getFirst().number()).isEqualTo(1);
    assertThat(base.ends().getLast().number()).isEqualTo(base.head().getBatches());
  }

  @Test
  void anotherModelIsRefused() throws Exception {
    Engine trainer = trainer("t");
    trainer.awaitReplayed();
    EngineOptions other =
        options("a").with(o -> o.model(options("a").model().with(m -> m.width(16))));
    Follower server =
        Follower.start(
            other, sync, InstantSource.system(), new SimpleMeterRegistry(), LogFactory.SHARED);
    opened.add(server);
    assertThat(server.failed().get(Patience.FAR.toSeconds(), TimeUnit.SECONDS))
        .contains("the trainer's model or schema is another");
    assertThatThrownBy(() -> server.ready().get(1, TimeUnit.SECONDS)).isNotNull();
  }
}
