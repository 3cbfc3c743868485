package dev.dolmen.trainer;

import com.google.protobuf.Timestamp;
import dev.dolmen.model.data.DenseOptimizerOptions;
import dev.dolmen.model.data.Pooling;
import dev.dolmen.model.item.ScanPrecision;
import dev.dolmen.parameterstore.schema.Schemas;
import dev.dolmen.trainer.catalog.CatalogOptions;
import dev.dolmen.trainer.learn.ModelSettings;
import dev.dolmen.trainer.learn.ScoreTerms;
import dev.dolmen.trainer.learn.TaskSettings;
import dev.dolmen.trainer.learn.TrainingOptions;
import dev.dolmen.trainer.log.KafkaLogOptions;
import dev.dolmen.trainer.log.LogOptions;
import dev.dolmen.trainer.session.SessionOptions;
import dev.dolmen.trainer.snapshot.SnapshotOptions;
import dev.dolmen.v1.EventType;
import dev.dolmen.v1.FeedbackEvent;
import dev.dolmen.v1.Item;
import dev.dolmen.v1.SlotValue;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A seeded shop for tests: items in clusters, visitors who stay in a cluster and walk it in a fixed
 * order most of the time, so that the next click can be learned and popularity knows little.
 */
public final class Shop {
  public static final int CLUSTER = 10;

  public final int items;
  private final SplittableRandom random;
  private long events;
  private long sessions;

  public Shop(int items, long seed) {
    this.items = items;
    random = new SplittableRandom(seed);
  }

  /** Small model, batches of 64 by count alone, room for few sessions. */
  public static EngineOptions options(Path directory) {
    return options(directory, TaskSettings.defaults());
  }

  /** The same, with these tasks. */
  public static EngineOptions options(Path directory, TaskSettings tasks) {
    return options(directory, tasks, DenseOptimizerOptions.defaults());
  }

  /** AdamW with this learning rate from the first step on. */
  static DenseOptimizerOptions optimizer(float learningRate) {
    return new DenseOptimizerOptions(learningRate, 0.9f, 0.99f, 1e-8f, 0, 0, 0, 0, 0);
  }

  public static EngineOptions options(
      Path directory, TaskSettings tasks, DenseOptimizerOptions optimizer) {
    return new EngineOptions(
        directory,
        Schemas.small(),
        new ModelSettings(
            32, 1, 2, 64, 8, Pooling.LAST, 0.1f, true, 8, ScoreTerms.defaults(), tasks, optimizer),
        new TrainingOptions(
            64, 20, 64, 100, 1f, 0.5, 10_000, 5_000, 1, 2_000, 128, 256, 500, 1_024, 1),
        new SessionOptions(500, 3_600, 1_000, 60, 100, 3_600, 100, 10, 3_600),
        new CatalogOptions(10_000, 100, ScanPrecision.FP32),
        log(10_000),
        new SnapshotOptions(0, 3, true),
        42);
  }

  /** Embedded, in files of 1 MiB, of which the last records stay. */
  static LogOptions log(int deduplicationEvents) {
    return new LogOptions(
        LogOptions.Kind.CHRONICLE,
        16L << 20,
        1L << 20,
        0,
        LogOptions.Fsync.NEVER,
        deduplicationEvents,
        64,
        KafkaLogOptions.defaults());
  }

  public static String id(int item) {
    return "item-" + item;
  }

  public Item item(int number) {
    return Item.newBuilder()
        .setItemId(id(number))
        .putSlots("category", SlotValue.newBuilder().setToken("c" + number / CLUSTER).build())
        .putSlots("price", SlotValue.newBuilder().setNumber(number * 7 % 31).build())
        .putSlots("since", SlotValue.newBuilder().setNumber(900 + number).build())
        .build();
  }

  /** The events of one new visit. */
  public List<FeedbackEvent> visit() {
    List<FeedbackEvent> visit = new ArrayList<>();
    String session = "visit-" + sessions++;
    int cluster = random.nextInt(items / CLUSTER);
    int at = random.nextInt(CLUSTER);
    int length = 2 + random.nextInt(5);
    for (int i = 0; i < length; i++) {
      visit.add(click(session, cluster * CLUSTER + at));
      at = random.nextInt(10) < 8 ? (at + 1) % CLUSTER : random.nextInt(CLUSTER);
    }
    return visit;
  }

  public FeedbackEvent click(String session, int item) {
    long number = events++;
    return FeedbackEvent.newBuilder()
        .setEventId("event-" + number)
        .setSessionId(session)
        .setItemId(id(item))
        .setType(EventType.EVENT_TYPE_CLICK)
        .setTime(Timestamp.newBuilder().setSeconds(1_000 + number / 10))
        .putContext("device", number % 3 == 0 ? "phone" : "desk")
        .build();
  }
}
