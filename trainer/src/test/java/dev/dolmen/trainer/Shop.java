package dev.dolmen.trainer;

import com.google.protobuf.Timestamp;
import dev.dolmen.model.data.DenseOptimizerOptions;
import dev.dolmen.model.item.ScanPrecision;
import dev.dolmen.parameterstore.schema.Schemas;
import dev.dolmen.trainer.catalog.CatalogOptions;
import dev.dolmen.trainer.catalog.SearchIndex;
import dev.dolmen.trainer.learn.ModelSettings;
import dev.dolmen.trainer.learn.TaskSettings;
import dev.dolmen.trainer.learn.TrainingOptions;
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

  /** AdamW with this learning rate from the first step on, and this weight decay. */
  static DenseOptimizerOptions optimizer(float learningRate, float weightDecay) {
    return DenseOptimizerOptions.defaults()
        .with(o ->
            o.learningRate(learningRate)
                .weightDecay(weightDecay)
                .gradientNormMax(0)
                .warmUpSteps(0)
                .decaySteps(0)
                .fullBatch(0));
  }

  public static EngineOptions options(
      Path directory, TaskSettings tasks, DenseOptimizerOptions optimizer) {
    return EngineOptions.defaults(directory, Schemas.small())
        .with(o ->
            o.model(model(tasks, optimizer))
                .training(training())
                .sessions(sessions())
                .catalog(
                    new CatalogOptions(
                        10_000, 0, 100, 3_600, 1 << 20, ScanPrecision.FP32, SearchIndex.EXACT))
                .log(log(10_000))
                .snapshots(SnapshotOptions.defaults().with(s -> s.intervalSec(0)))
                .seed(42));
  }

  private static ModelSettings model(TaskSettings tasks, DenseOptimizerOptions optimizer) {
    return ModelSettings.defaults()
        .with(m ->
            m.width(32)
                .layers(1)
                .feedForwardWidth(64)
                .maxSessionLength(8)
                .idGate(true)
                .tasks(tasks)
                .optimizer(optimizer));
  }

  private static TrainingOptions training() {
    return TrainingOptions.defaults()
        .with(t ->
            t.batchEvents(64)
                .batchAgeMs(20)
                .negatives(64)
                .fullSoftmaxItems(100)
                .negativeRate(0.5)
                .popularityHalfLifeEvents(5_000)
                .validationTime(1)
                .validationWindow(2_000)
                .refreshItemsPerBatch(128)
                .expireRowsPerBatch(256)
                .lagMs(500));
  }

  /** Small bounds, so that everything has to make room. */
  private static SessionOptions sessions() {
    return SessionOptions.defaults()
        .with(s ->
            s.maxSessions(500)
                .idleSec(3_600)
                .maxImpressions(1_000)
                .impressionWindowSec(60)
                .maxLateImpressions(100)
                .impressionLatenessSec(3_600)
                .maxEarlyEvents(100));
  }

  /** Embedded, in files of 1 MiB, of which the last records stay. */
  public static LogOptions log(int deduplicationEvents) {
    return LogOptions.defaults()
        .with(log ->
            log.minFreeBytes(16L << 20)
                .segmentBytes(1L << 20)
                .maxBytes(0)
                .deduplicationEvents(deduplicationEvents)
                .maxQueuedImpressions(64));
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
