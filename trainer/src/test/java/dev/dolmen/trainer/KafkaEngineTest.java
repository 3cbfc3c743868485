package dev.dolmen.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dolmen.trainer.ingest.PublishInFlight;
import dev.dolmen.trainer.ingest.PublishResult;
import dev.dolmen.trainer.log.KafkaBroker;
import dev.dolmen.trainer.log.KafkaLogOptions;
import dev.dolmen.trainer.log.LogFactory;
import dev.dolmen.trainer.log.LogOptions;
import dev.dolmen.trainer.log.LogRecords;
import dev.dolmen.trainer.log.LogUnavailableException;
import dev.dolmen.v1.FeedbackEvent;
import dev.dolmen.v1.LogRecord;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An engine whose log is in Kafka, on a real broker. */
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // Else it waits for ever.
class KafkaEngineTest {
  private static final Duration KAFKA_TIMEOUT = Duration.ofMinutes(1);

  @TempDir static Path brokerDirectory;
  private static KafkaBroker broker;

  @TempDir Path directory;

  private final Shop shop = new Shop(200, 3);

  @BeforeAll
  static void startBroker() throws Exception {
    broker = KafkaBroker.start(brokerDirectory);
  }

  @AfterAll
  static void stopBroker() {
    broker.close();
  }

  private static EngineOptions options(Path data, KafkaLogOptions kafka) {
    EngineOptions o = Shop.options(data);
    LogOptions log = o.log().with(l -> l.kind(LogOptions.Kind.KAFKA).kafka(kafka));
    return o.with(e -> e.dataDirectory(data).log(log));
  }

  private static Engine open(EngineOptions options) throws IOException {
    return Engine.open(options, InstantSource.system(), new SimpleMeterRegistry());
  }

  private void fill(Engine engine) {
    for (int i = 0; i < shop.items; i++) {
      var _ = engine.ingest().beginUpsert(shop.item(i));
    }
  }

  private long traffic(Engine engine, int visits) throws InterruptedException {
    List<PublishInFlight> inFlight = new ArrayList<>();
    for (int v = 0; v < visits; v++) {
      shop.visit().forEach(event -> inFlight.add(engine.ingest().beginPublish(event)));
    }
    long last = 0;
    for (PublishInFlight publish : inFlight) {
      last = publish.await().offset();
    }
    assertThat(engine.ingest().awaitApplied(last, Patience.FAR)).isTrue();
    return inFlight.size();
  }

  @Test
  void anAbandonedEngineComesBackToTheSameBits() throws Exception {
    EngineOptions options = options(directory.resolve("a"), broker.options(KAFKA_TIMEOUT));
    long undisturbed;
    long events;
    FeedbackEvent again = shop.click("again", 1);
    Engine engine = open(options);
    fill(engine);
    events = traffic(engine, 60);
    engine.snapshot();
    engine.ingest().publish(again);
    events += 1 + traffic(engine, 60);
    undisturbed = engine.stateHash();
    engine.abandon();
    try (Engine next = open(options)) {
      assertThat(next.stateHash()).isEqualTo(undisturbed);
      assertThat(next.status().latestSnapshot()).isNotNull();
      assertThat(next.ingest().publish(again).status()).isEqualTo(PublishResult.Status.DUPLICATE);
      assertThat(next.status().learning().events()).isEqualTo(events);
    }
    // From the log alone, with the same batches.
    try (var paths = Files.walk(directory.resolve("a").resolve("snapshots"))) {
      for (Path path : paths.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
    try (Engine last = open(options)) {
      assertThat(last.stateHash()).isEqualTo(undisturbed);
      traffic(last, 1);
      assertThat(last.stateHash()).isNotEqualTo(undisturbed);
    }
  }

  /** Offsets are small numbers here, of one more digit each so often. */
  @Test
  void snapshotsWithoutABatchInBetweenSortByOffset() throws Exception {
    EngineOptions options = options(directory.resolve("a"), broker.options(KAFKA_TIMEOUT));
    List<String> taken = new ArrayList<>();
    try (Engine engine = open(options)) {
      for (int items : new int[] {5, 30, 300}) {
        for (int i = 1; i < items; i++) {
          var _ = engine.ingest().beginUpsert(shop.item(i % shop.items));
        }
        long last = engine.ingest().upsert(shop.item(0));
        assertThat(engine.ingest().awaitApplied(last, Patience.FAR)).isTrue();
        taken.add(engine.snapshot().id());
      }
    }
    assertThat(taken).isSorted().doesNotHaveDuplicates();
  }

  @Test
  void anEmptyDirectoryLearnsWhatTheTopicHolds() throws Exception {
    KafkaLogOptions kafka = broker.options(KAFKA_TIMEOUT);
    long events;
    try (Engine engine = open(options(directory.resolve("a"), kafka))) {
      fill(engine);
      events = traffic(engine, 20);
    }
    try (Engine engine = open(options(directory.resolve("b"), kafka))) {
      assertThat(engine.ingest().awaitApplied(engine.status().progress().logOffset(), Patience.FAR))
          .isTrue();
      assertThat(engine.status().learning().events()).isEqualTo(events);
    }
  }

  /** Batches are cut by the clock, and only the topics know where. */
  @Test
  void anEmptyDirectoryComesToTheSameBits() throws Exception {
    KafkaLogOptions kafka = broker.options(KAFKA_TIMEOUT);
    Engine first = open(options(directory.resolve("a"), kafka));
    fill(first);
    for (int i = 0; i < 20; i++) {
      traffic(first, 1 + i % 7);
    }
    first.snapshot();
    traffic(first, 30);
    long learned = first.stateHash();
    long batches = first.status().progress().modelVersion();
    first.abandon();
    Engine second = open(options(directory.resolve("b"), kafka));
    assertThat(second.status().progress().modelVersion()).isEqualTo(batches);
    assertThat(second.stateHash()).isEqualTo(learned);
    traffic(second, 10);
    learned = second.stateHash();
    second.abandon();
    try (Engine third = open(options(directory.resolve("c"), kafka))) {
      assertThat(third.stateHash()).isEqualTo(learned);
    }
  }

  /** It does not end, as who starts it again would have it take the topic back. */
  @Test
  void anEngineThatIsDisplacedSaysSo() throws Exception {
    KafkaLogOptions kafka = broker.options(KAFKA_TIMEOUT);
    try (Engine first = open(options(directory.resolve("a"), kafka))) {
      fill(first);
      traffic(first, 5);
      assertThat(first.takenOver()).isEmpty();
      try (Engine second = open(options(directory.resolve("b"), kafka))) {
        while (first.takenOver().isEmpty()) {
          Thread.sleep(10);
        }
        assertThat(first.takenOver()).contains("another process has taken topic " + kafka.topic());
        assertThat(first.notTaking()).contains("another process");
        assertThat(first.failure()).isNull();
        assertThat(first.failed()).isNotDone();
        assertThatThrownBy(() -> first.ingest().publish(shop.click("x", 1)))
            .isInstanceOf(LogUnavailableException.class);
        traffic(second, 5);
        assertThat(second.takenOver()).isEmpty();
      }
    }
  }

  /** The broker goes away twice under the publisher, who sends again what is not acknowledged. */
  @Test
  void whatWasAcknowledgedAroundAnOutageIsLearnedOnce() throws Exception {
    KafkaLogOptions kafka;
    long hash;
    List<FeedbackEvent> events = new ArrayList<>();
    try (KafkaBroker own = KafkaBroker.start(directory.resolve("broker"))) {
      kafka = own.options(Duration.ofSeconds(2));
      EngineOptions options = options(directory.resolve("a"), kafka);
      try (Engine engine = open(options)) {
        fill(engine);
        int refused = 0;
        for (int outage = 0; outage < 2; outage++) {
          publishAll(engine, events, 20);
          own.stop();
          List<FeedbackEvent> together = List.of(shop.click("out", 1), shop.click("out", 2));
          events.addAll(together);
          together.forEach(event -> begin(engine, event));
          refused += acknowledged(engine, together.getFirst()) ? 0 : 1;
          own.start();
          together.forEach(event -> publishUntilAcknowledged(engine, event));
          publishAll(engine, events, 20);
        }
        assertThat(refused).isEqualTo(2);
        PublishResult last = engine.ingest().publish(shop.click("last", 1));
        assertThat(engine.ingest().awaitApplied(last.offset(), Patience.FAR)).isTrue();
        assertThat(engine.status().progress().failure()).isNull();
        assertThat(engine.status().learning().events()).isEqualTo(events.size() + 1);
        hash = engine.stateHash();
        engine.abandon();
      }
      Map<String, Integer> logged = logged(options);
      assertThat(logged.values()).containsOnly(1);
      events.forEach(event -> assertThat(logged).containsKey(event.getEventId()));
      try (Engine engine = open(options)) {
        assertThat(engine.stateHash()).isEqualTo(hash);
      }
    }
  }

  private static Map<String, Integer> logged(EngineOptions options) throws IOException {
    Map<String, Integer> times = new HashMap<>();
    try (var log = LogFactory.CONFIGURED.open(options.dataDirectory(), options.log());
        var tailer = log.tailer(0)) {
      while (tailer.next()) {
        LogRecord record = LogRecords.parse(tailer.bytes(), tailer.length());
        if (record.hasFeedback()) {
          times.merge(record.getFeedback().getEventId(), 1, Integer::sum);
        }
      }
    }
    return times;
  }

  /** Publishes visits, each event again and again until it is acknowledged. */
  private void publishAll(Engine engine, List<FeedbackEvent> events, int visits) {
    for (int v = 0; v < visits; v++) {
      for (FeedbackEvent event : shop.visit()) {
        events.add(event);
        publishUntilAcknowledged(engine, event);
      }
    }
  }

  private static void publishUntilAcknowledged(Engine engine, FeedbackEvent event) {
    while (!acknowledged(engine, event)) {
      LockSupport.parkNanos(100_000);
    }
  }

  /** Without a broker the log gets it when there is one again, or has found out and refuses it. */
  private static void begin(Engine engine, FeedbackEvent event) {
    try {
      engine.ingest().beginPublish(event);
    } catch (LogUnavailableException e) {
      // Sent again like what was begun and not acknowledged.
    }
  }

  private static boolean acknowledged(Engine engine, FeedbackEvent event) {
    try {
      return engine.ingest().publish(event).status() != null;
    } catch (LogUnavailableException e) {
      return false;
    }
  }
}
