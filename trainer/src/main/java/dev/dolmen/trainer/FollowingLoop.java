package dev.dolmen.trainer;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.dolmen.model.ServingModel;
import dev.dolmen.model.item.ItemVectors;
import dev.dolmen.parameterstore.feature.InvalidFeatureException;
import dev.dolmen.parameterstore.store.ReceivedRows;
import dev.dolmen.trainer.catalog.CatalogItem;
import dev.dolmen.trainer.history.StreamHistory;
import dev.dolmen.trainer.ingest.Ingest;
import dev.dolmen.trainer.ingest.Progress;
import dev.dolmen.trainer.learn.ItemEncoding;
import dev.dolmen.trainer.learn.LiveState;
import dev.dolmen.trainer.learn.Published;
import dev.dolmen.trainer.log.FeedbackLog;
import dev.dolmen.trainer.log.FirstOccurrences;
import dev.dolmen.trainer.log.LogRecords;
import dev.dolmen.trainer.log.LogTailer;
import dev.dolmen.trainer.log.LogUnavailableException;
import dev.dolmen.trainer.session.SessionStep;
import dev.dolmen.trainer.stream.StreamState;
import dev.dolmen.trainer.stream.StreamStep;
import dev.dolmen.trainer.sync.Sync;
import dev.dolmen.trainer.sync.SyncApplication;
import dev.dolmen.trainer.sync.SyncFeed;
import dev.dolmen.trainer.sync.SyncOptions;
import dev.dolmen.v1.FeedbackEvent;
import dev.dolmen.v1.Item;
import dev.dolmen.v1.LogRecord;
import java.io.IOException;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the thread of a {@link Follower} does: begins with the newest base, then applies the log
 * record by record and each sync as soon as the log is applied up to it. Owns all that it changes.
 */
final class FollowingLoop implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(FollowingLoop.class);

  /** Records applied between two looks at the syncs. */
  private static final int READ_RECORDS = 512;

  /** Events that wait to be counted, some 200 bytes each: an hour of a busy shop. */
  private static final int MAX_UNCOUNTED = 1_000_000;

  private static final int POPULAR_ITEMS = 1_000;
  private static final long POPULAR_INTERVAL_MS = 1_000;
  private static final long WAIT_MS = 10;
  private static final long AWAY_MS = 200;

  /** So long without a sign of a trainer, there is nothing to wait for. */
  private static final long SILENT_MS = 2_000;

  private final EngineOptions options;
  private final SyncOptions sync;
  private final FeedbackLog log;
  private final SyncFeed feed;
  private final StreamState stream;
  private final ItemVectors vectors;
  private final LiveState live;
  private final Ingest ingest;
  private final StreamHistory history;
  private final Progress progress;
  private final SyncApplication parameters;
  private final InstantSource clock;
  private final ItemEncoding encoding;
  private final FirstOccurrences first;
  private final FollowedClicks clicks;
  private final StoredBase stored;
  private final Staleness staleness = new Staleness();

  /** Items that came or went behind the last sync: of them it knew another, or none. */
  private final Map<Integer, Long> otherSince = new HashMap<>();

  private volatile boolean stops;
  private volatile long applied;
  private volatile long syncDelayMs;
  private volatile long appliedOffset;
  private volatile long eventsLearned;
  private long records;
  private long batches;
  private long lastEnd;
  private long epoch;
  private long popularMs;
  private long popularBatches = -1;
  private long endAtBegin;

  /** Whether all events since the base are counted, or wait to be. */
  private boolean counts = true;

  FollowingLoop(
      EngineOptions options,
      SyncOptions sync,
      FeedbackLog log,
      SyncFeed feed,
      StreamState stream,
      ItemVectors vectors,
      ReceivedRows rows,
      LiveState live,
      Ingest ingest,
      StreamHistory history,
      Progress progress,
      SyncApplication parameters,
      InstantSource clock) {
    this.options = options;
    this.clock = clock;
    this.sync = sync;
    this.log = log;
    this.feed = feed;
    this.stream = stream;
    this.vectors = vectors;
    this.live = live;
    this.ingest = ingest;
    this.history = history;
    this.progress = progress;
    this.parameters = parameters;
    encoding = new ItemEncoding(stream.features(), rows, options.model().idGate());
    first =
        new FirstOccurrences(
            options.log().deduplicationEvents(), options.log().deduplicationAgeSec());
    clicks = new FollowedClicks(stream, MAX_UNCOUNTED);
    stored = new StoredBase(options, sync, clock);
  }

  /**
   * For how long the oldest record that is not learned has been known here; or, where no trainer
   * has been heard for longer than each of them is silent, for how long: then nobody here knows
   * what there is to learn. Any thread.
   */
  long stalenessMs() {
    long silentMs = feed.silentMs();
    return Math.max(staleness.ms(nowMs()), silentMs >= SILENT_MS ? silentMs : 0);
  }

  /** Number of the last sync applied. */
  long applied() {
    return applied;
  }

  long syncDelayMs() {
    return syncDelayMs;
  }

  long appliedOffset() {
    return appliedOffset;
  }

  long eventsLearned() {
    return eventsLearned;
  }

  long repeated() {
    return first.repeated();
  }

  void stop() {
    stops = true;
    progress.wakeTrainer();
  }

  String progressText() {
    if (applied == 0) {
      String away = stored.problem();
      return "no trainer has sent anything to topic "
          + options.log().kafka().parametersTopic()
          + " yet"
          + (away.isEmpty() ? "" : "; " + away);
    }
    return "applied up to offset "
        + appliedOffset
        + " of the log, which ends at "
        + log.lastOffset()
        + "; "
        + stalenessMs()
        + " ms behind, opens at "
        + sync.readyStalenessMs();
  }

  private long nowMs() {
    return clock.millis();
  }

  @Override
  public void run() {
    String failure = null;
    try {
      Sync base = awaitBase();
      if (base != null) {
        begin(base);
        follow();
      }
    } catch (Throwable e) {
      if (!stops) {
        LOG.error("This server follows no more", e);
        failure = String.valueOf(e.getMessage());
      }
    } finally {
      progress.ended(failure);
    }
  }

  /** The topic's newest base or, where there is none and nobody to send one, the store's. */
  private @Nullable Sync awaitBase() throws IOException {
    while (!stops) {
      checkFeed();
      Sync next = feed.peek();
      if (next != null) {
        feed.remove();
        if (next.head().getBase()) {
          return next;
        }
      } else if (feed.readAll() && feed.silentMs() >= SILENT_MS && stored.isDue()) {
        Sync base = stored.take();
        if (base != null) {
          return base;
        }
      } else {
        progress.sleep(WAIT_MS, () -> stops);
      }
    }
    return null;
  }

  private void checkFeed() throws IOException {
    if (!feed.failure().isEmpty()) {
      throw new IOException(feed.failure());
    }
  }

  private void begin(Sync base) throws IOException {
    long offset = base.head().getLogOffset();
    checkShape(base);
    SyncApplication.readState(base, stream);
    batches = base.head().getBatches();
    epoch = base.epoch();
    List<Sync.End> ends = base.ends();
    lastEnd = ends.isEmpty() ? 0 : ends.getLast().logOffset();
    appliedOffset = offset;
    apply(base);
    first.readUpTo(log, offset, Math.max(0, log.lastOffset() - offset));
    endAtBegin = log.lastOffset();
    LOG.info(
        "Begins with {} items as of batch {} and log offset {}, {} bytes",
        vectors.present(),
        batches,
        offset,
        base.bytes());
  }

  private void checkShape(Sync base) throws IOException {
    String own =
        ""
            + options.model().toModelOptions(options.schema())
            + options.model().terms().shape()
            + options.schema();
    if (!own.equals(base.head().getShape())) {
      throw new IOException(
          "the trainer's model or schema is another: "
              + base.head().getShape()
              + ", the configuration's is "
              + own);
    }
  }

  private void follow() throws IOException {
    try (LogTailer tailer = log.tailer(appliedOffset)) {
      while (!stops) {
        checkFeed();
        boolean atEnd = !read(tailer);
        progress.learned(appliedOffset, records, Integer.MAX_VALUE);
        applySyncs();
        publishPopular();
        if (atEnd && progress.replay() != null && isReady()) {
          ingest.open(first.remembered());
          progress.replayed();
          LOG.info("Ready: {}", progressText());
        }
      }
    }
  }

  private boolean isReady() {
    return appliedOffset >= endAtBegin
        && feed.readAll()
        && feed.peek() == null
        && (staleness.ms(nowMs()) <= sync.readyStalenessMs() || feed.silentMs() >= SILENT_MS);
  }

  /** Applies some records; false at the end of the log. */
  private boolean read(LogTailer tailer) throws IOException {
    try {
      for (int i = 0; i < READ_RECORDS; i++) {
        if (!tailer.next()) {
          return false;
        }
        applyRecord(tailer);
      }
      return true;
    } catch (LogUnavailableException e) {
      LOG.warn("The feedback log cannot be read now: {}", e.getMessage());
      progress.sleep(AWAY_MS, () -> stops);
      return false;
    }
  }

  private void applyRecord(LogTailer tailer) throws IOException {
    long offset = tailer.offset();
    LogRecord record = LogRecord.getDefaultInstance();
    try {
      if (first.isFirst(tailer)) {
        record = LogRecords.parse(tailer.bytes(), tailer.length());
        apply(record, offset);
      }
    } catch (InvalidProtocolBufferException | RuntimeException e) {
      // As the trainer does, which keeps it: what it did until then is a function of the log.
      LOG.warn("The record at log offset {} cannot be applied", offset, e);
    }
    history.read(record, tailer.bytes(), tailer.length(), tailer.offset());
    records++;
    appliedOffset = offset;
    staleness.read(offset, nowMs());
    progress.applied(offset);
    switch (record.getRecordCase()) {
      case UPSERT -> ingest.applied(record.getUpsert().getItemId(), offset);
      case DELETE_ITEM_ID -> ingest.applied(record.getDeleteItemId(), offset);
      case FEEDBACK ->
          ingest.heard(record.getFeedback().getEventId(), offset, record.getLoggedUs() / 1_000_000);
      case IMPRESSION, RECORD_NOT_SET -> {}
    }
  }

  /** As a learner does, without what learns. */
  private void apply(LogRecord record, long offset) {
    stream.catalog().countRecord();
    switch (record.getRecordCase()) {
      case FEEDBACK -> applyFeedback(record.getFeedback(), record.getLoggedUs(), offset);
      case UPSERT -> applyUpsert(record.getUpsert(), offset);
      case DELETE_ITEM_ID -> applyDelete(record.getDeleteItemId(), offset);
      case RECORD_NOT_SET -> stream.countInapplicable();
      case IMPRESSION -> {}
    }
    stream.forgetDeleted(item -> otherSince.put(item, offset));
  }

  private void applyFeedback(FeedbackEvent event, long loggedUs, long offset) {
    long timeMs = stream.admit(SessionStep.timeMs(event.getTime()));
    StreamStep step = stream.feedback(event, timeMs);
    if (step != null && counts && !clicks.add(step, loggedUs, offset)) {
      counts = false;
      LOG.warn(
          "No trainer has learned anything for {} events: what is counted stands still until one"
              + " does, then this server begins again",
          MAX_UNCOUNTED);
    }
  }

  private void applyUpsert(Item item, long offset) {
    try {
      boolean known = stream.catalog().indexOf(item.getItemId()) >= 0;
      CatalogItem now = stream.upsert(item);
      var _ = stream.catalog().learnKnots(item);
      if (!known) {
        otherSince.put(now.index(), offset);
        encode(now);
      }
    } catch (InvalidFeatureException e) {
      stream.countInapplicable();
    }
  }

  /** What the trainer will make of it, as nothing is learned of it yet. */
  private void encode(CatalogItem item) {
    ServingModel model = parameters.model();
    encoding.clear(stream.eventTimeSec());
    encoding.add(item.features());
    vectors.put(item.index(), encoding.encode(model), 0);
    vectors.putBias(item.index(), model.priorWeight() * stream.popularity().prior(item.index()));
  }

  private void applyDelete(String itemId, long offset) {
    CatalogItem item = stream.delete(itemId);
    if (item != null) {
      otherSince.put(item.index(), offset);
      vectors.remove(item.index());
    }
  }

  /** Applies those that the log is applied up to. */
  private void applySyncs() throws IOException {
    Sync next = feed.peek();
    while (next != null && next.head().getLogOffset() <= appliedOffset && !stops) {
      if (next.epoch() >= epoch) {
        if (next.epoch() > epoch || next.head().getBase()) {
          checkSame(next);
        }
        epoch = next.epoch();
        checkCounts(next);
        apply(next);
      }
      feed.remove();
      next = feed.peek();
    }
  }

  /** A trainer that has taken over has learned the same batches, or this server begins again. */
  private void checkSame(Sync base) throws IOException {
    checkShape(base);
    long from = 0;
    boolean same = base.head().getBatches() >= batches;
    for (Sync.End end : base.ends()) {
      from = from == 0 ? end.number() : from;
      same &= end.number() != batches || lastEnd == 0 || end.logOffset() == lastEnd;
    }
    same &= base.head().getBatches() == batches || (from > 0 && from <= batches + 1);
    if (!same) {
      throw new IOException(
          "epoch "
              + base.epoch()
              + " has learned other batches than the "
              + batches
              + " that this server has counted: it has to begin again");
    }
  }

  private void checkCounts(Sync from) throws IOException {
    if (!counts && from.head().getBatches() > batches) {
      throw new IOException(
          "a trainer learns again after more than "
              + MAX_UNCOUNTED
              + " events without one: this server has to begin again, from a base");
    }
  }

  private void countBatches(Sync from) {
    for (Sync.End end : from.ends()) {
      if (end.number() == batches + 1) {
        clicks.count(end);
        batches = end.number();
        lastEnd = end.logOffset();
      }
    }
  }

  private void apply(Sync from) throws IOException {
    ServingModel model = parameters.decode(from);
    long offset = from.head().getLogOffset();
    live.versions()
        .apply(() -> {
          // What a batch counted and what it learned are of one version.
          countBatches(from);
          parameters.apply(from, model, item -> isSame(item, offset));
          live.publish(
              new Published(
                  model, from.head().getBatches(), offset, from.head().getEventTimeSec()));
        });
    otherSince.values().removeIf(since -> since <= offset);
    eventsLearned = from.head().getEventsLearned();
    staleness.learned(offset);
    applied = from.number();
    syncDelayMs = clock.millis() - from.head().getSentUs() / 1_000;
  }

  private boolean isSame(int item, long offset) {
    return stream.catalog().item(item) != null && otherSince.getOrDefault(item, 0L) <= offset;
  }

  private void publishPopular() {
    long now = nowMs();
    boolean due = popularMs == 0 || now - popularMs >= POPULAR_INTERVAL_MS;
    if (due && batches != popularBatches) {
      popularMs = now;
      popularBatches = batches;
      int away = Math.min(stream.catalog().withdrawn(), 3 * POPULAR_ITEMS);
      live.publishPopular(stream.mostClicked(POPULAR_ITEMS + away));
    }
  }
}
