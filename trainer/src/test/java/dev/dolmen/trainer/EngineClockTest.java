package dev.dolmen.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Timestamp;
import dev.dolmen.trainer.impressions.Outcome;
import dev.dolmen.trainer.session.SessionHistory;
import dev.dolmen.v1.FeedbackEvent;
import dev.dolmen.v1.Impression;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clocks that run ahead, through a whole engine. */
class EngineClockTest {
  private static final Instant START = Instant.parse("2026-03-02T10:00:00Z");
  private static final Duration AHEAD = Duration.ofDays(40);

  @TempDir Path directory;

  private final Shop shop = new Shop(40, 5);
  private volatile Instant now = START;
  private final AtomicLong looks = new AtomicLong();
  private int events;

  private Engine open(Path data) throws IOException {
    return Engine.open(
        // Goes on by a millisecond a look, so that batches become old enough.
        Shop.options(data),
        () -> now.plusMillis(looks.incrementAndGet()),
        new SimpleMeterRegistry());
  }

  private void publish(Engine engine, FeedbackEvent... published) throws InterruptedException {
    long last = 0;
    for (FeedbackEvent event : published) {
      last = engine.ingest().publish(event).offset();
    }
    assertThat(engine.ingest().awaitApplied(last, Patience.FAR)).isTrue();
  }

  private FeedbackEvent click(String session, int item, Instant at) {
    return shop.click(session, item).toBuilder()
        .setEventId("event-" + events++)
        .setTime(time(at))
        .build();
  }

  private void show(Engine engine, String request, Instant at) throws InterruptedException {
    long before = engine.progress().loggedRecords();
    engine
        .ingest()
        .impression(
            Impression.newBuilder()
                .setRequestId(request)
                .setSessionId("s")
                .setTime(time(at))
                .addItemId(Shop.id(1))
                .addItemId(Shop.id(2))
                .build());
    while (engine.progress().loggedRecords() == before) {
      LockSupport.parkNanos(100_000);
    }
  }

  private void fill(Engine engine) {
    for (int i = 0; i < shop.items; i++) {
      engine.ingest().upsert(shop.item(i));
    }
  }

  /**
   * The server's clock is set forty days ahead, stays there for a minute and is set back. Nothing
   * that ends by event time has ended, and all of it is the same after a restart.
   */
  @Test
  void aServersClockThatWasAheadEndsNothing() throws Exception {
    long hash;
    try (Engine engine = open(directory)) {
      fill(engine);
      publish(engine, click("s", 0, now));
      show(engine, "shown", now);
      now = START.plus(AHEAD);
      for (int second = 0; second < 60; second++) {
        now = now.plusSeconds(1);
        publish(engine, click("ahead-" + second, second % 10, now));
        show(engine, "ahead-" + second, now);
      }
      now = START.plusSeconds(61);
      publish(engine, click("s", 2, now).toBuilder().setRequestId("shown").build());

      assertThat(engine.live().published().eventTimeSec()).isEqualTo(now.getEpochSecond());
      assertThat(engine.live().sessions().get("s"))
          .isNotNull()
          .extracting(SessionHistory::length)
          .isEqualTo(2);
      var joiner = engine.status().stream().joiner();
      assertThat(joiner.of(Outcome.JOINED)).isEqualTo(1);
      assertThat(joiner.of(Outcome.UNKNOWN)).isZero();
      assertThat(joiner.of(Outcome.LATE)).isZero();
      hash = engine.stateHash();
    }
    try (Engine again = open(directory)) {
      assertThat(again.stateHash()).isEqualTo(hash);
    }
  }

  /** The process dies while votes are being counted: a replay counts them again. */
  @Test
  void aRestartAmongRecordsThatAgreeChangesNothing() throws Exception {
    List<FeedbackEvent> after = new ArrayList<>();
    Instant back = START.plus(AHEAD);
    for (int minute = 0; minute < 30; minute++) {
      after.add(click("b" + minute % 3, minute % 7, back.plusSeconds(60L * minute)));
    }
    Path one = directory.resolve("one");
    try (Engine engine = open(one)) {
      fill(engine);
      publish(engine, click("s", 0, START), click("s", 1, START));
      publish(engine, after.subList(0, 5).toArray(FeedbackEvent[]::new));
      engine.snapshot();
      publish(engine, after.subList(5, 7).toArray(FeedbackEvent[]::new));
      engine.abandon();
    }
    long resumed;
    try (Engine engine = open(one)) {
      assertThat(engine.live().published().eventTimeSec()).isEqualTo(START.getEpochSecond());
      publish(engine, after.subList(7, 30).toArray(FeedbackEvent[]::new));
      assertThat(engine.live().published().eventTimeSec())
          .isEqualTo(back.getEpochSecond() + 29 * 60);
      resumed = engine.learner().clampedTimes();
    }
    assertThat(resumed).isPositive();
    try (Engine engine = open(one)) {
      assertThat(engine.learner().clampedTimes()).isEqualTo(resumed);
    }
  }

  private static Timestamp time(Instant at) {
    return Timestamp.newBuilder().setSeconds(at.getEpochSecond()).setNanos(at.getNano()).build();
  }
}
