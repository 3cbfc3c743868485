package dev.dolmen.trainer.learn;

import dev.dolmen.model.ServingModel;
import dev.dolmen.model.SessionModel;
import dev.dolmen.model.data.TrainingBatch;
import dev.dolmen.model.item.ItemVectors;
import dev.dolmen.model.layer.SignalNetwork;
import dev.dolmen.parameterstore.feature.FeatureExtractor;
import dev.dolmen.parameterstore.feature.Features;
import dev.dolmen.parameterstore.feature.InvalidFeatureException;
import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.parameterstore.store.EmbeddingTable;
import dev.dolmen.parameterstore.store.SlotStatistics;
import dev.dolmen.trainer.EngineOptions;
import dev.dolmen.trainer.alternatives.ArmCounts;
import dev.dolmen.trainer.alternatives.ExperimentOptions;
import dev.dolmen.trainer.alternatives.OnlineRankers;
import dev.dolmen.trainer.catalog.Catalog;
import dev.dolmen.trainer.catalog.CatalogItem;
import dev.dolmen.trainer.impressions.ImpressionJoiner;
import dev.dolmen.trainer.impressions.JoinerOptions;
import dev.dolmen.trainer.impressions.LoggedImpressions;
import dev.dolmen.trainer.impressions.ShownItems;
import dev.dolmen.trainer.log.LogOptions;
import dev.dolmen.trainer.session.ContextInterner;
import dev.dolmen.trainer.session.SessionHistory;
import dev.dolmen.trainer.session.SessionOptions;
import dev.dolmen.trainer.session.SessionStep;
import dev.dolmen.trainer.session.SessionStore;
import dev.dolmen.trainer.signals.ClickCounts;
import dev.dolmen.trainer.signals.CoVisits;
import dev.dolmen.trainer.state.StateCopy;
import dev.dolmen.trainer.validation.ClickValidation;
import dev.dolmen.trainer.validation.ProgressiveValidation;
import dev.dolmen.trainer.validation.ScoredBatch;
import dev.dolmen.v1.FeedbackEvent;
import dev.dolmen.v1.Impression;
import dev.dolmen.v1.Item;
import dev.dolmen.v1.LogRecord;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInput;
import java.io.DataInputStream;
import java.io.DataOutput;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * All state that is a function of log, batch boundaries and seed, and the two transitions on it:
 * {@link #apply} a record, {@link #learn} the events gathered since the last batch. Live run and
 * replay share it. Owned by the training thread.
 */
public final class Learner {
  /** Impressions that a batch learns from: one to this many events, but so many in any case. */
  private static final int SHOWN_SHARE = 4;

  private static final int MIN_SHOWN_SESSIONS = 8;

  /** Numbers before the catalogue in the written state. */
  private static final int COUNTS = 6;

  private final Schema schema;
  private final TrainingOptions options;
  private final ScoreTerms terms;
  private final long repeatWindowMs;

  /** No more than half of what is kept of a session: otherwise one item could fill it for ever. */
  private final int maxRepeats;

  public final FeatureExtractor features;
  private final ContextInterner contexts;
  public final Catalog catalog;
  public final SessionStore sessions;
  public final EmbeddingTable table;
  public final SessionModel model;
  public final ItemVectors vectors;
  public final ImpressionJoiner joiner;
  public final ProgressiveValidation validation;
  private final VectorRefresher refresher;
  private final BatchAssembler assembler;
  private final ClickCounts frequencies;
  private final ClickCounts baseline;
  public final CoVisits coVisits = new CoVisits();

  /** Kept up beside the state, not part of it. */
  private OnlineRankers rankers = OnlineRankers.none();

  /** Of the experiment that runs, or null. As a snapshot holds it, but not part of the state. */
  public @Nullable ArmCounts arms;

  private final float[] signals = new float[SignalNetwork.PARAMETERS];
  private final PendingEvents pending = new PendingEvents();
  private ServingModel serving;
  private long batches;
  private long eventsLearned;
  private long eventTimeMs;
  private long skippedBatches;
  private long inapplicable;
  private long flooded;

  /** Of the last batch learned, per task of the model; never changed, only replaced. */
  private volatile double[] taskLosses = {};

  private volatile LearningFigures lastBatch = new LearningFigures(0, 0, 0);
  private volatile Counters counters = new Counters(0, 0, 0, 0, 0, 0);

  /**
   * Counts since the model was born.
   *
   * @param batches batches learned
   * @param eventsLearned feedback events in them
   * @param eventTimeMs newest event time
   * @param skippedBatches batches left out because loss or gradient was not finite
   * @param inapplicable records whose item was gone or that the schema refused
   * @param flooded events of a session that had too many about their item
   */
  public record Counters(
      long batches,
      long eventsLearned,
      long eventTimeMs,
      long skippedBatches,
      long inapplicable,
      long flooded) {}

  /**
   * @param log where impressions are read back from
   */
  public Learner(EngineOptions engine, EmbeddingTable table, LoggedImpressions log) {
    schema = engine.schema();
    options = engine.training();
    terms = engine.model().terms();
    repeatWindowMs = engine.sessions().repeatWindowSec() * 1_000;
    maxRepeats =
        Math.clamp(engine.model().maxSessionLength() / 2, 1, engine.sessions().maxRepeats());
    features = new FeatureExtractor(engine.schema());
    contexts = new ContextInterner(features);
    this.table = table;
    catalog = new Catalog(features, engine.catalog().quarantineRecords());
    int length = engine.model().maxSessionLength();
    sessions =
        new SessionStore(
            catalog, engine.sessions().maxSessions(), engine.sessions().idleSec(), length);
    model =
        new SessionModel(
            engine.model().toModelOptions(engine.schema()),
            engine.model().optimizer(),
            engine.seed(),
            options.threads());
    vectors = new ItemVectors(engine.model().width(), engine.catalog().scan());
    joiner = new ImpressionJoiner(joinerOptions(engine), catalog, sessions, log);
    validation = newValidation();
    frequencies = new ClickCounts(options.popularityHalfLifeEvents(), false);
    baseline = new ClickCounts(options.baselineHalfLifeEvents(), terms.popularity());
    refresher =
        new VectorRefresher(
            catalog,
            vectors,
            new ItemEncoding(engine.schema(), table, engine.model().idGate()),
            baseline);
    assembler =
        new BatchAssembler(
            engine.schema(),
            table,
            catalog,
            frequencies,
            baseline,
            coVisits,
            new BatchAssembler.Options(
                options.negatives(),
                options.fullSoftmaxItems(),
                options.logQ(),
                length,
                options.negativeRate(),
                engine.model().idGate(),
                terms.signals(),
                engine.seed()));
    serving = model.publish();
  }

  /** What a snapshot must have been made with to be read. */
  public String shape() {
    return model.options() + terms.shape();
  }

  /** Counts what comes of an experiment from now on. Before the state is read. */
  public void count(ExperimentOptions experiment) {
    if (experiment.runs()) {
      ArmCounts counts = new ArmCounts(experiment);
      arms = counts;
      joiner.observe(counts);
    }
  }

  /** Names baselines that are told of every event from now on that extends a session. */
  public void teach(OnlineRankers others) {
    rankers = others;
  }

  private static JoinerOptions joinerOptions(EngineOptions engine) {
    SessionOptions sessions = engine.sessions();
    return new JoinerOptions(
        sessions.maxImpressions(),
        sessions.impressionWindowSec() * 1_000,
        sessions.maxLateImpressions(),
        sessions.impressionLatenessSec() * 1_000,
        maxLateBytes(engine.log()),
        sessions.maxEarlyEvents(),
        engine.model().tasks().learnsClicks(),
        engine.training().negativeRate(),
        Math.max(MIN_SHOWN_SESSIONS, engine.training().batchEvents() / SHOWN_SHARE),
        engine.seed());
  }

  /** Half of a log with a bound: the other half is for what no snapshot holds yet. */
  private static long maxLateBytes(LogOptions log) {
    return log.maxBytes() == 0 ? Long.MAX_VALUE : log.maxBytes() / 2;
  }

  /**
   * Applies the next record of the log: catalogue and sessions change at once.
   *
   * @param before offset of the record before it, 0 if it is the first
   * @param recordBytes its length
   */
  public void apply(LogRecord record, long before, int recordBytes) {
    joiner.read(recordBytes);
    catalog.countRecord();
    switch (record.getRecordCase()) {
      case FEEDBACK -> applyFeedback(record.getFeedback(), record.getLoggedUs());
      case IMPRESSION -> applyImpression(record.getImpression(), before);
      case UPSERT -> applyUpsert(record.getUpsert());
      case DELETE_ITEM_ID -> applyDelete(record.getDeleteItemId());
      case RECORD_NOT_SET -> inapplicable++;
    }
  }

  private void applyFeedback(FeedbackEvent event, long loggedUs) {
    long timeMs = SessionStep.timeMs(event.getTime());
    eventTimeMs = Math.max(eventTimeMs, timeMs);
    joiner.advance(Math.min(timeMs, loggedUs / 1_000));
    if (!event.getRequestId().isEmpty()) {
      joiner.join(event, timeMs);
    }
    int item = catalog.indexOf(event.getItemId());
    if (!SessionStep.isStep(event.getType())) {
      pending.count(loggedUs);
    } else if (item < 0) {
      inapplicable++;
      pending.count(loggedUs);
    } else if (isFlood(event.getSessionId(), item, timeMs)) {
      flooded++;
      pending.count(loggedUs);
    } else {
      int type = SessionStep.typeOf(event.getType());
      Features context = contextOf(event);
      SessionHistory before = sessions.append(event.getSessionId(), item, type, timeMs, context);
      pending.add(event.getSessionId(), before, item, type, timeMs, context, loggedUs);
      rankers.clicked(event.getSessionId(), before, item, timeMs);
    }
  }

  /** Whether the session's last events are about this item often enough. */
  private boolean isFlood(String sessionId, int item, long timeMs) {
    SessionHistory history = sessions.get(sessionId);
    long fromMs = timeMs - repeatWindowMs;
    return history != null && history.countOf(item, fromMs) >= maxRepeats;
  }

  private @Nullable Features contextOf(FeedbackEvent event) {
    try {
      return contexts.of(event.getContextMap());
    } catch (InvalidFeatureException e) {
      // Checked before it was logged; the schema was another one then.
      inapplicable++;
      return null;
    }
  }

  private void applyImpression(Impression impression, long before) {
    joiner.add(impression, SessionStep.timeMs(impression.getTime()), before);
  }

  private void applyUpsert(Item item) {
    try {
      refresher.changed(catalog.upsert(item).index());
      if (catalog.learnKnots(item)) {
        refresher.modelChanged();
      }
    } catch (InvalidFeatureException e) {
      inapplicable++;
    }
  }

  private void applyDelete(String itemId) {
    CatalogItem item = catalog.delete(itemId);
    if (item != null) {
      refresher.removed(item.index());
      frequencies.clear(item.index());
      baseline.clear(item.index());
      coVisits.clear(item.index());
      validation.deleted(item.index());
      rankers.deleted(item.index());
    }
  }

  /** Events that wait for the next batch. */
  public PendingEvents pending() {
    return pending;
  }

  /** Encodes items whose metadata is new. */
  public void flushChangedItems() {
    refresher.time(eventTimeSec());
    refresher.flush(serving);
  }

  /** New items that wait for {@link #flushChangedItems}. */
  public int changedItems() {
    return refresher.waiting();
  }

  /**
   * Learns the pending events as the next batch: validate, forward, backward, step, update rows,
   * refresh vectors.
   */
  public void learn() {
    flushChangedItems();
    batches++;
    long eventTimeSec = eventTimeSec();
    model.copySignals(signals);
    List<ShownItems> shown = joiner.take();
    TrainingBatch batch =
        assembler.assemble(pending.sessions(), shown, batches, signals, eventTimeSec);
    assembler.gatherForTraining(eventTimeSec);
    if (batch.queries() > 0) {
      learnPredictions(batch);
    }
    for (PendingSession session : pending.sessions()) {
      for (int i = 0; i < session.newEvents(); i++) {
        frequencies.add(session.newItem(i));
        baseline.add(session.newItem(i));
        validation.clicked(session.newItem(i), eventTimeMs);
        refresher.clicked(session.newItem(i), serving);
      }
      session.addTo(coVisits);
    }
    rankers.learn();
    table.expire(eventTimeSec, options.expireRowsPerBatch());
    eventsLearned += pending.size();
    pending.clear();
    refresher.sweep(options.refreshItemsPerBatch(), serving);
    publishCounters();
  }

  private void learnPredictions(TrainingBatch batch) {
    model.forward(batch, assembler.rows());
    // Of what it reads nothing changes before it is joined: half of the work beside the other half.
    CompletableFuture<Void> scored = CompletableFuture.runAsync(() -> validate(batch));
    double loss = model.backward(batch, assembler.rows());
    boolean finite = model.step();
    if (finite) {
      assembler.applyGradients();
    }
    scored.join();
    lastBatch = new LearningFigures(loss, model.gradientNorm(), model.learningRate());
    if (finite) {
      validation.addLoss(loss, batch.predictions);
      publishTaskLosses();
      serving = model.publish();
      refresher.modelChanged();
      // The others have moved a little, and wait for their turn.
      refresher.refresh(assembler.recordItems(), assembler.recordsOfSessions(), serving);
    } else {
      skippedBatches++;
    }
  }

  private void validate(TrainingBatch batch) {
    if (batch.predictions > 0) {
      ScoredBatch predictions =
          new ScoredBatch(
              batches,
              eventTimeMs,
              model.sessionVectors(),
              assembler.targetItems(),
              assembler.neighborRanks(),
              assembler.bonuses());
      validation.score(predictions, vectors, baseline);
    }
    // The published parameters are those before the step, which may come before this ends.
    validation.clickChances().score(batch, serving, model.sessionVectors(), model.itemVectors());
  }

  /** The last batch learned, or refused. Any thread. */
  public LearningFigures lastBatch() {
    return lastBatch;
  }

  private void publishTaskLosses() {
    double[] losses = new double[model.tasks()];
    for (int task = 0; task < losses.length; task++) {
      losses[task] = model.loss(task);
    }
    taskLosses = losses;
  }

  /** Mean loss of one of the model's tasks in the last batch; 0 before the first. Any thread. */
  public double taskLoss(int task) {
    double[] losses = taskLosses;
    return losses.length == 0 ? 0 : losses[task];
  }

  /** Newest event time. */
  public long eventTimeSec() {
    return Math.max(0, eventTimeMs / 1_000);
  }

  /** Whether some item vectors were made by an older model. */
  public boolean staleVectors() {
    return refresher.stale();
  }

  /** Brings up to {@code maxItems} item vectors up to date. */
  public void refreshVectors(int maxItems) {
    refresher.sweep(maxItems, serving);
  }

  /** Encodes the whole catalogue: after a restore. */
  public void refreshAllVectors() {
    flushChangedItems();
    refresher.modelChanged();
    refresher.sweep(Integer.MAX_VALUE, serving);
  }

  /** Indexes of the items clicked most of late, best first. */
  public int[] mostClicked(int maxItems) {
    return baseline.mostClicked(maxItems);
  }

  /** The dense parameters after the last batch. */
  public ServingModel serving() {
    return serving;
  }

  /**
   * The read side of what is learned so far, for any thread. What is learned afterwards shows in
   * it, but for what {@link LiveState#publish} is told of.
   *
   * @param logOffset everything in the log up to this is learned
   */
  public LiveState live(long logOffset) {
    return new LiveState(
        schema,
        features,
        catalog,
        vectors,
        sessions,
        table,
        coVisits,
        new Published(serving, batches, logOffset, eventTimeSec()));
  }

  /** Batches learned. */
  public long batches() {
    return batches;
  }

  /** Counts as of the last batch. Any thread. */
  public Counters counters() {
    return counters;
  }

  private void publishCounters() {
    counters =
        new Counters(batches, eventsLearned, eventTimeMs, skippedBatches, inapplicable, flooded);
    validation.publishFigures();
    joiner.publishFigures();
  }

  /** Writes counters, catalogue, sessions, click counts and joiner; no events may be pending. */
  public void writeTo(DataOutput out) throws IOException {
    copy().writeTo(out);
  }

  /** What {@link #writeTo} writes, as of now; no events may be pending. */
  public StateCopy copy() {
    if (pending.size() > 0) {
      throw new IllegalStateException(pending.size() + " events are pending, expected a barrier");
    }
    long[] counts = {batches, eventsLearned, eventTimeMs, skippedBatches, inapplicable, flooded};
    List<StateCopy> parts =
        List.of(
            catalog.copy(),
            sessions.copy(),
            frequencies.copy(),
            baseline.copy(),
            coVisits.copy(),
            joiner.copy());
    return out -> {
      for (long count : counts) {
        out.writeLong(count);
      }
      for (StateCopy part : parts) {
        part.writeTo(out);
      }
    };
  }

  /** Reads what {@link #writeTo} wrote into this new learner. */
  public void readFrom(DataInput in) throws IOException {
    batches = in.readLong();
    eventsLearned = in.readLong();
    eventTimeMs = in.readLong();
    skippedBatches = in.readLong();
    inapplicable = in.readLong();
    flooded = in.readLong();
    catalog.readFrom(in);
    sessions.readFrom(in);
    frequencies.readFrom(in);
    baseline.readFrom(in);
    coVisits.readFrom(in);
    joiner.readFrom(in);
    publishCounters();
  }

  /** Reads the items of what {@link #writeTo} wrote, and no further. */
  public static void readItems(DataInput in, Consumer<Item> items) throws IOException {
    for (int counts = COUNTS; counts > 0; counts--) {
      in.readLong();
    }
    Catalog.readItems(in, items);
  }

  /**
   * Takes over what another has learned into the same table, not what it remembers of the stream.
   */
  public void continueFrom(Learner before) {
    try {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      before.model.writeTo(new DataOutputStream(bytes));
      model.readFrom(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    modelRestored();
    batches = before.batches;
    eventsLearned = before.eventsLearned;
    skippedBatches = before.skippedBatches;
  }

  /** Begins the figures of quality anew. */
  public void forgetFigures() throws IOException {
    ByteArrayOutputStream none = new ByteArrayOutputStream();
    newValidation().writeTo(new DataOutputStream(none));
    validation.readFrom(new DataInputStream(new ByteArrayInputStream(none.toByteArray())));
  }

  private ProgressiveValidation newValidation() {
    return new ProgressiveValidation(
        options.validationWindow(),
        options.validationShare(),
        new ClickValidation(options.negativeRate()));
  }

  /** Figures of each slot's table, in schema order. Any thread. */
  public List<SlotStatistics> slotStatistics() {
    List<SlotStatistics> slots = new ArrayList<>();
    for (int slot = 0; slot < table.slots(); slot++) {
      slots.add(table.statistics(slot));
    }
    return List.copyOf(slots);
  }

  /** Bytes of memory in use by part. Any thread. */
  public Map<String, Long> memoryBytes() {
    // Read off the writer's thread: a figure, good to a snapshot.
    long copies = table.copyMemoryBytes();
    long rows = slotStatistics().stream().mapToLong(SlotStatistics::memoryBytes).sum();
    long items = (long) catalog.indexLimit() * model.options().width() * Float.BYTES;
    Runtime runtime = Runtime.getRuntime();
    return Map.of(
        "table", rows,
        "snapshot_copies", copies,
        "item_vectors", items,
        "heap", runtime.totalMemory() - runtime.freeMemory());
  }

  /** Takes over the parameters that the model has read. */
  public void modelRestored() {
    serving = model.publish();
  }
}
