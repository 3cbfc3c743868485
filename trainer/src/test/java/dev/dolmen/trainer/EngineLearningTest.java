package dev.dolmen.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolmen.v1.FeedbackEvent;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EngineLearningTest {
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  @TempDir Path directory;

  private Engine open() throws IOException {
    return Engine.open(Shop.options(directory), InstantSource.system(), new SimpleMeterRegistry());
  }

  @Test
  void beatsPopularityAfterAFewThousandClicks() throws Exception {
    Shop shop = new Shop(300, 1);
    try (Engine engine = open()) {
      for (int i = 0; i < shop.items; i++) {
        engine.ingest().upsert(shop.item(i));
      }
      long last = 0;
      for (int visit = 0; visit < 2_500; visit++) {
        for (FeedbackEvent event : shop.visit()) {
          engine.ingest().awaitCapacity();
          last = engine.ingest().publish(event).offset();
        }
      }
      assertThat(engine.ingest().awaitApplied(last, PATIENCE)).isTrue();
      EngineStatus status = engine.status();
      assertThat(status.failure()).isNull();
      assertThat(status.catalogItems()).isEqualTo(300);
      assertThat(status.window().recallAt20())
          .isGreaterThan(2 * status.window().popularityRecallAt20())
          .isGreaterThan(0.6);
    }
  }
}
