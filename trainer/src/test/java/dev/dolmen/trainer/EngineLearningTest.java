package dev.dolmen.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dolmen.trainer.learn.TaskSettings;
import dev.dolmen.v1.FeedbackEvent;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EngineLearningTest {

  @TempDir Path directory;

  private Engine open(TaskSettings tasks, MeterRegistry meters) throws IOException {
    return Engine.open(Shop.options(directory, tasks), InstantSource.system(), meters);
  }

  private static void visit(Engine engine, Shop shop, int visits) throws Exception {
    for (int i = 0; i < shop.items; i++) {
      engine.ingest().upsert(shop.item(i));
    }
    long last = 0;
    for (int visit = 0; visit < visits; visit++) {
      for (FeedbackEvent event : shop.visit()) {
        engine.ingest().awaitCapacity();
        last = engine.ingest().publish(event).offset();
      }
    }
    assertThat(engine.ingest().awaitApplied(last, Patience.FAR)).isTrue();
  }

  @Test
  void beatsPopularityAfterAFewThousandClicks() throws Exception {
    Shop shop = new Shop(300, 1);
    try (Engine engine = open(TaskSettings.defaults(), new SimpleMeterRegistry())) {
      visit(engine, shop, 2_500);
      EngineStatus status = engine.status();
      assertThat(status.progress().failure()).isNull();
      assertThat(status.stream().catalogItems()).isEqualTo(300);
      assertThat(status.quality().window().model().recallAt20())
          .isGreaterThan(2 * status.quality().window().popularity().recallAt20())
          .isGreaterThan(0.6);
    }
  }

  /** Visitors stay in one of 30 categories: not knowing it costs ln 30, 3.4 nats. */
  @Test
  void learnsTheNextItemsCategoryBesideIt() throws Exception {
    SimpleMeterRegistry meters = new SimpleMeterRegistry();
    TaskSettings tasks = new TaskSettings(0, List.of("category"), 1, 0.1f, true);
    try (Engine engine = open(tasks, meters)) {
      visit(engine, new Shop(300, 1), 2_500);
      assertThat(engine.status().quality().window().model().recallAt20()).isGreaterThan(0.6);
      assertThat(meters.get("dolmen.task.loss").tag("task", "category").gauge().value())
          .isPositive()
          .isLessThan(0.5);
      assertThat(meters.get("dolmen.task.loss").tag("task", "item").gauge().value()).isPositive();
    }
  }

  /**
   * With the largest weight decay every step multiplies the parameters by a large factor: within
   * some batches scores are not finite.
   */
  @ParameterizedTest
  @ValueSource(floats = {5f, 10f})
  void batchesThatAreNotFiniteAreRefusedAndCounted(float learningRate) throws Exception {
    SimpleMeterRegistry meters = new SimpleMeterRegistry();
    EngineOptions options =
        Shop.options(directory, TaskSettings.defaults(), Shop.optimizer(learningRate, 100));
    try (Engine engine = Engine.open(options, InstantSource.system(), meters)) {
      Shop shop = new Shop(100, 1);
      visit(engine, shop, 400);
      double refused = meters.get("dolmen.batches.skipped").functionCounter().count();
      assertThat(refused).isPositive();
      long hash = engine.learner().modelHash();
      visit(engine, shop, 100);
      assertThat(meters.get("dolmen.batches.skipped").functionCounter().count())
          .isGreaterThan(refused);
      assertThat(engine.learner().modelHash()).isEqualTo(hash);
      assertThat(engine.status().progress().failure()).isNull();
    }
  }

  @Test
  void aTaskAboutASlotWithoutCategoriesIsRefused() {
    TaskSettings tasks = new TaskSettings(0, List.of("device"), 1, 0.1f, true);
    assertThatThrownBy(() -> open(tasks, new SimpleMeterRegistry()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("\"device\", expected some of [category]");
  }
}
