package dev.dolmen.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolmen.parameterstore.archive.SnapshotArchive;
import dev.dolmen.parameterstore.archive.StoreLocation;
import dev.dolmen.parameterstore.snapshot.SnapshotStore;
import dev.dolmen.trainer.ingest.PublishInFlight;
import dev.dolmen.trainer.log.KafkaBroker;
import dev.dolmen.trainer.log.KafkaLogOptions;
import dev.dolmen.trainer.log.LogFactory;
import dev.dolmen.trainer.log.LogOptions;
import dev.dolmen.trainer.state.StreamPart;
import dev.dolmen.trainer.sync.SyncOptions;
import dev.dolmen.v1.FeedbackEvent;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Trainers and servers that begin with what a store of snapshots holds, on a real broker. */
@Timeout(value = 240, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // Else it waits for ever.
class ClusterStoreTest {
  private static final Duration KAFKA_TIMEOUT = Duration.ofSeconds(60);

  @TempDir static Path brokerDirectory;
  private static KafkaBroker broker;

  @TempDir Path directory;

  private final Shop shop = new Shop(200, 3);
  private final List<AutoCloseable> opened = new ArrayList<>();
  private KafkaLogOptions kafka;
  private SyncOptions sync;
  private StoreLocation store;

  @BeforeAll
  static void startBroker() throws Exception {
    broker = KafkaBroker.start(brokerDirectory);
  }

  @AfterAll
  static void stopBroker() {
    broker.close();
  }

  @BeforeEach
  void name() throws IOException {
    kafka = broker.options(KAFKA_TIMEOUT);
    sync = SyncOptions.defaults().with(s -> s.intervalMs(50).takeoverMs(1_500));
    Path folder = Files.createDirectories(directory.resolve("store"));
    store = new StoreLocation(folder.toString(), "", "", false, 5_000);
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
    return o.with(e -> e.log(log).snapshots(o.snapshots().with(s -> s.store(store))));
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

  private List<FeedbackEvent> traffic(int visits, Follower server) {
    List<FeedbackEvent> events = new ArrayList<>();
    List<PublishInFlight> inFlight = new ArrayList<>();
    for (int v = 0; v < visits; v++) {
      for (FeedbackEvent event : shop.visit()) {
        inFlight.add(server.ingest().beginPublish(event));
        events.add(event);
      }
    }
    inFlight.forEach(PublishInFlight::await);
    return events;
  }

  private static void settle(Engine trainer, Follower... servers) throws Exception {
    for (Follower server : servers) {
      long end = server.status().progress().logOffset();
      Patience.await("learned", () -> trainer.live().published().learnedLogOffset() >= end);
      Patience.await("equal", () -> hash(trainer).equals(server.parametersHash()));
    }
  }

  private static ParametersHash hash(Engine trainer) {
    try {
      return trainer.parametersHash();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
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

  /** Takes a snapshot and waits until it is in the store; its id there. */
  private static String stored(Engine trainer) throws Exception {
    String id = SnapshotArchive.sortingId(trainer.snapshot().id());
    Patience.await(
        "in the store",
        () -> Objects.requireNonNull(trainer.snapshotStore()).newestId().equals(id));
    return id;
  }

  private void emptyParameterTopic() throws Exception {
    TopicPartition partition = new TopicPartition(kafka.parametersTopic(), 0);
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
      admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(-1))).all().get();
    }
  }

  private void lose(Engine trainer, String name) throws IOException {
    trainer.abandon();
    SnapshotStore.deleteFiles(directory.resolve(name).resolve("snapshots"));
    SnapshotStore.deleteFiles(directory.resolve(name));
  }

  @Test
  void allBeginAgainWhereDirectoriesAndTopicAreGone() throws Exception {
    Engine first = trainer("t");
    first.awaitReplayed();
    Follower a = server("a");
    await(a);
    fill(a);
    List<FeedbackEvent> events = traffic(150, a);
    settle(first, a);
    String id = stored(first);
    long batches = first.status().progress().modelVersion();
    long epoch = Objects.requireNonNull(first.cluster()).epoch();
    events.addAll(traffic(50, a));
    lose(first, "t");
    a.close();
    emptyParameterTopic();

    // Nobody leads: what the store holds is served, and what is told is logged.
    Follower b = server("b");
    await(b);
    assertThat(b.live().published().modelVersion()).isEqualTo(batches);
    assertThat(b.live().catalog().size()).isEqualTo(shop.items);
    assertThat(directory.resolve("b/fetched")).doesNotExist();
    events.addAll(traffic(20, b));

    Engine second = trainer("t2");
    second.awaitReplayed();
    assertThat(Objects.requireNonNull(second.cluster()).epoch()).isEqualTo(epoch + 1);
    Follower c = server("c");
    await(c);
    events.addAll(traffic(20, c));
    settle(second, b, c);
    assertThat(second.status().learning().events()).isEqualTo(events.size());
    assertThat(b.status().learning().events()).isEqualTo(events.size());
    assertThat(streamBytes(b)).isEqualTo(streamBytes(c));
    assertThat(stored(second)).isGreaterThan(id);
  }

  @Test
  void ofADamagedSnapshotTheOneBeforeIsTaken() throws Exception {
    Engine first = trainer("t");
    first.awaitReplayed();
    Follower a = server("a");
    await(a);
    fill(a);
    List<FeedbackEvent> events = traffic(100, a);
    settle(first, a);
    String whole = stored(first);
    events.addAll(traffic(50, a));
    settle(first, a);
    Path newest = directory.resolve("store/snapshots").resolve(stored(first));
    Files.writeString(newest, Files.readString(newest).replace("piece", "peace"));
    lose(first, "t");
    emptyParameterTopic();

    Engine second = trainer("t2");
    assertThat(second.hasModel()).isTrue();
    assertThat(Objects.requireNonNull(second.status().latestSnapshot()).id()).isEqualTo(whole);
    second.awaitReplayed();
    Follower b = server("b");
    await(b);
    events.addAll(traffic(20, b));
    settle(second, b);
    assertThat(second.status().learning().events()).isEqualTo(events.size());
  }

  /** A store that does not answer is done without, as long as the log has its beginning. */
  @Test
  void aStoreThatIsAwayKeepsNobodyFromBeginning() throws Exception {
    Files.delete(directory.resolve("store"));
    Engine trainer = trainer("t");
    trainer.awaitReplayed();
    Follower a = server("a");
    await(a);
    fill(a);
    List<FeedbackEvent> events = traffic(30, a);
    settle(trainer, a);
    assertThat(trainer.snapshot().bytes()).isPositive();
    assertThat(trainer.status().learning().events()).isEqualTo(events.size());
    Patience.await("said", () -> Objects.requireNonNull(trainer.snapshotStore()).failures() > 0);
    assertThat(Objects.requireNonNull(trainer.snapshotStore()).problem())
        .contains("no such folder");
  }

  /** With nobody to send a base, a server waits for the store, says so, and begins by itself. */
  @Test
  void aServerThatHasNothingElseWaitsForTheStore() throws Exception {
    Engine first = trainer("t");
    first.awaitReplayed();
    Follower a = server("a");
    await(a);
    fill(a);
    var _ = traffic(30, a);
    settle(first, a);
    var _ = stored(first);
    long batches = first.status().progress().modelVersion();
    lose(first, "t");
    emptyParameterTopic();
    Path away = directory.resolve("away");
    Files.move(directory.resolve("store"), away);

    Follower b = server("b");
    Patience.await("said", () -> b.progressText().contains("does not answer"));
    assertThat(b.progressText()).contains("no trainer has sent anything", "no such folder");
    assertThat(b.ready()).isNotDone();
    Files.move(away, directory.resolve("store"));
    await(b);
    assertThat(b.live().published().modelVersion()).isEqualTo(batches);
    assertThat(b.progressText()).doesNotContain("does not answer");
  }
}
