package dev.dolmen.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolmen.parameterstore.store.TableFactory;
import dev.dolmen.trainer.ingest.PublishResult;
import dev.dolmen.trainer.log.FeedbackLog;
import dev.dolmen.trainer.log.LogFactory;
import dev.dolmen.v1.FeedbackEvent;
import dev.dolmen.v1.LogRecord;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Events that come into the log twice, as two servers append them. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // Else it waits for ever.
class EngineRepeatsTest {
  private static final long HOUR_US = 3_600_000_000L;

  @TempDir Path directory;
  private final Shop shop = new Shop(200, 3);
  private final AtomicReference<FeedbackLog> log = new AtomicReference<>();

  private Engine open() throws IOException {
    return Engine.open(
        Shop.options(directory)
            .with(o -> o.log(Shop.log(1_000).with(l -> l.deduplicationAgeSec(7_200)))),
        InstantSource.system(),
        new SimpleMeterRegistry(),
        TableFactory.COLLISIONLESS,
        (data, options) -> {
          FeedbackLog opened = LogFactory.CONFIGURED.open(data, options);
          log.set(opened);
          return opened;
        });
  }

  /** As another server would. */
  private long append(FeedbackEvent event, long loggedUs) {
    return Objects.requireNonNull(log.get())
        .begin(
            LogRecord.newBuilder().setLoggedUs(loggedUs).setFeedback(event).build().toByteArray())
        .await();
  }

  private static long nowUs() {
    return InstantSource.system().millis() * 1_000;
  }

  private static void await(Engine engine, long offset) throws InterruptedException {
    assertThat(engine.ingest().awaitApplied(offset, Patience.FAR)).isTrue();
  }

  @Test
  void whatAnotherServerAppendsAgainIsLearnedOnce() throws Exception {
    FeedbackEvent twice = shop.click("s", 1);
    FeedbackEvent other = shop.click("s", 2);
    long hash;
    Engine engine = open();
    for (int i = 0; i < shop.items; i++) {
      engine.ingest().upsert(shop.item(i));
    }
    await(engine, engine.ingest().publish(twice).offset());
    engine.snapshot();
    append(twice, nowUs());
    append(other, nowUs());
    append(other, nowUs() + HOUR_US); // Of a clock that is ahead.
    append(twice, nowUs() - HOUR_US);
    await(engine, engine.ingest().publish(shop.click("s", 3)).offset());
    assertThat(engine.status().learning().events()).isEqualTo(3);
    assertThat(engine.repeatedEvents()).isEqualTo(3);
    hash = engine.stateHash();
    engine.abandon();
    try (Engine next = open()) {
      assertThat(next.stateHash()).isEqualTo(hash);
      assertThat(next.status().learning().events()).isEqualTo(3);
      assertThat(next.ingest().publish(twice).status()).isEqualTo(PublishResult.Status.DUPLICATE);
      assertThat(next.ingest().publish(other).status()).isEqualTo(PublishResult.Status.DUPLICATE);
    }
  }

  /** An id is a new event after its age and many records: {@code EventIdWindowTest}. */
  @Test
  void aClockThatIsSetMakesNoEventNew() throws Exception {
    FeedbackEvent event = shop.click("s", 1);
    try (Engine engine = open()) {
      for (int i = 0; i < shop.items; i++) {
        engine.ingest().upsert(shop.item(i));
      }
      append(event, nowUs() - 5 * HOUR_US);
      append(event, nowUs() + 40 * 24 * HOUR_US);
      long last = append(event, nowUs() - HOUR_US);
      await(engine, last);
      assertThat(engine.status().learning().events()).isEqualTo(1);
      assertThat(engine.repeatedEvents()).isEqualTo(2);
    }
  }
}
