package dev.dolmen.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolmen.trainer.validation.RankingFigures;
import dev.dolmen.v1.FeedbackEvent;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What depends on measured time, and that nothing that is learned does. */
class EngineTimeTest {
  @TempDir Path directory;

  private Engine open(double validationTime) throws IOException {
    EngineOptions options = Shop.options(directory);
    return Engine.open(
        options.with(
            e -> e.training(options.training().with(t -> t.validationTime(validationTime)))),
        InstantSource.system(),
        new SimpleMeterRegistry());
  }

  /** Scored in no time, then replayed with all the time there is. */
  @Test
  void theStateIsTheSameWhateverWasScored() throws Exception {
    Shop shop = new Shop(200, 4);
    Engine first = open(0);
    for (int i = 0; i < shop.items; i++) {
      first.ingest().upsert(shop.item(i));
    }
    long last = 0;
    for (int visit = 0; visit < 100; visit++) {
      for (FeedbackEvent event : shop.visit()) {
        last = first.ingest().publish(event).offset();
      }
    }
    assertThat(first.ingest().awaitApplied(last, Duration.ofMinutes(1))).isTrue();
    long hash = first.stateHash();
    EngineStatus.Quality none = first.status().quality();
    assertThat(none.total().predictions()).isZero();
    assertThat(none.seen()).isGreaterThan(200);
    first.abandon();
    try (Engine replayed = open(1)) {
      assertThat(replayed.stateHash()).isEqualTo(hash);
      EngineStatus.Quality all = replayed.status().quality();
      assertThat(all.seen()).isEqualTo(none.seen());
      RankingFigures model = all.total().model();
      assertThat(model.predictions()).isEqualTo(none.seen());
      RankingFigures.Interval interval = model.recallInterval();
      assertThat(interval.low()).isLessThan(model.recallAt20());
      assertThat(interval.high()).isGreaterThan(model.recallAt20());
      assertThat(interval.high() - interval.low()).isBetween(0.001, 0.2);
    }
    // Kept over a restart, as the figures are.
    try (Engine restored = open(1)) {
      assertThat(restored.status().quality().seen()).isEqualTo(none.seen());
    }
  }
}
