package dev.dolmen.trainer.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dolmen.parameterstore.store.TableFactory;
import dev.dolmen.trainer.Engine;
import dev.dolmen.trainer.EngineOptions;
import dev.dolmen.trainer.Patience;
import dev.dolmen.trainer.Shop;
import dev.dolmen.trainer.snapshot.SnapshotOptions;
import dev.dolmen.v1.FeedbackEvent;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An engine whose log may take 8 MiB, in files of 1 MiB. */
class LogBoundTest {
  private static final long MAX_BYTES = 8L << 20;

  /** Context of a visit, so that few events fill the log. */
  private static final String LONG = "x".repeat(20_000);

  @TempDir Path directory;

  private final Shop shop = new Shop(20, 5);
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

  private Engine open(int deduplicationEvents) throws IOException {
    return open(options(MAX_BYTES, deduplicationEvents));
  }

  private Engine open(EngineOptions options) throws IOException {
    return Engine.open(options, InstantSource.system(), meters);
  }

  private EngineOptions options(long maxBytes, int deduplicationEvents) {
    LogOptions log =
        LogOptions.defaults()
            .with(l ->
                l.minFreeBytes(16L << 20)
                    .segmentBytes(1L << 20)
                    .maxBytes(maxBytes)
                    .deduplicationEvents(deduplicationEvents)
                    .maxQueuedImpressions(64));
    SnapshotOptions noneByTime =
        SnapshotOptions.defaults().with(s -> s.intervalSec(0).onClose(false));
    return Shop.options(directory).with(e -> e.log(log).snapshots(noneByTime));
  }

  private FeedbackEvent click(int number) {
    return shop.click("s" + number, number % shop.items).toBuilder().setRequestId(LONG).build();
  }

  /** Clicks, of which a sixteenth of the bound at most has not been learned. */
  private void publish(Engine engine, int clicks, String requestId) throws InterruptedException {
    int group = Math.max(1, (int) (MAX_BYTES / 16 / requestId.length()));
    for (int i = 0; i < clicks; i++) {
      FeedbackEvent event = click(i).toBuilder().setRequestId(requestId).build();
      if (i % group == group - 1 || i == clicks - 1) {
        publish(engine, event);
      } else {
        var _ = offset(engine, event);
      }
    }
  }

  /** Returns when it has been learned. */
  private static void publish(Engine engine, FeedbackEvent event) throws InterruptedException {
    assertThat(engine.ingest().awaitApplied(offset(engine, event), Patience.FAR)).isTrue();
  }

  /** Whoever is refused comes again: a busy machine may take longer to let the log go. */
  private static long offset(Engine engine, FeedbackEvent event) throws InterruptedException {
    while (true) {
      try {
        return engine.ingest().publish(event).offset();
      } catch (LogUnavailableException e) {
        awaitTaking(engine);
      }
    }
  }

  private void fill(Engine engine) {
    for (int i = 0; i < shop.items; i++) {
      engine.ingest().upsert(shop.item(i));
    }
  }

  private long bytesOnDisk() throws IOException {
    try (Stream<Path> files = Files.list(directory.resolve("log"))) {
      return files.filter(f -> f.toString().endsWith(".cq4")).count() << 20;
    }
  }

  /** Four times the bound goes through, and what is left gives the same state. */
  @Test
  void nearTheBoundSnapshotsComeEarlyAndTheLogGoes() throws Exception {
    long hash;
    Engine engine = open(10);
    fill(engine);
    int events = (int) (4 * MAX_BYTES / LONG.length());
    publish(engine, events, LONG);
    assertThat(engine.status().learning().events()).isEqualTo(events);
    assertThat(engine.status().latestSnapshot()).isNotNull();
    assertThat(engine.bound().bytes()).isLessThan(MAX_BYTES);
    assertThat(meters.get("dolmen.log.bytes").gauge().value()).isBetween(1e5, (double) MAX_BYTES);
    assertThat(bytesOnDisk()).isLessThanOrEqualTo(MAX_BYTES);
    hash = engine.stateHash();
    engine.abandon();
    try (Engine recovered = open(10)) {
      assertThat(recovered.stateHash()).isEqualTo(hash);
      assertThat(recovered.bound().bytes()).isBetween(100_000L, MAX_BYTES);
    }
  }

  /** Of 60 kB: what is kept for the number of its records is bounded in bytes, too. */
  @Test
  void fewLargeRecordsDoNotHoldTheLogForEver() throws Exception {
    String large = "x".repeat(60_000);
    try (Engine engine = open(2_000_000)) {
      fill(engine);
      publish(engine, 300, large);
      awaitTaking(engine);
      assertThat(engine.status().learning().events()).isEqualTo(300);
      assertThat(bytesOnDisk()).isLessThanOrEqualTo(MAX_BYTES);
    }
    try (Engine engine = open(2_000_000)) {
      publish(engine, click(1_000));
    }
  }

  /** The trainer stands still, so that there is no barrier, and goes on. */
  @Test
  void atTheBoundPublishersAreToldWhyUntilASnapshotCanBeTaken() throws Exception {
    CountDownLatch goOn = new CountDownLatch(1);
    AtomicInteger read = new AtomicInteger();
    WatchedLog standing =
        new WatchedLog(offset -> {
          if (read.incrementAndGet() == shop.items + 1) {
            awaitQuietly(goOn);
          }
        });
    EngineOptions options = options(MAX_BYTES, 1_000_000);
    try (Engine engine =
        Engine.open(
            options, InstantSource.system(), meters, TableFactory.COLLISIONLESS, standing)) {
      fill(engine);
      int accepted = 0;
      String refusal = "";
      while (refusal.isEmpty() && accepted < 1_000) {
        try {
          engine.ingest().publish(click(accepted));
          accepted++;
        } catch (LogUnavailableException e) {
          refusal = String.valueOf(e.getMessage());
        }
      }
      assertThat(refusal)
          .contains("feedback log full")
          .contains("log.max_bytes is " + MAX_BYTES)
          .contains("no snapshot has let any go");
      assertThat(engine.notTaking()).isEqualTo(refusal);
      assertThat(accepted).isBetween(300, 500);
      assertThatThrownBy(() -> engine.ingest().upsert(shop.item(1)))
          .isInstanceOf(LogUnavailableException.class);
      assertThat(bytesOnDisk()).isLessThanOrEqualTo(MAX_BYTES + (1L << 20));
      goOn.countDown();
      awaitTaking(engine);
      publish(engine, click(5_000));
      assertThat(engine.status().learning().events()).isEqualTo(accepted + 1);
    }
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void awaitTaking(Engine engine) throws InterruptedException {
    Patience.await("events are taken", () -> engine.notTaking().isEmpty());
  }

  /** Events are taken as soon as there is room; the log goes on letting go after that. */
  private static void awaitLess(Engine engine, long bytes) throws InterruptedException {
    Patience.await("less than " + bytes + " bytes", () -> engine.bound().bytes() < bytes);
  }

  /** The newest snapshot holds everything, so that no other is due. */
  @Test
  void aStartWithASmallerBoundLetsTheLogGoThoughNothingChanges() throws Exception {
    try (Engine engine = open(options(64 * MAX_BYTES, 1_000_000))) {
      fill(engine);
      for (int i = 0; i < 600; i++) {
        engine.ingest().publish(click(i));
      }
      engine.snapshot();
      assertThat(engine.bound().bytes()).isGreaterThan(MAX_BYTES);
    }
    try (Engine engine = open(1_000_000)) {
      awaitTaking(engine);
      awaitLess(engine, 3 * MAX_BYTES / 4);
      publish(engine, click(5_000));
    }
  }

  @Test
  void aSmallDiskBoundsTheLogToItsHalf() {
    LogOptions defaults = LogOptions.defaults();
    assertThat(defaults.onDiskOf(1L << 40)).isEqualTo(defaults);
    assertThat(defaults.onDiskOf(20L << 30).maxBytes()).isEqualTo(10L << 30);
    assertThat(defaults.onDiskOf(20L << 30).segmentBytes()).isEqualTo(1L << 30);
    LogOptions small = defaults.onDiskOf(200L << 20);
    assertThat(small.maxBytes()).isEqualTo(100L << 20);
    assertThat(small.maxBytes() / small.segmentBytes()).isEqualTo(8);
    assertThat(defaults.onDiskOf(1).maxBytes()).isEqualTo(LogOptions.MAX_BYTES.min());
    LogOptions kafka = defaults.with(l -> l.kind(LogOptions.Kind.KAFKA));
    assertThat(kafka.onDiskOf(1)).isEqualTo(kafka);
    LogOptions unbounded = defaults.with(l -> l.maxBytes(0));
    assertThat(unbounded.onDiskOf(1)).isEqualTo(unbounded);
  }
}
