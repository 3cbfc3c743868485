package dev.dolmen.trainer;

import dev.dolmen.model.ServingModel;
import dev.dolmen.model.item.ItemVectors;
import dev.dolmen.parameterstore.store.ReceivedRows;
import dev.dolmen.trainer.catalog.SearchIndex;
import dev.dolmen.trainer.history.StreamHistory;
import dev.dolmen.trainer.ingest.Ingest;
import dev.dolmen.trainer.ingest.Progress;
import dev.dolmen.trainer.learn.LiveState;
import dev.dolmen.trainer.learn.Published;
import dev.dolmen.trainer.learn.VersionSwitch;
import dev.dolmen.trainer.log.DirectoryLock;
import dev.dolmen.trainer.log.FeedbackLog;
import dev.dolmen.trainer.log.LogBound;
import dev.dolmen.trainer.log.LogFactory;
import dev.dolmen.trainer.stream.StreamState;
import dev.dolmen.trainer.sync.ParameterTopic;
import dev.dolmen.trainer.sync.SyncApplication;
import dev.dolmen.trainer.sync.SyncFeed;
import dev.dolmen.trainer.sync.SyncOptions;
import dev.dolmen.trainer.sync.SyncReader;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.Closeable;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A server of a cluster: what an engine is to its callers, without a learner. It derives catalogue,
 * sessions and counts from the log by itself, so that what it is told counts as soon as Kafka has
 * it, and takes what is learned from the trainer that leads, sync by sync.
 */
public final class Follower implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(Follower.class);
  private static final double NANOS_PER_MS = 1e6;

  private final EngineOptions options;
  private final DirectoryLock lock;
  private final FeedbackLog log;
  private final ParameterTopic topic;
  private final SyncFeed feed;
  private final StreamState stream;
  private final ItemVectors vectors;
  private final ReceivedRows rows;
  private final LiveState live;
  private final Progress progress;
  private final Ingest ingest;
  private final StreamHistory history;
  private final FollowingLoop loop;
  private final Thread thread;
  private boolean closed;

  /**
   * Begins to follow; returns at once.
   *
   * @throws IOException if the directory is in use, Kafka does not answer, or its topics are not as
   *     they should be
   */
  public static Follower start(
      EngineOptions options,
      SyncOptions sync,
      InstantSource clock,
      MeterRegistry meters,
      LogFactory logs)
      throws IOException {
    DirectoryLock lock = DirectoryLock.acquire(options.dataDirectory());
    FeedbackLog log = null;
    ParameterTopic topic = null;
    boolean started = false;
    try {
      log = logs.open(options.dataDirectory(), options.log());
      topic = ParameterTopic.open(options.log().kafka(), sync);
      Follower follower = new Follower(options, sync, clock, lock, log, topic);
      FollowerMeters.register(follower, meters);
      follower.thread.start();
      started = true;
      return follower;
    } finally {
      if (!started) {
        if (topic != null) {
          topic.close();
        }
        if (log != null) {
          log.close();
        }
        lock.close();
      }
    }
  }

  private Follower(
      EngineOptions options,
      SyncOptions sync,
      InstantSource clock,
      DirectoryLock lock,
      FeedbackLog log,
      ParameterTopic topic) {
    this.options = options;
    this.lock = lock;
    this.log = log;
    this.topic = topic;
    stream = new StreamState(options.learner().stream());
    boolean cells = options.catalog().index() == SearchIndex.CELLS;
    vectors = new ItemVectors(options.model().width(), options.catalog().scan(), cells);
    rows = new ReceivedRows(options.schema(), options.seed());
    ServingModel model = ServingModel.zeros(options.model().toModelOptions(options.schema()));
    live =
        new LiveState(
            options.schema(),
            stream,
            vectors,
            rows,
            VersionSwitch.between(),
            new Published(model, 0, 0, 0));
    progress = new Progress(Integer.MAX_VALUE, 0);
    ingest =
        new Ingest(
            log,
            new LogBound(log, 0),
            live.catalog(),
            live.features(),
            clock,
            progress,
            options.ingest());
    history = StreamHistory.open(options.dataDirectory(), log, 0, clock.millis());
    feed = new SyncFeed(topic);
    loop =
        new FollowingLoop(
            options,
            sync,
            log,
            feed,
            stream,
            vectors,
            rows,
            live,
            ingest,
            history,
            progress,
            new SyncApplication(model, vectors, rows),
            clock);
    live.stalenessBy(this::stalenessMs);
    thread = Thread.ofPlatform().name("dolmen-follower").daemon().unstarted(loop);
    progress.trainer(thread);
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

  /** What follows from the log. */
  StreamState stream() {
    return stream;
  }

  /** What it was started with. */
  public EngineOptions options() {
    return options;
  }

  /** Ends when there is something to serve and callers' events are taken. */
  public CompletableFuture<Void> ready() {
    return progress.caughtUp();
  }

  /** How far it is on its way there. Any thread. */
  public String progressText() {
    return loop.progressText();
  }

  /** Ends with the reason if it follows no more because something is wrong. */
  public CompletableFuture<String> failed() {
    return progress.failed();
  }

  /** Why it follows no more, if something is wrong. Any thread. */
  public @Nullable String failure() {
    return progress.failure();
  }

  /** Why events and changes are refused now; empty while they are taken. Any thread. */
  public String notTaking() {
    return progress.replay() == null ? log.notTaking() : progressText();
  }

  /**
   * For how long the oldest record that is not learned has been known here, or for how long no
   * trainer has been heard, if that is longer than usual. Any thread.
   */
  public long stalenessMs() {
    return loop.stalenessMs();
  }

  /** This process among others. Any thread. */
  public ClusterFigures cluster() {
    SyncReader reader = feed.reader();
    var threads = ManagementFactory.getThreadMXBean();
    double cpuNanos =
        Math.max(0, threads.getThreadCpuTime(thread.threadId()))
            + Math.max(0, threads.getThreadCpuTime(feed.thread().threadId()));
    return new ClusterFigures(
        "server",
        reader == null ? 0 : reader.epoch(),
        false,
        loop.applied(),
        stalenessMs(),
        reader == null ? 0 : reader.bytes(),
        reader == null ? 0 : reader.baseBytes(),
        reader == null ? 0 : reader.refused(),
        loop.repeated(),
        (long) (cpuNanos / NANOS_PER_MS),
        loop.syncDelayMs());
  }

  /** Hash of all that it has received and ranks with, as of one version. Any thread. */
  public ParametersHash parametersHash() {
    ParametersHash[] hash = new ParametersHash[1];
    live.versions().apply(() -> hash[0] = ParametersHash.of(live.published(), vectors));
    return java.util.Objects.requireNonNull(hash[0]);
  }

  /** Figures, for any thread. */
  public EngineStatus status() {
    return FollowerStatus.of(this, loop, stream, rows, vectors, log, progress);
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    ingest.close();
    loop.stop();
    feed.close();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    history.close();
    log.close();
    topic.close();
    try {
      lock.close();
    } catch (IOException e) {
      LOG.warn("Closing the directory lock failed", e);
    }
  }
}
