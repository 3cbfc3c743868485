package dev.dolmen.trainer;

import dev.dolmen.parameterstore.store.EmbeddingTable;
import dev.dolmen.parameterstore.store.TableFactory;
import dev.dolmen.trainer.alternatives.Alternatives;
import dev.dolmen.trainer.alternatives.HistoryClicks;
import dev.dolmen.trainer.catalog.CatalogItem;
import dev.dolmen.trainer.learn.Learner;
import dev.dolmen.trainer.learn.LiveState;
import dev.dolmen.trainer.learn.PendingSession;
import dev.dolmen.trainer.log.DirectoryLock;
import dev.dolmen.trainer.session.SessionStep;
import dev.dolmen.trainer.snapshot.HistoryMark;
import dev.dolmen.trainer.snapshot.SnapshotCodec;
import dev.dolmen.trainer.snapshot.SnapshotInfo;
import dev.dolmen.trainer.sync.LocalSyncs;
import dev.dolmen.trainer.sync.SyncOptions;
import dev.dolmen.trainer.thread.BackgroundThreads;
import dev.dolmen.trainer.validation.ValidationFigures;
import dev.dolmen.v1.FeedbackEvent;
import dev.dolmen.v1.Item;
import dev.dolmen.v1.LogRecord;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongPredicate;

/**
 * Learns from history without a log, in several passes, and leaves a data directory behind that a
 * server goes on from. Items and events go through the same learner in the same batches as live
 * ones do.
 *
 * <p>A pass is the stream from its beginning to its end. What is learned (model, embedding rows)
 * stays from pass to pass; what is remembered of the stream (catalogue, sessions, counts of clicks,
 * items visited together) begins again with each, as otherwise a pass would find in it the very
 * clicks that it is to predict. So after the last pass everything stands as after a single one.
 *
 * <p>One thread. The same history, options and seed give the same state to the bit.
 */
public final class HistoryTraining implements Closeable {
  private final EngineOptions options;
  private final InstantSource clock;
  private final DirectoryLock lock;
  private final EmbeddingTable table;

  /** Of the pass; baselines are taught them when a server starts. */
  private final HistoryClicks clicks;

  private Learner learner;
  private Consumer<List<PendingSession>> beforeBatch = sessions -> {};
  private LongPredicate learned = session -> true;
  private int passes;

  /** Whether somebody reads item vectors: who scores each prediction, or whoever asks for them. */
  private boolean vectorsRead;

  /**
   * Begins the first pass.
   *
   * @throws IOException if the data directory holds anything, is in use or cannot be written
   */
  public static HistoryTraining open(EngineOptions options, InstantSource clock)
      throws IOException {
    return open(options, clock, TableFactory.COLLISIONLESS);
  }

  /** Begins the first pass, with another table to compare with the product's. */
  public static HistoryTraining open(
      EngineOptions options, InstantSource clock, TableFactory tables) throws IOException {
    Path directory = options.dataDirectory();
    if (Files.isDirectory(directory)) {
      // The lock of a training that failed stays behind, and says nothing once nobody has it.
      try (DirectoryStream<Path> files =
          Files.newDirectoryStream(directory, f -> !f.endsWith(DirectoryLock.FILE))) {
        if (files.iterator().hasNext()) {
          throw new IOException(
              "data directory "
                  + directory.toAbsolutePath()
                  + " is not empty: history is learned into a new one");
        }
      }
    }
    DirectoryLock lock = DirectoryLock.acquire(directory);
    try {
      return new HistoryTraining(options, clock, tables, lock);
    } catch (RuntimeException e) {
      lock.close();
      throw e;
    }
  }

  private HistoryTraining(
      EngineOptions options, InstantSource clock, TableFactory tables, DirectoryLock lock) {
    this.options = options;
    this.clock = clock;
    this.lock = lock;
    table = tables.open(options.schema(), options.seed());
    clicks = new HistoryClicks(options.ranking().rankers().relearnRecords());
    vectorsRead = options.training().validationShare() > 0;
    learner = newLearner();
  }

  private Learner newLearner() {
    Learner next =
        new Learner(
            options.learner(),
            table,
            before -> null,
            Alternatives.none(),
            BackgroundThreads.LEARNING);
    if (!vectorsRead) {
      next.leaveVectors();
    }
    next.pending().predictOnly(learned);
    return next;
  }

  /**
   * From now on only these sessions are learned from; see {@link
   * dev.dolmen.trainer.learn.PendingEvents#predictOnly}.
   *
   * @param sessions told the hash of a session's id
   */
  public void learnOnly(LongPredicate sessions) {
    learned = sessions;
    learner.pending().predictOnly(sessions);
  }

  /** Goes on with other dense parameters, between two batches; {@link Learner#takeParameters}. */
  public void takeParameters(float[] parameters, int[] items) {
    learner.takeParameters(parameters, items);
  }

  /** Inserts or replaces an item; one that the schema does not take is left out and counted. */
  public void upsert(Item item) {
    apply(LogRecord.newBuilder().setUpsert(item));
  }

  /** Takes the next event; one whose item is not in the catalogue is left out and counted. */
  public void learn(FeedbackEvent event) {
    apply(LogRecord.newBuilder().setFeedback(event));
    int item = learner.stream().catalog().indexOf(event.getItemId());
    if (item >= 0 && SessionStep.isStep(event.getType())) {
      clicks.add(event.getSessionId(), item, SessionStep.timeMs(event.getTime()));
    }
    if (learner.pending().size() >= options.training().batchEvents()) {
      learnBatch();
    }
  }

  /** Learns what was taken since the last batch as one, if anything was. */
  public void learnBatch() {
    if (learner.pending().size() > 0) {
      learner.flushChangedItems();
      beforeBatch.accept(learner.pending().sessions());
      learner.learn();
    }
  }

  /**
   * Names who is told of each batch from now on, before it is learned: its sessions, which are good
   * until the call returns, with nothing learned of their new events yet, and new items encoded.
   */
  public void beforeEachBatch(Consumer<List<PendingSession>> listener) {
    beforeBatch = listener;
  }

  /**
   * What requests would read; vectors and co-visits change with every batch, the model does not.
   */
  public LiveState live() {
    if (!vectorsRead) {
      vectorsRead = true;
      learner.refreshAllVectors();
    }
    return learner.live(0);
  }

  /**
   * Like {@link #live}, with the vectors of all items computed again from what is learned so far,
   * as a server does when it starts. What is learned does not depend on them.
   */
  public LiveState refreshed() {
    vectorsRead = true;
    learner.refreshAllVectors();
    return live();
  }

  /**
   * What a trainer of this state would send its servers, for a reader in this process. Ask once a
   * pass, between two batches: what one has told of, another would not.
   */
  public LocalSyncs syncs(SyncOptions sync) {
    var _ = live();
    return new LocalSyncs(sync, options.schema(), learner);
  }

  private void apply(LogRecord.Builder record) {
    // History tells of no impressions: nothing will be looked for in a log.
    learner.apply(record.build(), 0, 0);
  }

  /** Ends the pass; the figures are those of all of its predictions. */
  public ValidationFigures endPass() {
    learnBatch();
    passes++;
    return total();
  }

  /** Begins another pass, from the stream's beginning: its items come again, too. */
  public void beginPass() {
    Learner next = newLearner();
    next.continueFrom(learner);
    learner.close();
    learner = next;
    clicks.clear();
  }

  /** Over all predictions of this pass so far. */
  public ValidationFigures total() {
    return learner.validation().total();
  }

  /** Over the last predictions. */
  public ValidationFigures window() {
    return learner.validation().window();
  }

  /** Events and items of this pass that were left out: unknown items, other schemas. */
  public long inapplicable() {
    return learner.counts().stream().inapplicable();
  }

  /** Batches left out because loss or gradient was not finite. */
  public long skippedBatches() {
    return learner.counts().skippedBatches();
  }

  /**
   * Writes the snapshot that a server starts from, and the clicks that it teaches baselines. After
   * several passes its quality figures begin at nothing: those of later passes are no predictions
   * of what was unknown.
   *
   * @throws IOException if it cannot be written
   */
  public SnapshotInfo snapshot() throws IOException {
    if (passes > 1) {
      learner.forgetFigures();
    }
    learner.trustNextTime();
    clicks.write(options.dataDirectory(), this::itemId);
    SnapshotCodec snapshots =
        new SnapshotCodec(
            options.dataDirectory().resolve("snapshots"),
            options.schema(),
            options.snapshots(),
            clock);
    long nowUs = clock.millis() * 1_000;
    SnapshotInfo info = snapshots.writeNow(learner, new SnapshotCodec.Position(0, 0), nowUs);
    HistoryMark.put(options.dataDirectory());
    return info;
  }

  private String itemId(int index) {
    CatalogItem item = learner.stream().catalog().item(index);
    return item == null ? "" : item.id();
  }

  Learner learner() {
    return learner;
  }

  @Override
  public void close() throws IOException {
    learner.close();
    table.close();
    lock.close();
  }
}
