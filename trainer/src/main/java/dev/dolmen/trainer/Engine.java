package dev.dolmen.trainer;

import dev.dolmen.parameterstore.store.EmbeddingTable;
import dev.dolmen.parameterstore.store.TableFactory;
import dev.dolmen.trainer.alternatives.Alternatives;
import dev.dolmen.trainer.alternatives.ArmCounts;
import dev.dolmen.trainer.alternatives.ArmFigures;
import dev.dolmen.trainer.alternatives.OnlineRankers;
import dev.dolmen.trainer.alternatives.RankingOptions;
import dev.dolmen.trainer.alternatives.RelearnedClicks;
import dev.dolmen.trainer.history.StreamHistory;
import dev.dolmen.trainer.impressions.ImpressionLog;
import dev.dolmen.trainer.ingest.Ingest;
import dev.dolmen.trainer.ingest.Progress;
import dev.dolmen.trainer.ingest.ReplayProgress;
import dev.dolmen.trainer.learn.KeptVectors;
import dev.dolmen.trainer.learn.Learner;
import dev.dolmen.trainer.learn.LivePublisher;
import dev.dolmen.trainer.learn.LiveState;
import dev.dolmen.trainer.log.BatchJournal;
import dev.dolmen.trainer.log.DirectoryLock;
import dev.dolmen.trainer.log.DiskRoom;
import dev.dolmen.trainer.log.FeedbackLog;
import dev.dolmen.trainer.log.FirstOccurrences;
import dev.dolmen.trainer.log.LogBound;
import dev.dolmen.trainer.log.LogFactory;
import dev.dolmen.trainer.log.LogOptions;
import dev.dolmen.trainer.log.QuarantinedRecords;
import dev.dolmen.trainer.log.SharedLog;
import dev.dolmen.trainer.snapshot.SnapshotCodec;
import dev.dolmen.trainer.snapshot.SnapshotInfo;
import dev.dolmen.trainer.snapshot.SnapshotSchedule;
import dev.dolmen.trainer.snapshot.SnapshotThreads;
import dev.dolmen.trainer.snapshot.SnapshotUploads;
import dev.dolmen.trainer.snapshot.SnapshotsOnDisk;
import dev.dolmen.trainer.snapshot.StoredSnapshots;
import dev.dolmen.trainer.sync.SyncOptions;
import dev.dolmen.trainer.sync.SyncSender;
import dev.dolmen.trainer.thread.BackgroundThreads;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Everything that learns, composed; owns the training thread and one data directory: {@code lock},
 * {@code log/}, {@code journal/}, {@code snapshots/}.
 */
public final class Engine implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(Engine.class);

  /** On close, what is logged is learned for so long at most; the log keeps the rest. */
  private static final long CLOSE_LEARNING_MS = 30_000;

  private final EngineOptions options;
  private final DirectoryLock lock;
  private final FeedbackLog log;
  private final LogBound bound;
  private final BatchJournal journal;
  private final ImpressionLog impressions;
  private final Learner learner;
  private final LiveState live;
  private final Alternatives alternatives;
  private final Progress progress;
  private final Ingest ingest;
  private final TrainingRequests requests;
  private final TrainingStep step;
  private final SnapshotCodec snapshots;
  private final SnapshotSchedule schedule;
  private final SnapshotThreads snapshotThreads;
  private final QuarantinedRecords quarantine;
  private final FirstOccurrences first;
  private final StreamHistory history;
  private final @Nullable Leadership leadership;
  private final EngineBarriers barriers;
  private final Thread thread;
  private final boolean hasModel;
  private boolean closed;

  /**
   * Locks the data directory, restores the newest whole snapshot, replays the log after it and
   * starts to learn.
   *
   * @throws IOException if the directory is in use by another process, or cannot be read or
   *     written, or the log is damaged
   */
  public static Engine open(EngineOptions options, InstantSource clock, MeterRegistry meters)
      throws IOException {
    return open(options, clock, meters, TableFactory.COLLISIONLESS);
  }

  /**
   * As above, learning in another table: to compare with.
   *
   * @param tables makes it
   */
  public static Engine open(
      EngineOptions options, InstantSource clock, MeterRegistry meters, TableFactory tables)
      throws IOException {
    return open(options, clock, meters, tables, LogFactory.CONFIGURED);
  }

  /**
   * As above, learning from another log, too: one that is slow, say.
   *
   * @param tables makes the table
   * @param logs opens the log
   */
  public static Engine open(
      EngineOptions options,
      InstantSource clock,
      MeterRegistry meters,
      TableFactory tables,
      LogFactory logs)
      throws IOException {
    Engine engine = start(options, clock, meters, tables, logs);
    boolean replayed = false;
    try {
      engine.awaitReplayed();
      replayed = true;
      return engine;
    } finally {
      if (!replayed) {
        engine.abandon();
      }
    }
  }

  /**
   * As {@link #open}, but returns while the log is being replayed: what the snapshot holds can be
   * read, what is replayed becomes visible as it is learned, and nothing is taken from publishers
   * until that is done.
   */
  public static Engine start(
      EngineOptions options,
      InstantSource clock,
      MeterRegistry meters,
      TableFactory tables,
      LogFactory logs)
      throws IOException {
    return start(options, clock, meters, tables, logs, null);
  }

  /**
   * As the other, for one of several trainers of a cluster: its log is shared with servers and
   * other trainers, and it learns what the one that leads has cut until it leads itself.
   *
   * @throws IOException also if Kafka does not answer, or its topics are not as they should be
   */
  public static Engine startTrainer(
      EngineOptions options,
      SyncOptions sync,
      InstantSource clock,
      MeterRegistry meters,
      LogFactory logs)
      throws IOException {
    return start(options, clock, meters, TableFactory.COLLISIONLESS, logs, sync);
  }

  private static Engine start(
      EngineOptions options,
      InstantSource clock,
      MeterRegistry meters,
      TableFactory tables,
      LogFactory logs,
      @Nullable SyncOptions sync)
      throws IOException {
    DirectoryLock lock = DirectoryLock.acquire(options.dataDirectory());
    FeedbackLog log = null;
    try {
      DiskRoom.checkStart(options.dataDirectory());
      EngineOptions fitted = options.with(e -> e.log(EngineHistory.fitted(options)));
      log = logs.open(options.dataDirectory(), fitted.log());
      Engine engine = new Engine(fitted, clock, lock, tables, log, sync);
      EngineMeters.register(engine, meters);
      if (engine.leadership != null) {
        FollowerMeters.register(meters, engine, e -> Objects.requireNonNull(e.cluster()));
      }
      engine.thread.start();
      engine.snapshotThreads.uploadLatest();
      return engine;
    } catch (IOException | RuntimeException e) {
      if (log != null) {
        log.close();
      }
      lock.close();
      throw e;
    }
  }

  /** Bytes of the heap that the catalogue's items may take. */
  long catalogBytesMax() {
    return options.catalog().heldBytes();
  }

  private Engine(
      EngineOptions options,
      InstantSource clock,
      DirectoryLock lock,
      TableFactory tables,
      FeedbackLog opened,
      @Nullable SyncOptions sync)
      throws IOException {
    this.options = options;
    this.lock = lock;
    log = sync == null ? opened : new SharedLog(opened, this::keptLogOffset);
    bound = new LogBound(log, options.log().maxBytes());
    Path directory = options.dataDirectory();
    LogOptions logOptions = options.log();
    journal =
        sync == null
            ? BatchJournal.open(directory, logOptions, log, clock)
            : BatchJournal.inFiles(directory, logOptions, clock);
    EmbeddingTable table = tables.open(options.schema(), options.seed());
    impressions = new ImpressionLog(log);
    alternatives = Alternatives.of(options.ranking());
    int nicer = sync == null ? BackgroundThreads.LEARNING : BackgroundThreads.LEARNING_ONLY;
    learner = new Learner(options.learner(), table, impressions, alternatives, nicer);
    learner.timeBy(clock);
    snapshots =
        new SnapshotCodec(
            directory.resolve("snapshots"), options.schema(), options.snapshots(), clock);
    snapshots.epochBy(this::epoch);
    snapshotThreads =
        new SnapshotThreads(
            snapshots,
            log,
            journal,
            bound,
            logOptions.deduplicationEvents(),
            clock,
            StoredSnapshots.open(
                options.snapshots(), logOptions, log, snapshots, clock, this::mayUpload));
    KeptVectors vectors = new KeptVectors(directory, learner);
    SnapshotCodec.Position restored = Restoring.newest(snapshots, learner, vectors);
    long savedOffset = restored.logOffset();
    hasModel = snapshots.latest() != null;
    EngineHistory.check(directory, snapshots, log, savedOffset);
    progress = new Progress(options.training().lagRecordsMin(), savedOffset);
    LivePublisher publisher = new LivePublisher(learner, savedOffset);
    live = publisher.live();
    live.stalenessBy(this::stalenessMs);
    ingest =
        new Ingest(log, bound, live.catalog(), live.features(), clock, progress, options.ingest());
    schedule =
        new SnapshotSchedule(
            snapshots,
            snapshotThreads,
            learner,
            journal,
            bound,
            options.snapshots().intervalSec(),
            savedOffset);
    requests = new TrainingRequests(progress, clock);
    quarantine = new QuarantinedRecords(directory.resolve("quarantine"));
    first =
        new FirstOccurrences(logOptions.deduplicationEvents(), logOptions.deduplicationAgeSec());
    leadership =
        sync == null
            ? null
            : Leadership.open(
                options.log().kafka(),
                sync,
                options.schema(),
                learner,
                snapshots.restoredEpoch(),
                clock);
    SyncSender sender = leadership == null ? null : leadership.sender();
    history = StreamHistory.open(directory, log, savedOffset, clock.millis());
    LogReader reader =
        new LogReader(
            log.tailer(savedOffset),
            savedOffset,
            learner,
            ingest,
            progress,
            quarantine,
            first,
            history);
    step =
        new TrainingStep(
            options.training(),
            clock,
            learner,
            publisher,
            journal,
            restored.journalPlace(),
            reader,
            progress,
            schedule,
            requests,
            sender);
    barriers = new EngineBarriers(requests, progress, schedule, step, learner, vectors);
    ReplayLoop replay =
        new ReplayLoop(
            log,
            journal,
            learner.batches(),
            reader,
            step,
            requests,
            ingest,
            progress,
            leadership == null ? null : leadership.standby());
    TrainingLoop loop = new TrainingLoop(() -> teachRankers(savedOffset), replay, step, requests);
    thread = BackgroundThreads.unstarted("dolmen-trainer", nicer, loop);
    progress.trainer(thread);
  }

  /** Baselines are not in the snapshot. Training thread. */
  private void teachRankers(long savedOffset) {
    if (!rankers().isEmpty() && hasModel) {
      new RelearnedClicks(
              options.dataDirectory(), log, learner.stream(), rankers(), requests::isStopping)
          .teach(savedOffset, options.ranking().rankers().relearnRecords());
    }
  }

  /** Whether a snapshot was restored, to serve before the log's first record was replayed. */
  public boolean hasModel() {
    return hasModel;
  }

  /** Where the log is damaged, so that nothing more is learned; empty if it is not. Any thread. */
  public String damage() {
    return progress.damage();
  }

  /**
   * Why this process is not to be asked any more, as another has its log; empty while it has it.
   * Any thread.
   */
  public String takenOver() {
    return progress.takenOver();
  }

  /** How far the replay of the log is, or null when it is done. Any thread. */
  public @Nullable ReplayProgress replay() {
    return progress.replay();
  }

  /**
   * Why events and changes of the catalog are refused now; empty while they are taken. Any thread.
   */
  public String notTaking() {
    String damage = progress.damage();
    if (!damage.isEmpty()) {
      return damage;
    }
    ReplayProgress replay = progress.replay();
    if (replay != null) {
      return replay.text();
    }
    String full = bound.refusal();
    return full.isEmpty() ? log.notTaking() : full;
  }

  /**
   * Ends when the log is replayed, with an exception if the engine ends before that. On the
   * training thread: what follows goes elsewhere.
   */
  public CompletableFuture<Void> replayed() {
    return progress.caughtUp();
  }

  /**
   * Returns when the log is replayed.
   *
   * @throws IOException if it cannot be, or the engine is closed before
   */
  public void awaitReplayed() throws IOException {
    try {
      replayed().get();
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      throw new IOException(cause == null ? e.toString() : String.valueOf(cause.getMessage()), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while the log was being replayed");
    }
  }

  /**
   * Ends with the reason if training stops because something is wrong, and never otherwise. On the
   * training thread: what follows goes elsewhere.
   */
  public CompletableFuture<String> failed() {
    return progress.failed();
  }

  /** Why training has stopped, if something is wrong other than the log's bytes. Any thread. */
  public @Nullable String failure() {
    return progress.damage().isEmpty() ? progress.failure() : null;
  }

  /** Records of the log that could not be applied and were left out. Any thread. */
  public int quarantinedRecords() {
    return quarantine.count();
  }

  /** Events of the log that were left out, as it held them already. Any thread. */
  public long repeatedEvents() {
    return first.repeated();
  }

  /** The append side, for any thread. */
  public Ingest ingest() {
    return ingest;
  }

  /** The read side, for any thread. */
  public LiveState live() {
    return live;
  }

  /** What is remembered to be looked up, for any thread. */
  public StreamHistory history() {
    return history;
  }

  /** Baselines that are kept up next to the model, for any thread. */
  public OnlineRankers rankers() {
    return alternatives.rankers();
  }

  /** Feedback events that the model has learned since it was born. Any thread. */
  public long eventsLearned() {
    return learner.counts().eventsLearned();
  }

  /** What answers next to the model. */
  public RankingOptions ranking() {
    return options.ranking();
  }

  /** What came of the arms of the experiment that runs; empty without one. Any thread. */
  public List<ArmFigures> arms() {
    ArmCounts arms = alternatives.arms();
    return arms == null ? List.of() : arms.figures();
  }

  Learner learner() {
    return learner;
  }

  Progress progress() {
    return progress;
  }

  TrainingRequests requests() {
    return requests;
  }

  TrainingStep step() {
    return step;
  }

  SnapshotCodec snapshots() {
    return snapshots;
  }

  public LogBound bound() {
    return bound;
  }

  SnapshotSchedule schedule() {
    return schedule;
  }

  SnapshotThreads snapshotThreads() {
    return snapshotThreads;
  }

  /** Of several trainers, the snapshots of the one that leads are those of all. */
  private boolean mayUpload() {
    return leadership == null || leadership.sender().leads();
  }

  /** The newest lead that is known here; 0 where there is none. */
  private long epoch() {
    return leadership == null ? 0 : leadership.standby().epoch();
  }

  private long keptLogOffset() {
    return leadership == null ? 0 : leadership.sender().keptLogOffset();
  }

  /** This process among others; null if it is alone. Any thread. */
  public @Nullable ClusterFigures cluster() {
    return leadership == null ? null : leadership.figures(stalenessMs(), first.repeated());
  }

  /** Whether this trainer waits for the end of another. Any thread. */
  public boolean standsBy() {
    return leadership != null && leadership.standby().standsBy();
  }

  /** For how long something that is logged has waited to be learned, about, milliseconds. */
  private long stalenessMs() {
    return progress.lag() == 0 ? 0 : step.sinceLearnedMs();
  }

  /** Figures, for any thread. */
  public EngineStatus status() {
    return EngineStatus.of(this, log.lastOffset(), ingest.eventIdBytes() + first.bytes());
  }

  /** Its snapshots, and the room for more. Any thread. */
  public SnapshotsOnDisk snapshotsOnDisk() {
    return new SnapshotsOnDisk(options.dataDirectory(), options.log());
  }

  /** What has gone to the store of snapshots; null if none is configured. Any thread. */
  public SnapshotUploads.@Nullable Figures snapshotStore() {
    return snapshotThreads.store();
  }

  /**
   * Takes a snapshot at the next barrier between two batches; returns when it is durable.
   *
   * @throws IOException if it cannot be written; the engine goes on
   */
  public SnapshotInfo snapshot() throws IOException, InterruptedException {
    return barriers.snapshot();
  }

  /**
   * Hash of everything that matters, taken at a barrier between two batches: equal for a run that
   * was killed and recovered and one that never stopped.
   */
  public long stateHash() throws InterruptedException {
    return barriers.stateHash();
  }

  /** Hash of what is ranked with, taken at a barrier between two batches. */
  public ParametersHash parametersHash() throws InterruptedException {
    return barriers.parametersHash();
  }

  /** Learns what is logged, snapshots and closes. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    ingest.close();
    impressions.end();
    requests.stopWhenLearned(CLOSE_LEARNING_MS);
    BackgroundThreads.awaitEnd(thread);
    barriers.snapshotOnClose(
        options.snapshots().onClose(), leadership == null ? null : leadership.sender());
    history.close();
    closeFiles();
  }

  /** Stops at once, learns nothing more and writes nothing: for tests of recovery. */
  public void abandon() {
    closed = true;
    impressions.end();
    requests.stopNow();
    if (leadership != null) {
      leadership.sender().abandon();
    }
    snapshotThreads.abandonUploads();
    closeFiles();
    ingest.close();
  }

  private void closeFiles() {
    BackgroundThreads.awaitEnd(thread);
    schedule.giveUp();
    snapshotThreads.close();
    if (leadership != null) {
      leadership.close();
    }
    learner.close();
    log.close();
    journal.close();
    closeQuietly(learner.table(), "embedding table");
    closeQuietly(lock, "directory lock");
  }

  private static void closeQuietly(Closeable closeable, String what) {
    try {
      closeable.close();
    } catch (IOException e) {
      LOG.warn("Closing the {} failed", what, e);
    }
  }
}
