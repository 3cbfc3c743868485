package dev.dolmen.evaluation.study;

import com.google.protobuf.Timestamp;
import dev.dolmen.server.data.DatasetImport;
import dev.dolmen.server.data.DatasetItems;
import dev.dolmen.server.data.Interaction;
import dev.dolmen.server.data.InteractionProfile;
import dev.dolmen.server.data.Interactions;
import dev.dolmen.server.data.ItemArrivals;
import dev.dolmen.trainer.Engine;
import dev.dolmen.trainer.EngineOptions;
import dev.dolmen.v1.FeedbackEvent;
import dev.dolmen.v1.Item;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;

/** A dataset as items and clicks for an engine in this process; visits' contexts are left out. */
public record EngineFeed(DatasetImport read) {
  /** What the clicks are. */
  InteractionProfile profile() {
    return read.profile();
  }

  /** The catalogue. */
  public List<Item> items() throws IOException {
    List<Item> all = new ArrayList<>();
    try (DatasetItems items = read.items()) {
      for (Item item = items.next(); item != null; item = items.next()) {
        all.add(item);
      }
    }
    return all;
  }

  /** The catalogue in the order in which it comes, for an engine with these options. */
  ItemArrivals arrivals(EngineOptions options) throws IOException {
    return read.arrivals(options.training().batchEvents(), options.seed());
  }

  /** The clicks in order. */
  Interactions clicks() {
    return new Interactions(read.dataset(), read.profile(), List.of());
  }

  /**
   * Upserts items when they arrive and publishes every click as fast as the engine takes them.
   *
   * @param progress told the number of clicks published
   * @return clicks, when all of them are learned
   */
  public long run(Engine engine, EngineOptions options, LongConsumer progress)
      throws IOException, InterruptedException {
    ItemArrivals arrivals = arrivals(options);
    long events = 0;
    long last = 0;
    try (Interactions clicks = clicks()) {
      for (Interaction click = clicks.next(); click != null; click = clicks.next()) {
        List<Item> arriving = new ArrayList<>();
        arrivals.before(events, arriving::add);
        for (Item item : arriving) {
          engine.ingest().awaitCapacity();
          engine.ingest().upsert(item);
        }
        engine.ingest().awaitCapacity();
        last = engine.ingest().publish(event(click, events++)).offset();
        progress.accept(events);
      }
    }
    if (!engine.ingest().awaitApplied(last, Duration.ofMinutes(5))) {
      throw new IllegalStateException("not learned: " + engine.status());
    }
    return events;
  }

  /** A click as an event, without context. */
  FeedbackEvent event(Interaction click, long number) {
    long ms = profile().timeScale().toMillis(click.time());
    return FeedbackEvent.newBuilder()
        .setEventId(Long.toString(number))
        .setSessionId(click.session())
        .setItemId(click.item())
        .setType(click.type())
        .setTime(
            Timestamp.newBuilder()
                .setSeconds(Math.floorDiv(ms, 1_000))
                .setNanos(Math.floorMod(ms, 1_000) * 1_000_000))
        .build();
  }
}
