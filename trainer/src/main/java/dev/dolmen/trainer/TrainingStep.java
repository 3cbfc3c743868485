package dev.dolmen.trainer;

import dev.dolmen.trainer.ingest.LagBound;
import dev.dolmen.trainer.ingest.Progress;
import dev.dolmen.trainer.learn.Learner;
import dev.dolmen.trainer.learn.LivePublisher;
import dev.dolmen.trainer.learn.TrainingOptions;
import dev.dolmen.trainer.log.BatchJournal;
import dev.dolmen.trainer.log.LogUnavailableException;
import dev.dolmen.trainer.snapshot.SnapshotCodec;
import dev.dolmen.trainer.snapshot.SnapshotSchedule;
import dev.dolmen.trainer.sync.SyncSender;
import dev.dolmen.trainer.validation.FreshnessWindow;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One step of training, which {@link ReplayLoop} and {@link TrainingLoop} repeat: read the log,
 * close a batch by count or age, journal it, learn it and publish, and between two batches run what
 * others ask for at a barrier. With nothing to read, item vectors are brought up to date. Owned by
 * the training thread; figures are for any.
 */
final class TrainingStep {
  private static final Logger LOG = LoggerFactory.getLogger(TrainingStep.class);

  /** Records read between two looks at age, barriers and the log's end. */
  private static final int READ_RECORDS = 256;

  /** Item vectors refreshed in one idle turn, and the pause between two turns. */
  private static final int IDLE_REFRESH_ITEMS = 1_024;

  private static final long IDLE_REFRESH_MS = 2;
  private static final long IDLE_MS = 100;

  /** Pause until there may be room for more of the snapshot in flight. */
  private static final long GIVING_MS = 5;

  private final TrainingOptions options;
  private final InstantSource clock;
  private final Learner learner;
  private final LivePublisher live;
  private final BatchJournal journal;
  private final LogReader log;
  private final Progress progress;
  private final SnapshotSchedule schedule;
  private final TrainingRequests requests;
  private final @Nullable SyncSender sender;
  private final FreshnessWindow freshness = new FreshnessWindow();
  private final LagBound lag;
  private long journalPlace;
  private boolean journalAway;
  private long recordsAtLastBatch;
  private long busySinceUs;
  private volatile long publishedUs;

  /** How far a step came. */
  enum Reached {
    /** There may be more in the log. */
    MORE,
    /** The log's end, or it is away; something was learned now, or waits for its batch. */
    END,
    /** The log's end, or it is away; everything read is learned and visible. */
    ALL_LEARNED
  }

  /**
   * @param journalPlace where the journal stood when {@code learner} was frozen
   * @param sender tells servers what is learned; null if there are none
   */
  TrainingStep(
      TrainingOptions options,
      InstantSource clock,
      Learner learner,
      LivePublisher live,
      BatchJournal journal,
      long journalPlace,
      LogReader log,
      Progress progress,
      SnapshotSchedule schedule,
      TrainingRequests requests,
      @Nullable SyncSender sender) {
    this.sender = sender;
    this.options = options;
    this.clock = clock;
    this.learner = learner;
    this.live = live;
    this.journal = journal;
    this.journalPlace = journalPlace;
    this.log = log;
    this.progress = progress;
    this.schedule = schedule;
    this.requests = requests;
    lag = new LagBound(options.lagMs(), options.lagRecordsMin());
  }

  /** Before the first step. */
  void begin() {
    busySinceUs = nowUs();
    publish();
  }

  /**
   * Reads, and learns a batch if one is due.
   *
   * @param drain whether the log's end closes a batch, whatever its age
   */
  Reached step(boolean drain) throws IOException {
    var _ = schedule.goOn();
    if (nothingPending()) {
      // Before reading on: behind a log that is never at its end, every read fills a batch.
      betweenBatches();
    }
    boolean atEnd = !read();
    boolean barrier = requests.waitForBarrier() || schedule.due(nowUs(), position());
    if (nothingPending()) {
      if (atEnd || barrier) {
        publish();
        betweenBatches();
      }
      return atEnd ? Reached.ALL_LEARNED : Reached.MORE;
    }
    boolean due = isFull() || isAged() || barrier || (drain && atEnd);
    if (due && !learnBatch()) {
      return Reached.END;
    }
    return atEnd ? Reached.END : Reached.MORE;
  }

  boolean nothingPending() {
    return learner.pending().size() == 0;
  }

  private boolean isFull() {
    return learner.pending().size() >= options.batchEvents();
  }

  private boolean isAged() {
    long age = nowUs() - learner.pending().loggedUs(0);
    // A clock that was set back would let a batch wait for ever.
    return age >= options.batchAgeMs() * 1_000 || age < 0;
  }

  /** Runs what waits for a moment at which nothing is pending. */
  void betweenBatches() {
    long now = nowUs();
    boolean due = schedule.due(now, position());
    if (due || requests.waitForBarrier()) {
      publish();
      if (sender != null) {
        // What a snapshot holds must be what others can learn again.
        sender.settle(log.offset());
      }
      requests.runBarriers();
      if (due) {
        schedule.takeScheduled(now, position());
      }
      busySinceUs = nowUs();
    }
  }

  /** Reads until a batch is full or enough is read; false at the end of the log. */
  private boolean read() throws IOException {
    for (int i = 0; i < READ_RECORDS && !isFull(); i++) {
      if (!log.next()) {
        learner.flushChangedItems();
        return false;
      }
    }
    return true;
  }

  /** Returns false if the journal takes nothing now: the batch waits for it. */
  private boolean learnBatch() {
    try {
      journalPlace = journal.append(learner.batches() + 1, log.offset());
      journalAway = false;
    } catch (LogUnavailableException e) {
      if (!journalAway) {
        LOG.warn("Nothing is learned until batches can be named: {}", e.getMessage());
      }
      journalAway = true;
      return false;
    }
    learnNamedBatch();
    return true;
  }

  private void learnNamedBatch() {
    long[] loggedUs = new long[learner.pending().size()];
    for (int i = 0; i < loggedUs.length; i++) {
      loggedUs[i] = learner.pending().loggedUs(i);
    }
    long now = learn();
    // Before the batch shows, so that whoever waits for it finds the figures complete.
    for (long us : loggedUs) {
      freshness.add(Math.max(0, now - us));
    }
    publish();
  }

  /** Learns what is pending as a batch that the journal has at this place. */
  void learnAgain(long place) {
    var _ = schedule.goOn();
    journalPlace = place;
    learn();
    publish();
  }

  /** Learns what is pending as a batch that others have cut. */
  void learnAs(long number) {
    var _ = schedule.goOn();
    journalPlace = journal.append(number, log.offset());
    learn();
    publish();
  }

  /** What follows is not in the journal yet. */
  void endOfJournal() {
    journalPlace = journal.lastPlace();
  }

  /** Learns what is pending; returns the time at its end. */
  private long learn() {
    learner.learn();
    if (sender != null) {
      sender.learned(learner.batches(), log.offset());
    }
    long now = nowUs();
    lag.add(log.records() - recordsAtLastBatch, now - busySinceUs);
    recordsAtLastBatch = log.records();
    busySinceUs = now;
    return now;
  }

  /** Makes the state of now visible. */
  void publish() {
    if (nothingPending()) {
      publishedUs = nowUs();
      live.publish(log.offset(), publishedUs);
      progress.learned(log.offset(), log.records(), lag.records());
      if (sender != null) {
        sender.offer(log.offset());
      }
    }
  }

  /** There is nothing to read: refreshes some vectors, then sleeps until there may be. */
  void idle() {
    // Nobody here knows of what others log: the log itself is waited for.
    long ms = sender == null ? IDLE_MS : 0;
    if (learner.staleVectors()) {
      learner.refreshVectors(IDLE_REFRESH_ITEMS);
      ms = sender == null ? IDLE_REFRESH_MS : 0;
      if (sender != null && nothingPending()) {
        sender.offer(log.offset());
      }
    }
    if (schedule.goOn()) {
      ms = 0;
    } else if (schedule.isGiving()) {
      ms = GIVING_MS;
    }
    if (!nothingPending() && !journalAway) {
      long dueMs = options.batchAgeMs() - (nowUs() - learner.pending().loggedUs(0)) / 1_000;
      ms = Math.clamp(dueMs, 0, ms);
    }
    if (ms > 0) {
      progress.sleep(ms, this::hasWork);
    }
    busySinceUs = nowUs();
  }

  private boolean hasWork() {
    return progress.loggedRecords() > log.records()
        || requests.waitForBarrier()
        || requests.isStopping();
  }

  /** Gives the rest of the snapshot in flight, as nothing more is learned. */
  void end() {
    schedule.giveAll();
  }

  /** Nothing more is given of the snapshot in flight. */
  void giveUp() {
    schedule.giveUp();
  }

  /** Milliseconds since something was learned, or nothing was left to learn. Any thread. */
  long sinceLearnedMs() {
    return Math.max(0, (nowUs() - publishedUs) / 1_000);
  }

  /** Times from a logged event to recommendations made with it. Any thread. */
  FreshnessWindow freshness() {
    return freshness;
  }

  /** Records learned in a second of work, recently. Any thread. */
  double recordsPerSecond() {
    return lag.recordsPerSecond();
  }

  /** Where log and journal stand. Training thread, or after it has ended. */
  SnapshotCodec.Position position() {
    return new SnapshotCodec.Position(log.offset(), journalPlace);
  }

  /** Wall clock, microseconds. Any thread. */
  long nowUs() {
    Instant now = clock.instant();
    return now.getEpochSecond() * 1_000_000 + now.getNano() / 1_000;
  }
}
