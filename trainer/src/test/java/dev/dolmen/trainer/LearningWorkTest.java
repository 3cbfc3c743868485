package dev.dolmen.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolmen.model.item.ScanPrecision;
import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.parameterstore.snapshot.SnapshotSection;
import dev.dolmen.parameterstore.snapshot.SnapshotStore;
import dev.dolmen.parameterstore.store.ChronicleEmbeddingTable;
import dev.dolmen.parameterstore.store.EmbeddingTable;
import dev.dolmen.trainer.catalog.CatalogOptions;
import dev.dolmen.trainer.catalog.SearchIndex;
import dev.dolmen.trainer.snapshot.SnapshotOptions;
import dev.dolmen.v1.FeedbackEvent;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a batch costs, counted and not timed: the same clicks in a catalog of 1,000 items and in one
 * of 20,000.
 */
class LearningWorkTest {
  private static final int FEW = 1_000;
  private static final int MANY = 20_000;
  private static final int BATCHES = 10;

  @TempDir Path directory;

  private final Shop all = new Shop(MANY, 5);

  /** Visits a small part of the shop, so that sessions speak of the same in both catalogs. */
  private final Shop part = new Shop(300, 1);

  private List<FeedbackEvent> clicks(int clicks) {
    return IntStream.range(0, clicks)
        .boxed()
        .flatMap(i -> part.visit().stream())
        .limit(clicks)
        .toList();
  }

  private EngineOptions options(String name) {
    return Shop.options(directory.resolve(name))
        .with(o ->
            o.training(Shop.options(directory).training().with(t -> t.fullSoftmaxItems(0)))
                .snapshots(
                    SnapshotOptions.defaults()
                        .with(s -> s.intervalSec(0).keep(10).onClose(false).compactShare(100)))
                .catalog(
                    new CatalogOptions(
                        MANY, 0, 100, 3_600, 1 << 20, ScanPrecision.FP32, SearchIndex.EXACT)));
  }

  /** Rows that a table was asked for or moved, by the method that did it. */
  private static final class CountedRows {
    private final Map<String, Long> rows = new TreeMap<>();

    EmbeddingTable open(Schema schema, long seed) {
      EmbeddingTable table = new ChronicleEmbeddingTable(schema, seed);
      return (EmbeddingTable)
          Proxy.newProxyInstance(
              EmbeddingTable.class.getClassLoader(),
              new Class<?>[] {EmbeddingTable.class},
              (proxy, method, arguments) -> {
                switch (method.getName()) {
                  case "gather", "applyGradients" -> count(method.getName(), arguments[3]);
                  case "gatherForTraining" -> count(method.getName(), arguments[4]);
                  default -> {}
                }
                try {
                  return method.invoke(table, arguments);
                } catch (InvocationTargetException e) {
                  throw e.getCause();
                }
              });
    }

    private void count(String method, Object rowsAsked) {
      rows.merge(method, (long) (Integer) rowsAsked, Long::sum);
    }
  }

  private Map<String, Long> rowsOfBatches(int items) throws IOException {
    CountedRows counted = new CountedRows();
    int batch = options("sizes").training().batchEvents();
    try (HistoryTraining training =
        HistoryTraining.open(
            options("rows-" + items), InstantSource.fixed(Instant.EPOCH), counted::open)) {
      for (int i = 0; i < items; i++) {
        training.upsert(all.item(i));
      }
      clicks(20 * batch).forEach(training::learn);
      counted.rows.clear();
      clicks(BATCHES * batch).forEach(training::learn);
    }
    return counted.rows;
  }

  /** Rows are read for each item that is encoded, in learning and for requests. */
  @Test
  void rowsOfABatchAreAsManyInALargeCatalog() throws IOException {
    Map<String, Long> few = rowsOfBatches(FEW);
    Map<String, Long> many = rowsOfBatches(MANY);
    assertThat(few.keySet()).containsExactly("applyGradients", "gather", "gatherForTraining");
    // Of 64 items drawn from fewer some are drawn twice, or are in the sessions.
    few.forEach((method, rows) ->
        assertThat(many.get(method)).as(method + " " + few + " " + many).isLessThan(rows * 5 / 4));
  }

  private long deltaBytes(int items) throws Exception {
    EngineOptions options = options("delta-" + items);
    try (Engine engine = Engine.open(options, InstantSource.system(), new SimpleMeterRegistry())) {
      for (int i = 0; i < items; i++) {
        engine.ingest().upsert(all.item(i));
      }
      publish(engine, clicks(1_000));
      engine.snapshot();
      publish(engine, clicks(64));
      String id = engine.snapshot().id();
      return SnapshotStore.openReadOnly(options.dataDirectory().resolve("snapshots"))
          .open(id)
          .manifest()
          .sections()
          .stream()
          .mapToLong(SnapshotSection::fileBytes)
          .sum();
    }
  }

  private static void publish(Engine engine, List<FeedbackEvent> events)
      throws InterruptedException {
    long last = 0;
    for (FeedbackEvent event : events) {
      last = engine.ingest().publish(event).offset();
    }
    assertThat(engine.ingest().awaitApplied(last, Patience.FAR)).isTrue();
  }

  @Test
  void whatASnapshotWritesAfterABatchIsAsMuchInALargeCatalog() throws Exception {
    long few = deltaBytes(FEW);
    assertThat(deltaBytes(MANY)).as("of %d", few).isLessThan(few * 5 / 4);
  }
}
