package dev.dolmen.loadtest.bench.train;

import dev.dolmen.loadtest.experiment.EngineFeed;
import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.server.data.InteractionProfile;
import dev.dolmen.server.data.RecBoleDataset;
import dev.dolmen.server.data.SchemaInference;
import dev.dolmen.trainer.Engine;
import dev.dolmen.trainer.EngineOptions;
import dev.dolmen.trainer.EngineStatus;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Streams a dataset through an engine in this process as fast as it takes it: events a second over
 * log, look-up, validation, forward, backward and update, with the defaults of the product.
 * Arguments: the dataset's folder and how many events. Visits' contexts are left out.
 */
public final class TrainBench {
  private static final int SLICE_EVENTS = 50_000;

  private TrainBench() {}

  /** Runs the benchmark. */
  public static void main(String[] args) throws IOException, InterruptedException {
    if (args.length != 2) {
      throw new IllegalArgumentException("arguments: FOLDER EVENTS, got " + List.of(args));
    }
    RecBoleDataset dataset = RecBoleDataset.find(Path.of(args[0]));
    long limit = Long.parseLong(args[1]);
    InteractionProfile profile = InteractionProfile.read(dataset, limit, rows -> {});
    Schema schema = SchemaInference.infer(dataset, profile);
    EngineOptions options =
        EngineOptions.defaults(Files.createTempDirectory("dolmen-bench-"), schema);
    System.out.println("data directory " + options.dataDirectory());
    try (Engine engine = Engine.open(options, InstantSource.system(), new SimpleMeterRegistry())) {
      stream(engine, new EngineFeed(dataset, profile, schema));
    }
  }

  private static void stream(Engine engine, EngineFeed feed)
      throws IOException, InterruptedException {
    long begin = System.nanoTime();
    AtomicLong sliceBegin = new AtomicLong(begin);
    long all =
        feed.run(
            engine,
            events -> {
              if (events % SLICE_EVENTS == 0) {
                long now = System.nanoTime();
                print(engine.status(), events, SLICE_EVENTS, now - sliceBegin.getAndSet(now));
              }
            });
    print(engine.status(), all, all, System.nanoTime() - begin);
  }

  private static void print(EngineStatus status, long events, long inSpan, long nanos) {
    System.out.printf(
        Locale.ROOT,
        "%,10d events  %,8.0f events/s  Recall@20 %.4f  MRR@20 %.4f  popularity %.4f  loss %.3f"
            + "  freshness p50 %.0f ms p99 %.0f ms%n",
        events,
        inSpan / (nanos / 1e9),
        status.window().recallAt20(),
        status.window().mrrAt20(),
        status.window().popularityRecallAt20(),
        status.window().loss(),
        status.freshnessP50Ms(),
        status.freshnessP99Ms());
  }
}
