package dev.dolmen.trainer;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dolmen.parameterstore.store.TableFactory;
import dev.dolmen.trainer.log.FeedbackLog;
import dev.dolmen.trainer.log.LogFactory;
import dev.dolmen.trainer.log.LogUnavailableException;
import dev.dolmen.trainer.log.QuarantinedRecords;
import dev.dolmen.trainer.log.WatchedLog;
import dev.dolmen.v1.FeedbackEvent;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Records that cannot be applied, and a trainer that cannot go on. */
class EnginePoisonTest {

  /** No record begins so: a field of a type that there is none of. */
  private static final byte[] POISON = {0x2f, 1, 2, 3};

  @TempDir Path directory;

  private final Shop shop = new Shop(20, 9);
  private final AtomicReference<FeedbackLog> opened = new AtomicReference<>();

  private Engine open(LogFactory logs) throws IOException {
    LogFactory kept =
        (data, options) -> {
          FeedbackLog log = logs.open(data, options);
          opened.set(log);
          return log;
        };
    return Engine.open(
        Shop.options(directory),
        InstantSource.system(),
        new SimpleMeterRegistry(),
        TableFactory.COLLISIONLESS,
        kept);
  }

  private void publish(Engine engine, List<FeedbackEvent> events) throws InterruptedException {
    long last = 0;
    for (FeedbackEvent event : events) {
      last = engine.ingest().publish(event).offset();
    }
    assertThat(engine.ingest().awaitApplied(last, Patience.FAR)).isTrue();
  }

  private void fill(Engine engine) {
    for (int i = 0; i < shop.items; i++) {
      engine.ingest().upsert(shop.item(i));
    }
  }

  @Test
  void aRecordThatCannotBeAppliedIsKeptAndTheRestIsLearned() throws Exception {
    long hash;
    Path quarantine = directory.resolve("quarantine");
    try (Engine engine = open(LogFactory.CONFIGURED)) {
      fill(engine);
      publish(engine, shop.visit());
      long offset = requireNonNull(opened.get()).begin(POISON).await();
      publish(engine, shop.visit());
      assertThat(engine.failure()).isNull();
      assertThat(engine.quarantinedRecords()).isEqualTo(1);
      assertThat(quarantine.resolve(Long.toHexString(offset) + ".record")).hasBinaryContent(POISON);
      assertThat(quarantine.resolve(Long.toHexString(offset) + ".txt"))
          .content()
          .contains("InvalidProtocolBufferException");
      hash = engine.stateHash();
      engine.abandon();
    }
    try (Engine again = open(LogFactory.CONFIGURED)) {
      assertThat(again.stateHash()).isEqualTo(hash);
      assertThat(again.quarantinedRecords()).isEqualTo(1);
      publish(again, shop.visit());
    }
  }

  @Test
  void tooManyThatCannotBeAppliedStopTrainingAndSayWhere() throws Exception {
    try (Engine engine = open(LogFactory.CONFIGURED)) {
      fill(engine);
      publish(engine, shop.visit());
      for (int i = 0; i <= QuarantinedRecords.MAX_RECORDS; i++) {
        var _ = requireNonNull(opened.get()).begin(POISON).await();
      }
      engine.ingest().upsert(shop.item(1));
      assertThat(engine.failed().get(1, TimeUnit.MINUTES))
          .contains("cannot be applied, and " + directory.resolve("quarantine") + " holds 100");
      assertThatThrownBy(() -> engine.ingest().publish(shop.click("s", 1)))
          .isInstanceOf(LogUnavailableException.class)
          .hasMessageContaining("training has stopped");
    }
  }

  /** Whatever ends the thread is said, to those who ask and to those who publish. */
  @Test
  void aTrainerThatStopsSaysWhy() throws Exception {
    AtomicLong stopAt = new AtomicLong(Long.MAX_VALUE);
    WatchedLog breaking =
        new WatchedLog(offset -> {
          if (offset >= stopAt.get()) {
            throw new IllegalStateException("out of file handles");
          }
        });
    try (Engine engine = open(breaking)) {
      fill(engine);
      publish(engine, shop.visit());
      assertThat(engine.failed()).isNotDone();
      stopAt.set(0L);
      engine.ingest().publish(shop.click("s", 1));
      assertThat(engine.failed().get(1, TimeUnit.MINUTES)).contains("out of file handles");
      assertThat(engine.failure()).contains("out of file handles");
    }
    stopAt.set(Long.MAX_VALUE);
    Engine closed = open(LogFactory.CONFIGURED);
    closed.close();
    assertThat(closed.failed()).as("an orderly end is no failure").isNotDone();
    assertThat(Files.exists(directory.resolve("quarantine"))).isFalse();
  }
}
