package dev.dolmen.trainer;

import dev.dolmen.trainer.ingest.Ingest;
import dev.dolmen.trainer.ingest.LagBound;
import dev.dolmen.trainer.ingest.Progress;
import dev.dolmen.trainer.learn.Learner;
import dev.dolmen.trainer.learn.LivePublisher;
import dev.dolmen.trainer.learn.TrainingOptions;
import dev.dolmen.trainer.log.BatchJournal;
import dev.dolmen.trainer.log.LogRecords;
import dev.dolmen.trainer.log.LogTailer;
import dev.dolmen.trainer.log.LogUnavailableException;
import dev.dolmen.trainer.snapshot.SnapshotCodec;
import dev.dolmen.trainer.snapshot.SnapshotSchedule;
import dev.dolmen.trainer.validation.FreshnessWindow;
import dev.dolmen.v1.LogRecord;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.FutureTask;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the training thread does: learn again what a start finds in the log, in the batches of the
 * journal, then take what is published. It reads the log, closes batches by count or age, journals
 * and learns them, publishes, and between two batches runs what others ask for at a barrier. When
 * there is nothing to read it brings item vectors up to date.
 */
final class TrainingLoop implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(TrainingLoop.class);

  /** Records read between two looks at age, barriers and the log's end. */
  private static final int READ_RECORDS = 256;

  /** New items that are encoded together while the log is being read. */
  private static final int CHANGED_ITEMS = 512;

  /** Item vectors refreshed in one idle turn, and the pause between two turns. */
  private static final int IDLE_REFRESH_ITEMS = 1_024;

  private static final long IDLE_REFRESH_MS = 2;
  private static final long IDLE_MS = 100;

  /** Pause before a log that is away is asked again during the replay. */
  private static final long AWAY_MS = 100;

  private final TrainingOptions options;
  private final InstantSource clock;
  private final Learner learner;
  private final LivePublisher live;
  private final Ingest ingest;
  private final BatchJournal journal;
  private final Replay replay;
  private final LogTailer tailer;
  private final Progress progress;
  private final SnapshotSchedule schedule;
  private final FreshnessWindow freshness = new FreshnessWindow();
  private final LagBound lag;
  private final ConcurrentLinkedQueue<FutureTask<?>> barriers = new ConcurrentLinkedQueue<>();
  private volatile Stop stop = Stop.NO;
  private volatile long stopAtUs = Long.MAX_VALUE;
  private volatile boolean ended;
  private boolean replaying = true;
  private boolean away;
  private long records;
  private long readOffset;
  private long journalPlace;
  private long recordsAtLastBatch;
  private long busySinceUs;

  private enum Stop {
    NO,
    WHEN_LEARNED,
    NOW
  }

  /**
   * @param tailer stands behind everything that {@code learner} has applied
   * @param restored where that is in log and journal
   */
  TrainingLoop(
      TrainingOptions options,
      InstantSource clock,
      Learner learner,
      LivePublisher live,
      Ingest ingest,
      BatchJournal journal,
      Replay replay,
      LogTailer tailer,
      SnapshotCodec.Position restored,
      Progress progress,
      SnapshotSchedule schedule) {
    this.options = options;
    this.clock = clock;
    this.learner = learner;
    this.live = live;
    this.ingest = ingest;
    this.journal = journal;
    this.replay = replay;
    this.tailer = tailer;
    this.progress = progress;
    this.schedule = schedule;
    this.readOffset = restored.logOffset();
    this.journalPlace = restored.journalPlace();
    this.lag = new LagBound(options.lagMs(), options.lagRecordsMin());
  }

  @Override
  public void run() {
    String failure = null;
    try {
      busySinceUs = nowUs();
      publish();
      boolean replayed = replayJournal();
      while (replayed && stop != Stop.NOW && !(stop == Stop.WHEN_LEARNED && nowUs() >= stopAtUs)) {
        if (!turn()) {
          break;
        }
      }
    } catch (Throwable e) {
      LOG.error("Training has stopped", e);
      failure = e.toString();
    } finally {
      ended = true;
      progress.ended(failure);
      for (FutureTask<?> task = barriers.poll(); task != null; task = barriers.poll()) {
        task.cancel(false);
      }
    }
  }

  /**
   * Learns the journal's batches again. What others see follows, as it does later.
   *
   * @return false if the engine is to stop before the end; it stands between two batches then, or,
   *     if it is to stop at once, anywhere
   */
  private boolean replayJournal() throws IOException, InterruptedException {
    progress.found(replay.count(() -> stop != Stop.NO));
    for (BatchJournal.Entry batch = replay.next(); batch != null; batch = replay.next()) {
      betweenBatches();
      if (stop != Stop.NO || !readUpTo(batch)) {
        return false;
      }
      journalPlace = batch.place();
      learn();
      publish();
    }
    journalPlace = journal.lastPlace();
    return true;
  }

  /** Applies the records of a batch; false if the engine is to stop at once. */
  private boolean readUpTo(BatchJournal.Entry batch) throws IOException {
    while (readOffset < batch.lastOffset()) {
      if (stop == Stop.NOW) {
        return false;
      }
      if (nextRecord()) {
        apply(LogRecords.parse(tailer.bytes(), tailer.length()));
      } else if (away) {
        progress.sleep(AWAY_MS, () -> stop != Stop.NO);
      } else {
        break;
      }
    }
    if (readOffset != batch.lastOffset()) {
      throw new IOException(
          "batch "
              + batch.number()
              + " ends at log offset "
              + batch.lastOffset()
              + ", no record is there: the log is damaged");
    }
    return true;
  }

  /** Everything that the log held when the engine was opened is learned: more may come. */
  private void endReplay(boolean atEnd) throws IOException {
    boolean all = readOffset >= replay.end() || (atEnd && !away);
    if (all && learner.pending().size() == 0) {
      publish();
      ingest.open();
      replaying = false;
      progress.replayed();
    }
  }

  /** One turn; false when everything is learned and the loop is to stop. */
  private boolean turn() throws IOException {
    if (learner.pending().size() == 0) {
      // Before reading on: behind a log that is never at its end, every read fills a batch.
      betweenBatches();
    }
    boolean atEnd = !read();
    long now = nowUs();
    int pending = learner.pending().size();
    boolean barrier = !barriers.isEmpty() || schedule.due(now, position());
    // A replay ends when everything is learned, whatever the clock says of its age.
    boolean stopping = stop == Stop.WHEN_LEARNED || replaying;
    if (pending >= options.batchEvents()
        || (pending > 0 && (aged(now) || barrier || (stopping && atEnd)))) {
      learnBatch();
    } else if (pending == 0 && (atEnd || barrier)) {
      publish();
      betweenBatches();
      if (stop == Stop.WHEN_LEARNED && atEnd) {
        return false;
      }
    }
    if (replaying) {
      endReplay(atEnd);
    }
    if (atEnd && learner.pending().size() < options.batchEvents()) {
      idle();
    }
    return true;
  }

  /** Runs what waits for a moment at which nothing is pending. */
  private void betweenBatches() {
    long now = nowUs();
    boolean due = schedule.due(now, position());
    if (due || !barriers.isEmpty()) {
      publish();
      runBarriers();
      if (due) {
        schedule.takeScheduled(now, position());
      }
      busySinceUs = nowUs();
    }
  }

  private boolean aged(long nowUs) {
    long age = nowUs - learner.pending().loggedUs(0);
    // A clock that was set back would let a batch wait for ever.
    return age >= options.batchAgeMs() * 1_000 || age < 0;
  }

  /** Reads until a batch is full or enough is read; false at the end of the log. */
  private boolean read() throws IOException {
    for (int i = 0; i < READ_RECORDS; i++) {
      if (learner.pending().size() >= options.batchEvents()) {
        return true;
      }
      if (!nextRecord()) {
        learner.flushChangedItems();
        return false;
      }
      apply(LogRecords.parse(tailer.bytes(), tailer.length()));
    }
    return true;
  }

  /** A log that is away for a while is one that has nothing new. */
  private boolean nextRecord() {
    try {
      away = false;
      return tailer.next();
    } catch (LogUnavailableException e) {
      away = true;
      LOG.warn("The feedback log cannot be read now: {}", e.getMessage());
      return false;
    }
  }

  private void apply(LogRecord record) {
    long offset = tailer.offset();
    learner.apply(record, readOffset, tailer.length());
    readOffset = offset;
    records++;
    progress.applied(offset);
    switch (record.getRecordCase()) {
      case UPSERT -> ingest.applied(record.getUpsert().getItemId(), offset);
      case DELETE_ITEM_ID -> ingest.applied(record.getDeleteItemId(), offset);
      case FEEDBACK, IMPRESSION, RECORD_NOT_SET -> {}
    }
    if (learner.changedItems() >= CHANGED_ITEMS) {
      learner.flushChangedItems();
    }
  }

  private void learnBatch() {
    long[] loggedUs = new long[learner.pending().size()];
    for (int i = 0; i < loggedUs.length; i++) {
      loggedUs[i] = learner.pending().loggedUs(i);
    }
    journalPlace = journal.append(learner.batches() + 1, readOffset);
    long now = learn();
    // Before the batch shows, so that whoever waits for it finds the figures complete.
    for (long us : loggedUs) {
      freshness.add(Math.max(0, now - us));
    }
    publish();
  }

  /** Learns what is pending; returns the time at its end. */
  private long learn() {
    learner.learn();
    long now = nowUs();
    lag.add(records - recordsAtLastBatch, now - busySinceUs);
    recordsAtLastBatch = records;
    busySinceUs = now;
    return now;
  }

  /** Makes the state of now visible. */
  private void publish() {
    if (learner.pending().size() == 0) {
      live.publish(readOffset, nowUs());
      progress.learned(readOffset, records, lag.records());
    }
  }

  private void idle() {
    long ms = IDLE_MS;
    if (learner.staleVectors()) {
      learner.refreshVectors(IDLE_REFRESH_ITEMS);
      ms = IDLE_REFRESH_MS;
    }
    if (learner.pending().size() > 0) {
      long dueMs = options.batchAgeMs() - (nowUs() - learner.pending().loggedUs(0)) / 1_000;
      ms = Math.clamp(dueMs, 0, ms);
    }
    if (ms > 0) {
      progress.sleep(ms, this::hasWork);
    }
    busySinceUs = nowUs();
  }

  private boolean hasWork() {
    return progress.loggedRecords() > records || !barriers.isEmpty() || stop != Stop.NO;
  }

  private void runBarriers() {
    ArrayDeque<FutureTask<?>> now = new ArrayDeque<>();
    for (FutureTask<?> task = barriers.poll(); task != null; task = barriers.poll()) {
      now.add(task);
    }
    now.forEach(FutureTask::run);
  }

  /**
   * Runs {@code work} on the training thread between two batches, with nothing pending. Any thread.
   */
  <T> FutureTask<T> atBarrier(Callable<T> work) {
    FutureTask<T> task = new FutureTask<>(work);
    barriers.add(task);
    if (ended) {
      barriers.remove(task);
      task.cancel(false);
    }
    progress.wakeTrainer();
    return task;
  }

  /** Asks the loop to learn what is logged and end, at the latest after {@code ms}. */
  void stopWhenLearned(long ms) {
    stopAtUs = nowUs() + ms * 1_000;
    stop = Stop.WHEN_LEARNED;
    progress.wakeTrainer();
  }

  /** Asks the loop to end with what it is doing. */
  void stopNow() {
    stop = Stop.NOW;
    progress.wakeTrainer();
  }

  /** Whether it was asked to end. Any thread. */
  boolean isStopping() {
    return stop != Stop.NO;
  }

  FreshnessWindow freshness() {
    return freshness;
  }

  /** Records a second of work, of late. */
  double recordsPerSecond() {
    return lag.recordsPerSecond();
  }

  /** Where log and journal stand. Training thread, or after it has ended. */
  SnapshotCodec.Position position() {
    return new SnapshotCodec.Position(readOffset, journalPlace);
  }

  /** Wall clock, microseconds. */
  long nowUs() {
    Instant now = clock.instant();
    return now.getEpochSecond() * 1_000_000 + now.getNano() / 1_000;
  }
}
