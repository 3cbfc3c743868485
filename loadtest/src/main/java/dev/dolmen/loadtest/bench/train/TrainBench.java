package dev.dolmen.loadtest.bench.train;

import com.google.protobuf.Timestamp;
import dev.dolmen.loadtest.data.Interaction;
import dev.dolmen.loadtest.data.InteractionProfile;
import dev.dolmen.loadtest.data.Interactions;
import dev.dolmen.loadtest.data.ItemReader;
import dev.dolmen.loadtest.data.RecBoleDataset;
import dev.dolmen.loadtest.data.SchemaInference;
import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.trainer.Engine;
import dev.dolmen.trainer.EngineOptions;
import dev.dolmen.trainer.EngineStatus;
import dev.dolmen.v1.EventType;
import dev.dolmen.v1.FeedbackEvent;
import dev.dolmen.v1.Item;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;

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
      upsert(engine, dataset, profile, schema);
      stream(engine, dataset, profile);
    }
  }

  private static void upsert(
      Engine engine, RecBoleDataset dataset, InteractionProfile profile, Schema schema)
      throws IOException, InterruptedException {
    Path file = dataset.itemFile();
    if (file != null) {
      try (ItemReader items = ItemReader.open(file, schema)) {
        for (Item item = items.next(); item != null; item = items.next()) {
          engine.ingest().awaitCapacity();
          engine.ingest().upsert(item);
        }
      }
    }
    for (String id : profile.items()) {
      if (!engine.ingest().knows(id)) {
        engine.ingest().awaitCapacity();
        engine.ingest().upsert(Item.newBuilder().setItemId(id).build());
      }
    }
  }

  private static void stream(Engine engine, RecBoleDataset dataset, InteractionProfile profile)
      throws IOException, InterruptedException {
    long begin = System.nanoTime();
    long sliceBegin = begin;
    long events = 0;
    long last = 0;
    try (Interactions clicks = new Interactions(dataset, profile, List.of())) {
      for (Interaction click = clicks.next(); click != null; click = clicks.next()) {
        engine.ingest().awaitCapacity();
        last = engine.ingest().publish(event(click, profile, events++)).offset();
        if (events % SLICE_EVENTS == 0) {
          print(engine.status(), events, SLICE_EVENTS, System.nanoTime() - sliceBegin);
          sliceBegin = System.nanoTime();
        }
      }
    }
    if (!engine.ingest().awaitApplied(last, Duration.ofMinutes(5))) {
      throw new IllegalStateException("not learned: " + engine.status());
    }
    print(engine.status(), events, events, System.nanoTime() - begin);
  }

  private static FeedbackEvent event(Interaction click, InteractionProfile profile, long number) {
    long ms = profile.timeScale().toMillis(click.time());
    return FeedbackEvent.newBuilder()
        .setEventId(Long.toString(number))
        .setSessionId(click.session())
        .setItemId(click.item())
        .setType(EventType.EVENT_TYPE_CLICK)
        .setTime(
            Timestamp.newBuilder()
                .setSeconds(Math.floorDiv(ms, 1_000))
                .setNanos(Math.floorMod(ms, 1_000) * 1_000_000))
        .build();
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
