package dev.dolmen.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolmen.parameterstore.table.HashedEmbeddingTable;
import dev.dolmen.parameterstore.table.TableFactory;
import dev.dolmen.v1.FeedbackEvent;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The point of Monolith's section 2.1: rows that values share cost quality. The same visits are
 * learned with a row for every value and with an eighth as many rows as values.
 */
class CollidingRowsTest {
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final int ITEMS = 300;
  private static final int VISITS = 2_500;

  /** With the visits' seeds 1, 2 and 3 Recall@20 was 0.99 each time against 0.42, 0.40 and 0.41. */
  private static final double MARGIN = 0.4;

  @TempDir Path directory;

  @Test
  void aRowForEachValueIsBetterThanSharedOnes() throws Exception {
    long[] eighth = {ITEMS / Shop.CLUSTER / 8, ITEMS / 8, 0};
    double ours = recall(TableFactory.COLLISIONLESS);
    double shared =
        recall((schema, seed) ->
            new HashedEmbeddingTable(TableFactory.COLLISIONLESS.open(schema, seed), eighth));
    assertThat(ours).isGreaterThan(shared + MARGIN);
  }

  private double recall(TableFactory tables) throws IOException, InterruptedException {
    Path data = Files.createTempDirectory(directory, "engine");
    Shop shop = new Shop(ITEMS, 1);
    try (Engine engine =
        Engine.open(
            Shop.options(data), InstantSource.system(), new SimpleMeterRegistry(), tables)) {
      for (int i = 0; i < shop.items; i++) {
        engine.ingest().upsert(shop.item(i));
      }
      long last = 0;
      for (int visit = 0; visit < VISITS; visit++) {
        for (FeedbackEvent event : shop.visit()) {
          engine.ingest().awaitCapacity();
          last = engine.ingest().publish(event).offset();
        }
      }
      assertThat(engine.ingest().awaitApplied(last, PATIENCE)).isTrue();
      assertThat(engine.status().failure()).isNull();
      return engine.status().total().recallAt20();
    }
  }
}
