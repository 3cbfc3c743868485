package dev.dolmen.evaluation.study;

import com.google.protobuf.Timestamp;
import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.server.data.DatasetItems;
import dev.dolmen.server.data.Interaction;
import dev.dolmen.server.data.InteractionProfile;
import dev.dolmen.server.data.Interactions;
import dev.dolmen.server.data.RecBoleDataset;
import dev.dolmen.trainer.Engine;
import dev.dolmen.v1.FeedbackEvent;
import dev.dolmen.v1.Item;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;

/** A dataset as items and clicks for an engine in this process; visits' contexts are left out. */
public record EngineFeed(RecBoleDataset dataset, InteractionProfile profile, Schema schema) {
  /** The catalogue. */
  public List<Item> items() throws IOException {
    List<Item> all = new ArrayList<>();
    try (DatasetItems items = new DatasetItems(dataset, profile, schema)) {
      for (Item item = items.next(); item != null; item = items.next()) {
        all.add(item);
      }
    }
    return all;
  }

  /**
   * Upserts all items and publishes every click as fast as the engine takes them.
   *
   * @param progress told the number of clicks published
   * @return clicks, when all of them are learned
   */
  public long run(Engine engine, LongConsumer progress) throws IOException, InterruptedException {
    for (Item item : items()) {
      engine.ingest().awaitCapacity();
      engine.ingest().upsert(item);
    }
    long events = 0;
    long last = 0;
    try (Interactions clicks = new Interactions(dataset, profile, List.of())) {
      for (Interaction click = clicks.next(); click != null; click = clicks.next()) {
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
    long ms = profile.timeScale().toMillis(click.time());
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
