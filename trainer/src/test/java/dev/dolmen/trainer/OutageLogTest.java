package dev.dolmen.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dolmen.trainer.ingest.PublishResult;
import dev.dolmen.trainer.log.KafkaBroker;
import dev.dolmen.trainer.log.KafkaLogOptions;
import dev.dolmen.trainer.log.LogFactory;
import dev.dolmen.trainer.log.LogOptions;
import dev.dolmen.trainer.log.LogRecords;
import dev.dolmen.trainer.log.LogUnavailableException;
import dev.dolmen.trainer.log.OutageOptions;
import dev.dolmen.v1.FeedbackEvent;
import dev.dolmen.v1.LogRecord;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Events that are kept while the broker is away, a real one. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // Else it waits for ever.
class OutageLogTest {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @TempDir Path directory;
  private final Shop shop = new Shop(200, 3);
  private final List<String> sent = new ArrayList<>();

  private EngineOptions options(KafkaLogOptions kafka, long maxBytes) {
    LogOptions log =
        Shop.log(10_000)
            .with(l ->
                l.kind(LogOptions.Kind.KAFKA)
                    .kafka(kafka)
                    .outage(new OutageOptions(maxBytes, 3_600)));
    return Shop.options(directory.resolve("data")).with(e -> e.log(log));
  }

  private static Engine open(EngineOptions options) throws IOException {
    return Engine.open(options, InstantSource.system(), new SimpleMeterRegistry());
  }

  private FeedbackEvent click() {
    FeedbackEvent event = shop.click("s", sent.size() % 10);
    sent.add(event.getEventId());
    return event;
  }

  /** Publishes the same event until it is taken. */
  private PublishResult publish(Engine engine) {
    FeedbackEvent event = click();
    while (true) {
      try {
        return engine.ingest().publish(event);
      } catch (LogUnavailableException e) {
        LockSupport.parkNanos(100_000);
      }
    }
  }

  /** The first is under way when the broker is found away: its publisher is told UNAVAILABLE. */
  private boolean loseOne(Engine engine) {
    FeedbackEvent event = click();
    try {
      return engine.ingest().publish(event).offset() < 0;
    } catch (LogUnavailableException e) {
      assertThat(e).hasMessageContaining("Kafka");
      return true;
    }
  }

  private static List<String> logged(EngineOptions options) throws IOException {
    List<String> ids = new ArrayList<>();
    try (var log = LogFactory.CONFIGURED.open(options.dataDirectory(), options.log());
        var tailer = log.tailer(0)) {
      while (tailer.next()) {
        LogRecord record = LogRecords.parse(tailer.bytes(), tailer.length());
        if (record.hasFeedback()) {
          ids.add(record.getFeedback().getEventId());
        }
      }
    }
    return ids;
  }

  /** The first outage ends while the process lives, in the second it dies. */
  @Test
  void whatIsKeptIsDeliveredOnceAndInOrder() throws Exception {
    Path waiting = directory.resolve("data").resolve("outage").resolve("events");
    try (KafkaBroker broker = KafkaBroker.start(directory.resolve("broker"))) {
      EngineOptions options = options(broker.options(Duration.ofSeconds(5)), 1L << 20);
      Engine engine = open(options);
      for (int i = 0; i < shop.items; i++) {
        engine.ingest().upsert(shop.item(i));
      }
      assertThat(publish(engine).offset()).isPositive();
      broker.stop();
      var _ = loseOne(engine);
      FeedbackEvent kept = click();
      assertThat(engine.ingest().publish(kept))
          .isEqualTo(new PublishResult(PublishResult.Status.ACCEPTED, 0));
      assertThat(engine.ingest().publish(kept))
          .isEqualTo(new PublishResult(PublishResult.Status.DUPLICATE, 0));
      assertThat(engine.notTaking()).isEmpty();
      assertThatThrownBy(() -> engine.ingest().upsert(shop.item(1)))
          .isInstanceOf(LogUnavailableException.class);
      assertThat(Files.size(waiting)).isPositive();
      broker.start();
      PublishResult later = publish(engine);
      while (Files.size(waiting) > 0) {
        Thread.sleep(10);
      }
      while (later.offset() == 0) {
        later = publish(engine);
      }
      assertThat(engine.ingest().awaitApplied(later.offset(), PATIENCE)).isTrue();
      assertThat(engine.status().learning().events()).isEqualTo(sent.size());

      broker.stop();
      if (loseOne(engine)) {
        sent.removeLast(); // Acknowledged to nobody, it dies with the process.
      }
      for (int i = 0; i < 20; i++) {
        publish(engine);
      }
      engine.abandon();
      // Half a record, as a process that dies leaves it.
      Files.write(waiting, new byte[] {0, 0, 0, 9, 1, 2, 3, 4, 5}, StandardOpenOption.APPEND);
      broker.start();
      try (Engine next = open(options)) {
        assertThat(Files.size(waiting)).isZero();
        assertThat(next.status().learning().events()).isEqualTo(sent.size());
        assertThat(next.ingest().duplicate(sent.getLast())).isNotNull();
      }
      assertThat(logged(options)).containsExactlyElementsOf(sent);
    }
  }

  @Test
  void beyondItsBoundEventsAreRefused() throws Exception {
    try (KafkaBroker broker = KafkaBroker.start(directory.resolve("broker"))) {
      Engine engine = open(options(broker.options(Duration.ofSeconds(5)), 1L << 20));
      engine.ingest().upsert(shop.item(1));
      broker.stop();
      var _ = loseOne(engine);
      FeedbackEvent large = click().toBuilder().setUserId("u".repeat(600_000)).build();
      assertThat(engine.ingest().publish(large).offset()).isZero();
      FeedbackEvent larger = shop.click("s", 1).toBuilder().setUserId("u".repeat(600_000)).build();
      assertThatThrownBy(() -> engine.ingest().publish(larger))
          .isInstanceOf(LogUnavailableException.class)
          .hasMessageContaining("log.outage_buffer.max_bytes, 1048576, are full");
      engine.abandon();
    }
  }
}
