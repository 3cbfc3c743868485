package dev.dolmen.trainer.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dolmen.trainer.Engine;
import dev.dolmen.trainer.EngineOptions;
import dev.dolmen.trainer.Shop;
import dev.dolmen.trainer.snapshot.SnapshotOptions;
import dev.dolmen.v1.FeedbackEvent;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An engine whose log may take 8 MiB, in files of 1 MiB. */
class LogBoundTest {
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final long MAX_BYTES = 8L << 20;

  /** Context of a visit, so that few events fill the log. */
  private static final String LONG = "x".repeat(20_000);

  @TempDir Path directory;

  private final Shop shop = new Shop(20, 5);
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

  private Engine open(int deduplicationEvents) throws IOException {
    LogOptions log =
        LogOptions.defaults()
            .with(l ->
                l.minFreeBytes(16L << 20)
                    .segmentBytes(1L << 20)
                    .maxBytes(MAX_BYTES)
                    .deduplicationEvents(deduplicationEvents)
                    .maxQueuedImpressions(64));
    SnapshotOptions noneByTime =
        SnapshotOptions.defaults().with(s -> s.intervalSec(0).onClose(false));
    EngineOptions options = Shop.options(directory).with(e -> e.log(log).snapshots(noneByTime));
    return Engine.open(options, InstantSource.system(), meters);
  }

  private FeedbackEvent click(int number) {
    return shop.click("s" + number, number % shop.items).toBuilder().setRequestId(LONG).build();
  }

  private static void publish(Engine engine, FeedbackEvent event) throws InterruptedException {
    long offset = engine.ingest().publish(event).offset();
    assertThat(engine.ingest().awaitApplied(offset, PATIENCE)).isTrue();
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
    for (int i = 0; i < events; i++) {
      publish(engine, click(i));
    }
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

  /** The log is all needed, as so many event ids are remembered. */
  @Test
  void atTheBoundPublishersAreRefusedAndServingGoesOn() throws Exception {
    try (Engine engine = open(1_000_000)) {
      fill(engine);
      int accepted = 0;
      String refusal = null;
      while (refusal == null && accepted < 1_000) {
        try {
          publish(engine, click(accepted));
          accepted++;
        } catch (LogUnavailableException e) {
          refusal = e.getMessage();
        }
      }
      assertThat(refusal).contains("feedback log full").contains("log.maxBytes is " + MAX_BYTES);
      assertThat(accepted).isBetween(300, 500);
      assertThat(engine.status().learning().events()).isEqualTo(accepted);
      assertThat(engine.status().progress().failure()).isNull();
      assertThat(engine.status().latestSnapshot()).isNotNull();
      assertThatThrownBy(() -> engine.ingest().upsert(shop.item(1)))
          .isInstanceOf(LogUnavailableException.class);
      assertThat(bytesOnDisk()).isLessThanOrEqualTo(MAX_BYTES + (1L << 20));
    }
    // With fewer ids to remember, the next snapshot lets the log go.
    try (Engine engine = open(10)) {
      assertThatThrownBy(() -> engine.ingest().upsert(shop.item(1)))
          .isInstanceOf(LogUnavailableException.class);
      engine.snapshot();
      publish(engine, click(5_000));
      assertThat(engine.bound().bytes()).isLessThan(MAX_BYTES / 2);
    }
  }
}
