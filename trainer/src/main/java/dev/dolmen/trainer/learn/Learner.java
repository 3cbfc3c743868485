package dev.dolmen.trainer.learn;

import dev.dolmen.model.ServingModel;
import dev.dolmen.model.SessionModel;
import dev.dolmen.model.data.TrainingBatch;
import dev.dolmen.model.item.ItemVectorReader;
import dev.dolmen.model.item.ItemVectors;
import dev.dolmen.model.layer.SignalNetwork;
import dev.dolmen.parameterstore.feature.InvalidFeatureException;
import dev.dolmen.parameterstore.store.EmbeddingTable;
import dev.dolmen.parameterstore.store.SlotStatistics;
import dev.dolmen.trainer.alternatives.Alternatives;
import dev.dolmen.trainer.alternatives.OnlineRankers;
import dev.dolmen.trainer.catalog.CatalogItem;
import dev.dolmen.trainer.catalog.SearchIndex;
import dev.dolmen.trainer.impressions.ImpressionJoiner;
import dev.dolmen.trainer.impressions.LoggedImpressions;
import dev.dolmen.trainer.impressions.ShownItems;
import dev.dolmen.trainer.migration.Migration;
import dev.dolmen.trainer.session.SessionStep;
import dev.dolmen.trainer.state.StateCopy;
import dev.dolmen.trainer.state.StateSection;
import dev.dolmen.trainer.state.StreamPart;
import dev.dolmen.trainer.stream.StreamState;
import dev.dolmen.trainer.stream.StreamStep;
import dev.dolmen.trainer.thread.BackgroundThreads;
import dev.dolmen.trainer.validation.ProgressiveValidation;
import dev.dolmen.trainer.validation.ScoredBatch;
import dev.dolmen.trainer.validation.ScoringBudget;
import dev.dolmen.trainer.validation.ValidationReader;
import dev.dolmen.v1.FeedbackEvent;
import dev.dolmen.v1.Item;
import dev.dolmen.v1.LogRecord;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * All state that is a function of log, batch boundaries and seed, and the two transitions on it:
 * {@link #apply} a record, {@link #learn} the events gathered since the last batch. The stream
 * state changes with every record; model, table and validation are what learns, batch by batch.
 * Live run and replay share it. Owned by the training thread.
 */
public final class Learner implements AutoCloseable {
  private final LearnerOptions options;
  private final StreamState stream;
  private final EmbeddingTable table;
  private final int nicer;
  private final SessionModel model;
  private final ItemVectors vectors;
  private final ImpressionJoiner joiner;
  private final ProgressiveValidation validation;
  private final VectorRefresher refresher;
  private final BatchAssembler assembler;

  /** Kept up next to the state, not part of it. */
  private final OnlineRankers rankers;

  private final LearnerSections sections;
  private final float[] signals = new float[SignalNetwork.PARAMETERS];
  private final PendingEvents pending = new PendingEvents();
  private WorkTime work = new WorkTime(null);
  private ScoringBudget scoring = ScoringBudget.unbounded();
  private ServingModel serving;
  private long batches;
  private long eventsLearned;
  private long skippedBatches;

  /** Of the last batch learned, per task of the model; never changed, only replaced. */
  private volatile double[] taskLosses = {};

  private volatile LearningFigures lastBatch = new LearningFigures(0, 0, 0);
  private volatile LearnerCounts counts = LearnerCounts.NONE;

  /**
   * Nothing has been learned yet.
   *
   * @param table empty, and its owner's to close
   * @param log where impressions are read back from
   * @param alternatives what is told of the same events
   * @param nicer than the process by, of the threads that learn: see {@link BackgroundThreads}
   */
  public Learner(
      LearnerOptions options,
      EmbeddingTable table,
      LoggedImpressions log,
      Alternatives alternatives,
      int nicer) {
    this.options = options;
    this.nicer = nicer;
    this.table = table;
    stream = new StreamState(options.stream());
    model =
        new SessionModel(
            options.model().toModelOptions(options.schema()),
            options.model().optimizer(),
            options.seed(),
            options.training().threads(),
            BackgroundThreads.factory("dolmen-kernels", nicer));
    boolean cells = options.catalog().index() == SearchIndex.CELLS;
    vectors = new ItemVectors(options.model().width(), options.catalog().scan(), cells);
    joiner = new ImpressionJoiner(options.joiner(), stream.catalog(), stream.sessions(), log);
    validation = options.training().newValidation();
    refresher =
        new VectorRefresher(
            stream.catalog(),
            vectors,
            () -> new ItemEncoding(stream.features(), table, options.model().idGate()),
            stream.popularity(),
            options.training().priorAgeSec());
    assembler =
        new BatchAssembler(
            table,
            stream.catalog(),
            stream.targetCounts(),
            stream.popularity(),
            stream.coVisits(),
            stream.content(),
            validation.choice(),
            options.batches());
    rankers = alternatives.rankers();
    if (alternatives.arms() != null) {
      joiner.observe(alternatives.arms());
    }
    serving = model.publish();
    sections = new LearnerSections(this, model, validation, joiner, alternatives.arms());
  }

  /** What a snapshot is made with. */
  public Migration.Shape shape() {
    return options.shape();
  }

  /**
   * What is read next was written in another shape.
   *
   * @param migration null if it was written in this one
   */
  public void readFrom(@Nullable Migration migration) {
    sections.modelFrom(migration);
    stream.readFromSchemaWith(migration == null ? null : migration.quantiles());
  }

  /** What was written in another shape has been read. */
  public void migrated(Migration migration) {
    migration.changeContexts(stream.sessions()::changeContexts);
    migration.changeContexts(joiner::changeContexts);
  }

  /**
   * Applies the next record of the log: catalogue and sessions change at once.
   *
   * @param before offset of the record before it, 0 if it is the first
   * @param recordBytes its length
   */
  public void apply(LogRecord record, long before, int recordBytes) {
    joiner.read(recordBytes);
    stream.catalog().countRecord();
    switch (record.getRecordCase()) {
      case FEEDBACK -> applyFeedback(record.getFeedback(), record.getLoggedUs());
      case IMPRESSION ->
          joiner.add(
              record.getImpression(), SessionStep.timeMs(record.getImpression().getTime()), before);
      case UPSERT -> applyUpsert(record.getUpsert());
      case DELETE_ITEM_ID -> applyDelete(record.getDeleteItemId());
      case RECORD_NOT_SET -> stream.countInapplicable();
    }
    stream.forgetDeleted(item -> {
      validation.deleted(item);
      rankers.deleted(item);
    });
  }

  private void applyFeedback(FeedbackEvent event, long loggedUs) {
    long toldMs = SessionStep.timeMs(event.getTime());
    long timeMs = stream.admit(toldMs);
    joiner.advance(Math.min(toldMs, loggedUs / 1_000));
    if (!event.getRequestId().isEmpty()) {
      joiner.join(event, timeMs);
    }
    StreamStep step = stream.feedback(event, timeMs);
    if (step == null) {
      pending.count(loggedUs);
    } else {
      pending.add(step, loggedUs);
      rankers.clicked(step.sessionId(), step.before(), step.item(), timeMs);
    }
  }

  private void applyUpsert(Item item) {
    try {
      refresher.changed(stream.upsert(item).index());
      if (stream.catalog().learnKnots(item)) {
        refresher.modelChanged();
      }
    } catch (InvalidFeatureException e) {
      stream.countInapplicable();
    }
  }

  private void applyDelete(String itemId) {
    CatalogItem item = stream.delete(itemId);
    if (item != null) {
      refresher.removed(item.index());
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
   * Goes on with other dense parameters, {@link SessionModel#replaceParameters}, between two
   * batches; rows are the table's, {@link EmbeddingTable#setWeights}.
   *
   * @param items whose vectors are made again at once, by index; the others wait for their turn
   */
  public void takeParameters(float[] parameters, int[] items) {
    model.replaceParameters(parameters);
    serving = model.publish();
    refresher.modelChanged();
    refresher.refresh(items, items.length, serving);
  }

  /**
   * Learns the pending events as the next batch: validate, forward, backward, step, update rows,
   * count, refresh vectors.
   */
  public void learn() {
    long startNanos = work.nanos();
    flushChangedItems();
    batches++;
    long eventTimeSec = eventTimeSec();
    model.copySignals(signals);
    List<ShownItems> shown = joiner.take();
    TrainingBatch batch =
        assembler.assemble(
            pending.sessions(), shown, batches, signals, eventTimeSec, eventsLearned);
    assembler.gatherForTraining(eventTimeSec);
    if (batch.queries() > 0) {
      learnPredictions(batch);
    }
    countClicks();
    rankers.learn();
    table.expire(eventTimeSec, options.training().expireRowsPerBatch());
    eventsLearned += pending.size();
    refresher.sweep(itemsToSweep(), serving);
    pending.clear();
    refresher.sweepPriors(work.nanos(), serving);
    publishFigures();
    scoring.worked(work.nanos() - startNanos);
  }

  /** A share of what is swept after a full batch, so that small batches cost little. */
  private int itemsToSweep() {
    TrainingOptions training = options.training();
    long items = (long) training.refreshItemsPerBatch() * pending.size();
    return (int) Math.min(Integer.MAX_VALUE, Math.ceilDiv(items, training.batchEvents()));
  }

  /**
   * Bounds by time what nothing is learned from: scoring before learning, and how old an item's
   * popularity may be in what requests see. Without a clock every prediction is scored.
   */
  public void timeBy(InstantSource clock) {
    work = new WorkTime(clock);
    scoring = new ScoringBudget(options.training().validationTime());
    validation.bound(scoring);
  }

  private void learnPredictions(TrainingBatch batch) {
    boolean scores = validation.choice().any() || batch.shown > 0;
    if (scores || !batch.anyAsNew) {
      model.forward(batch, assembler.rows());
    }
    // Of what it reads nothing changes before it is joined: half of the work next to the other.
    CompletableFuture<Void> scored = CompletableFuture.runAsync(() -> validate(batch, scores));
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

  private void validate(TrainingBatch batch, boolean scores) {
    BackgroundThreads.join(nicer);
    long startNanos = work.nanos();
    if (batch.predictions > 0) {
      ScoredBatch predictions =
          new ScoredBatch(
              stream.counts().eventTimeMs(),
              model.sessionVectors(),
              assembler.targetItems(),
              assembler.neighborRanks(),
              assembler.bonuses());
      validation.score(predictions, vectors, stream.popularity());
    }
    if (scores) {
      // The published parameters are those before the step, which may come before this ends.
      validation.clickChances().score(batch, serving, model.sessionVectors(), model.itemVectors());
    }
    if (batch.predictions > 0) {
      scoring.scored(validation.scored(), work.nanos() - startNanos);
    }
  }

  private void countClicks() {
    long nowMs = stream.counts().eventTimeMs();
    for (PendingSession session : pending.sessions()) {
      session.forEachNew(
          nowMs,
          click -> {
            stream.clicked(click);
            validation.clicked(click);
            refresher.clicked(click.item(), serving);
          });
    }
  }

  private void publishTaskLosses() {
    taskLosses = IntStream.range(0, model.tasks()).mapToDouble(model::loss).toArray();
  }

  /** Newest event time. */
  public long eventTimeSec() {
    return stream.eventTimeSec();
  }

  /** Whether some item vectors were made by an older model. */
  public boolean staleVectors() {
    return refresher.stale();
  }

  /** What has changed of the item vectors, for those elsewhere who have them. */
  public ItemMarks marks() {
    return refresher.marks();
  }

  /** Vectors by the catalogue's index. */
  public ItemVectorReader vectors() {
    return vectors;
  }

  /** Brings up to {@code maxItems} item vectors up to date. */
  public void refreshVectors(int maxItems) {
    refresher.sweep(maxItems, serving);
  }

  /**
   * Item vectors are read by nobody until {@link #refreshAllVectors}, and not kept up until then.
   * Only where nothing is scored before it is learned; what is learned does not depend on them.
   */
  public void leaveVectors() {
    refresher.rest();
  }

  /** Encodes the whole catalogue. */
  public void refreshAllVectors() {
    refresher.time(eventTimeSec());
    refresher.refreshAll(serving);
  }

  /** Keeps up the item vectors; what was restored has none yet. */
  VectorRefresher refresher() {
    return refresher;
  }

  /**
   * Indexes of the items clicked most over a longer time, best first. Items that were deleted and
   * may come back are among them, so that they are there at once when they do; up to three times as
   * many more make up for them.
   */
  public int[] mostClicked(int maxItems) {
    int away = Math.min(stream.catalog().withdrawn(), 3 * maxItems);
    return stream.mostClicked(maxItems + away);
  }

  /** What is remembered of the stream. */
  public StreamState stream() {
    return stream;
  }

  /** The rows, for snapshots. */
  public EmbeddingTable table() {
    return table;
  }

  /** The dense parameters after the last batch. */
  public ServingModel serving() {
    return serving;
  }

  /** Batches learned. */
  public long batches() {
    return batches;
  }

  /** The log up to this offset is not needed any more to read impressions back. */
  public long logNotNeededUpTo() {
    return joiner.notNeededUpTo();
  }

  /**
   * The read side of what is learned so far, for any thread. What is learned afterwards shows in
   * it, but for the model, which is published.
   *
   * @param logOffset everything in the log up to this is learned
   */
  public LiveState live(long logOffset) {
    return new LiveState(options.schema(), stream, vectors, table, published(logOffset));
  }

  /** What is to be visible when the log is learned up to this offset. */
  public Published published(long logOffset) {
    return new Published(serving, batches, logOffset, eventTimeSec());
  }

  /** Counts as of the last batch. Any thread. */
  public LearnerCounts counts() {
    return counts;
  }

  /** The last batch learned, or refused. Any thread. */
  public LearningFigures lastBatch() {
    return lastBatch;
  }

  /** Names of the model's tasks. Any thread. */
  public List<String> tasks() {
    return IntStream.range(0, model.tasks()).mapToObj(model::taskName).toList();
  }

  /** Mean loss of one of the model's tasks in the last batch; 0 before the first. Any thread. */
  public double taskLoss(int task) {
    double[] losses = taskLosses;
    return losses.length == 0 ? 0 : losses[task];
  }

  /** Figures of quality, for any thread. */
  public ValidationReader validation() {
    return validation;
  }

  /** What became of impressions, as of the last batch. Any thread. */
  public ImpressionJoiner.Figures impressions() {
    return joiner.figures();
  }

  private void publishFigures() {
    counts = new LearnerCounts(batches, eventsLearned, skippedBatches, stream.counts());
    validation.publishFigures();
    joiner.publishFigures();
    stream.priorCheck().publishFigures();
  }

  /**
   * What a snapshot holds next to the rows, in the order in which it is written and read; no events
   * may be pending.
   */
  public List<StateSection> sections() {
    return sections.all();
  }

  /** Writes counters, stream state and joiner; no events may be pending. */
  public void writeTo(DataOutput out) throws IOException {
    sections.state().copy().writeTo(out);
  }

  /**
   * Writes what tells two states apart: as {@link #writeTo}, then the shape of the priors and
   * hashes of model and rows. No events may be pending.
   */
  public void writeDigest(DataOutput out) throws IOException {
    writeTo(out);
    stream.priorShape().copy().writeTo(out);
    out.writeLong(modelHash());
    out.writeLong(table.stateHash());
  }

  /** History ends here: what comes next may be of a much later time. */
  public void trustNextTime() {
    stream.clock().trustNext();
    joiner.clock().trustNext();
  }

  /** Records whose time was too far ahead, and that counted as of event time. Any thread. */
  public long clampedTimes() {
    return stream.clock().clamped() + joiner.clock().clamped();
  }

  /** Hash of parameters and optimizer state. */
  public long modelHash() {
    return model.stateHash();
  }

  /** The counters as a part of the state: the first, as they have always been. */
  final StreamPart counters() {
    return new StreamPart() {
      @Override
      public StateCopy copy() {
        if (pending.size() > 0) {
          throw new IllegalStateException(
              pending.size() + " events are pending, expected a barrier");
        }
        return new LearnerCounts(batches, eventsLearned, skippedBatches, stream.counts())::writeTo;
      }

      @Override
      public void readFrom(DataInput in) throws IOException {
        LearnerCounts read = LearnerCounts.readFrom(in);
        batches = read.batches();
        eventsLearned = read.eventsLearned();
        skippedBatches = read.skippedBatches();
        stream.restore(read.stream());
      }
    };
  }

  /** The state has been read. */
  void restored() {
    publishFigures();
  }

  /** The model has been read. */
  void modelRestored() {
    serving = model.publish();
  }

  /**
   * Takes over what another has learned into the same table, not what it remembers of the stream.
   */
  public void continueFrom(Learner before) {
    sections.copyModelFrom(before.model);
    batches = before.batches;
    eventsLearned = before.eventsLearned;
    skippedBatches = before.skippedBatches;
  }

  /** Begins the figures of quality again. */
  public void forgetFigures() {
    sections.copyValidationFrom(options.training().newValidation());
  }

  /** Figures of each slot's table, in schema order. Any thread. */
  public List<SlotStatistics> slotStatistics() {
    return IntStream.range(0, table.slots()).mapToObj(table::statistics).toList();
  }

  /** Bytes of memory in use by part. Any thread. */
  public Map<String, Long> memoryBytes() {
    Runtime runtime = Runtime.getRuntime();
    Map<String, Long> bytes = new HashMap<>(stream.memoryBytes());
    bytes.put("table", slotStatistics().stream().mapToLong(SlotStatistics::memoryBytes).sum());
    // Read off the writer's thread: a figure, good to a snapshot.
    bytes.put("snapshot_copies", table.copyMemoryBytes());
    bytes.put("item_vectors", stream.catalog().indexLimit() * vectors.itemBytes());
    bytes.put("impressions", joiner.bytes());
    bytes.put("heap", runtime.totalMemory() - runtime.freeMemory());
    return Map.copyOf(bytes);
  }

  /** Ends the model's threads; the table is its owner's. */
  @Override
  public void close() {
    model.close();
  }
}
