package dev.dolmen.trainer.ingest;

import dev.dolmen.parameterstore.feature.FeatureExtractor;
import dev.dolmen.parameterstore.feature.InvalidFeatureException;
import dev.dolmen.parameterstore.feature.ShownText;
import dev.dolmen.trainer.catalog.CatalogFullException;
import dev.dolmen.trainer.catalog.CatalogItem;
import dev.dolmen.trainer.catalog.CatalogReader;
import dev.dolmen.trainer.catalog.CatalogRoom;
import dev.dolmen.trainer.catalog.ItemBytes;
import dev.dolmen.trainer.log.EventIdWindow;
import dev.dolmen.trainer.log.FeedbackLog;
import dev.dolmen.trainer.log.LogAppend;
import dev.dolmen.trainer.log.LogBound;
import dev.dolmen.trainer.log.LogUnavailableException;
import dev.dolmen.v1.FeedbackEvent;
import dev.dolmen.v1.Impression;
import dev.dolmen.v1.Item;
import dev.dolmen.v1.LogRecord;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The append side of an engine, for any thread. One lock orders the beginnings of appends, so that
 * an event id is looked up, logged and remembered as one step; nobody waits for an append's end
 * while holding it, so that many are under way together where the log is far away.
 */
public final class Ingest {
  private final FeedbackLog log;
  private final LogBound bound;
  private final CatalogReader catalog;
  private final FeatureExtractor features;
  private final InstantSource clock;
  private final Progress progress;
  private final CatalogRoom room;
  private final ImpressionQueue impressions;
  private final ReentrantLock lock = new ReentrantLock();

  /** Guarded by {@link #inFlight}, as that is itself; nobody waits while holding it. */
  private EventIdWindow eventIds;

  /** Events that are on their way into the log; bounded by what the log lets be under way. */
  private final HashMap<EventId, LogAppend> inFlight = new HashMap<>();

  /** Catalogue changes that are logged and not applied yet; bounded by the lag. */
  private final ConcurrentHashMap<String, Change> changes = new ConcurrentHashMap<>();

  private final LongAdder accepted = new LongAdder();
  private final LongAdder duplicates = new LongAdder();
  private final LongAdder lostImpressions = new LongAdder();

  private boolean closed;

  /** A change of an item, at an offset that is known once the log holds it. */
  private static final class Change {
    /** As it is after the change; null if it is gone. */
    final @Nullable Item item;

    /** Of the heap that the item takes after the change. */
    final long bytes;

    volatile long offset = Long.MAX_VALUE;

    Change(@Nullable Item item, long bytes) {
      this.item = item;
      this.bytes = bytes;
    }
  }

  /** An event id's hash as a key. */
  private record EventId(long high, long low) {
    static EventId of(String eventId) {
      long[] hash = EventIdWindow.hash(eventId.getBytes(StandardCharsets.UTF_8));
      return new EventId(hash[0], hash[1]);
    }

    long[] hash() {
      return new long[] {high, low};
    }
  }

  /** Takes impressions at once, and the rest from {@link #open} on. */
  public Ingest(
      FeedbackLog log,
      LogBound bound,
      CatalogReader catalog,
      FeatureExtractor features,
      InstantSource clock,
      Progress progress,
      IngestOptions options) {
    this.log = log;
    this.bound = bound;
    this.catalog = catalog;
    this.features = features;
    this.clock = clock;
    this.progress = progress;
    room = new CatalogRoom(options.maxItems(), options.maxItemsBytes());
    eventIds = new EventIdWindow(options.deduplicationEvents(), options.deduplicationAgeSec());
    impressions = new ImpressionQueue(options.maxQueuedImpressions(), this::logImpression);
  }

  /**
   * Remembers event ids and what the catalogue holds: before anything is taken. Both have applied
   * everything that the log held. Training thread.
   *
   * @param logged ids of what the log holds; not used by anybody else
   */
  public void open(EventIdWindow logged) {
    lock.lock();
    try {
      room.count(catalog);
      synchronized (inFlight) {
        eventIds = logged;
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * What became of the event of this id before; null if it is not remembered. An event that is sent
   * again is a duplicate, whatever has become of its item meanwhile.
   */
  public @Nullable PublishInFlight duplicate(String eventId) {
    PublishInFlight before = known(EventId.of(eventId));
    if (before != null) {
      duplicates.increment();
    }
    return before;
  }

  /** Bytes of the heap that event ids take. */
  public long eventIdBytes() {
    synchronized (inFlight) {
      return eventIds.bytes();
    }
  }

  /**
   * For how long event ids are remembered now: seconds since the oldest of them was logged; 0 if
   * there is none.
   */
  public long deduplicatedSec() {
    long oldest;
    synchronized (inFlight) {
      oldest = eventIds.oldestSec();
    }
    return oldest == 0 ? 0 : Math.max(0, clock.instant().getEpochSecond() - oldest);
  }

  /**
   * Whether events and changes are taken at all.
   *
   * @throws LogUnavailableException if not, saying how far the replay is
   */
  public void checkOpen() {
    progress.checkReplayed();
  }

  /**
   * Begins to log a feedback event, once per event id. The event has been validated. An event whose
   * id is on its way already waits for that one.
   *
   * @throws LogUnavailableException if the log cannot take it now; it is not logged
   */
  public PublishInFlight beginPublish(FeedbackEvent event) {
    checkOpen();
    byte[] record = record().setFeedback(event).build().toByteArray();
    EventId id = EventId.of(event.getEventId());
    lock.lock();
    try {
      PublishInFlight before = known(id);
      if (before != null) {
        duplicates.increment();
        return before;
      }
      LogAppend append = append(record);
      synchronized (inFlight) {
        inFlight.put(id, append);
      }
      append.whenKnown(offset -> logged(id, offset), () -> forget(id));
      return PublishInFlight.accepted(append);
    } finally {
      lock.unlock();
    }
  }

  private @Nullable PublishInFlight known(EventId id) {
    synchronized (inFlight) {
      long offset = eventIds.offsetOf(id.hash(), clock.instant().getEpochSecond());
      if (offset != EventIdWindow.ABSENT) {
        return PublishInFlight.duplicateAt(offset);
      }
      LogAppend append = inFlight.get(id);
      return append == null ? null : PublishInFlight.duplicateOf(append);
    }
  }

  private void logged(EventId id, long offset) {
    accepted.increment();
    synchronized (inFlight) {
      inFlight.remove(id);
      eventIds.add(id.hash(), offset, clock.instant().getEpochSecond());
    }
  }

  /** The log holds an event, from whichever process: if it comes here, it is a duplicate. */
  public void heard(String eventId, long offset, long sec) {
    EventId id = EventId.of(eventId);
    synchronized (inFlight) {
      if (eventIds.offsetOf(id.hash(), sec) == EventIdWindow.ABSENT) {
        eventIds.add(id.hash(), offset, sec);
      }
    }
  }

  private void passed() {
    synchronized (inFlight) {
      eventIds.pass();
    }
  }

  private void forget(EventId id) {
    synchronized (inFlight) {
      inFlight.remove(id);
    }
  }

  /**
   * Logs a feedback event, once per event id. The event has been validated.
   *
   * @throws LogUnavailableException if the log cannot take it now, or does not say in time whether
   *     it holds it: published again, it is logged once in any case
   */
  public PublishResult publish(FeedbackEvent event) {
    return beginPublish(event).await();
  }

  /**
   * Begins to log an insert or change of an item.
   *
   * @throws dev.dolmen.parameterstore.feature.InvalidFeatureException if the schema does not take
   *     it
   * @throws CatalogFullException if the catalogue is full
   * @throws LogUnavailableException if the log cannot take it now; it is not logged
   */
  public LogAppend beginUpsert(Item item) {
    checkOpen();
    var _ = features.item(item);
    String other = catalog.sharesFid(item.getItemId());
    if (other != null) {
      throw new InvalidFeatureException(
          "item_id",
          item.getItemId(),
          "no id with the 64-bit hash of another, \"" + ShownText.of(other) + "\"");
    }
    byte[] record = record().setUpsert(item).build().toByteArray();
    lock.lock();
    try {
      int more = knows(item.getItemId()) ? 0 : 1;
      long bytes = ItemBytes.of(item);
      long moreBytes = bytes - bytes(item.getItemId());
      countApplied();
      room.check(more, moreBytes);
      LogAppend append = begin(record);
      change(item.getItemId(), new Change(item, bytes), more, moreBytes, append);
      return append;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Begins to log a change of an item as it is after everything that was logged before.
   *
   * @param patch makes what is logged of the item as it is; what it throws is thrown
   * @return null if there is no such item
   * @throws CatalogFullException if it is larger now than the catalogue has room for
   * @throws LogUnavailableException if the log cannot take it now; it is not logged
   */
  public @Nullable LogAppend beginPatch(String itemId, UnaryOperator<Item> patch) {
    checkOpen();
    lock.lock();
    try {
      Item item = newest(itemId);
      if (item == null) {
        return null;
      }
      Item patched = patch.apply(item);
      long bytes = ItemBytes.of(patched);
      long moreBytes = bytes - bytes(itemId);
      countApplied();
      room.check(0, moreBytes);
      LogAppend append = begin(record().setUpsert(patched).build().toByteArray());
      change(itemId, new Change(patched, bytes), 0, moreBytes, append);
      return append;
    } finally {
      lock.unlock();
    }
  }

  private @Nullable Item newest(String itemId) {
    Change change = changes.get(itemId);
    if (change != null) {
      return change.item;
    }
    CatalogItem applied = catalog.item(itemId);
    return applied == null ? null : catalog.whole(applied);
  }

  /**
   * Logs an insert or change of an item, as {@link #beginUpsert} begins it.
   *
   * @return its log offset
   * @throws LogUnavailableException also if the log does not say in time whether it holds it
   */
  public long upsert(Item item) {
    return beginUpsert(item).await();
  }

  /**
   * Begins to log the deletion of an item.
   *
   * @throws LogUnavailableException if the log cannot take it now; it is not logged
   */
  public LogAppend beginDelete(String itemId) {
    checkOpen();
    byte[] record = record().setDeleteItemId(itemId).build().toByteArray();
    lock.lock();
    try {
      int more = knows(itemId) ? -1 : 0;
      long moreBytes = -bytes(itemId);
      LogAppend append = begin(record);
      change(itemId, new Change(null, 0), more, moreBytes, append);
      return append;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Logs the deletion of an item, as {@link #beginDelete} begins it.
   *
   * @return its log offset
   * @throws LogUnavailableException also if the log does not say in time whether it holds it
   */
  public long delete(String itemId) {
    return beginDelete(itemId).await();
  }

  /** Queues an impression to be logged, off the request's path; overflow is dropped and counted. */
  public void impression(Impression impression) {
    impressions.offer(impression);
  }

  /** Whether an item is in the catalogue, or logged and not applied yet. */
  public boolean knows(String itemId) {
    Change change = changes.get(itemId);
    return change == null ? catalog.indexOf(itemId) >= 0 : change.item != null;
  }

  /**
   * Whether an item that the catalogue does not have may come into it from what is logged: it is
   * left out then, not refused. While the log is replayed, any may.
   */
  public boolean mayCome(String itemId) {
    return progress.replay() != null || knows(itemId);
  }

  /** Returns at once, or when the trainer has caught up: the front end's back-pressure. */
  public void awaitCapacity() throws InterruptedException {
    progress.awaitCapacity();
  }

  /**
   * As above, but for so long.
   *
   * @return whether the trainer has caught up, or ended
   */
  public boolean awaitCapacity(Duration atMost) throws InterruptedException {
    return progress.awaitCapacity(atMost);
  }

  /**
   * Waits until every record up to {@code offset} is applied and learned.
   *
   * @return false if that took longer than {@code atMost}, or the engine has stopped
   */
  public boolean awaitApplied(long offset, Duration atMost) throws InterruptedException {
    return progress.awaitLearned(offset, atMost);
  }

  /** Events accepted since the engine was opened. */
  public long accepted() {
    return accepted.sum();
  }

  /** Events that had been accepted before. */
  public long duplicates() {
    return duplicates.sum();
  }

  /** Impressions that were not logged. */
  public long droppedImpressions() {
    return impressions.dropped() + lostImpressions.sum();
  }

  /** The training thread has applied a change of the catalogue. */
  public void applied(String itemId, long offset) {
    changes.computeIfPresent(itemId, (id, change) -> change.offset <= offset ? null : change);
  }

  /** Takes no more, after what is queued. */
  public void close() {
    impressions.close();
    lock.lock();
    try {
      closed = true;
    } finally {
      lock.unlock();
    }
  }

  /** The room is as of all changes that were begun, and exact when all of them are applied. */
  private void countApplied() {
    if (changes.isEmpty()) {
      room.count(catalog);
    }
  }

  /** What an item takes as of all changes that were begun. */
  private long bytes(String itemId) {
    Change change = changes.get(itemId);
    if (change != null) {
      return change.bytes;
    }
    CatalogItem item = catalog.item(itemId);
    return item == null ? 0 : ItemBytes.of(item);
  }

  /**
   * @param more items than before it, -1 to 1; taken back if the log does not hold it
   * @param moreBytes that they take; likewise
   */
  private void change(String itemId, Change change, int more, long moreBytes, LogAppend append) {
    room.take(more, moreBytes);
    changes.put(itemId, change);
    append.whenKnown(
        offset -> {
          change.offset = offset;
          // The training thread may have been faster than this.
          if (progress.appliedOffset() >= offset) {
            applied(itemId, offset);
          }
        },
        () -> {
          room.take(-more, -moreBytes);
          changes.remove(itemId, change);
        });
  }

  /**
   * Nobody waits for impressions: the log's own bound on what is under way holds. They leave the
   * last of the log's room to what is acknowledged.
   */
  private void logImpression(Impression impression) {
    if (bound.tight()) {
      lostImpressions.increment();
      return;
    }
    byte[] record = record().setImpression(impression).build().toByteArray();
    lock.lock();
    try {
      begin(record).whenKnown(offset -> {}, lostImpressions::increment);
    } finally {
      lock.unlock();
    }
  }

  /** Appends a record that is no event. */
  private LogAppend begin(byte[] record) {
    LogAppend append = append(record);
    append.whenKnown(offset -> passed(), () -> {});
    return append;
  }

  private LogAppend append(byte[] record) {
    if (closed) {
      throw new LogUnavailableException("the engine is closing");
    }
    progress.checkRunning();
    bound.check();
    LogAppend append = log.begin(record);
    bound.appended(record.length);
    append.whenKnown(offset -> progress.logged(), () -> {});
    return append;
  }

  private LogRecord.Builder record() {
    Instant now = clock.instant();
    return LogRecord.newBuilder()
        .setLoggedUs(now.getEpochSecond() * 1_000_000 + now.getNano() / 1_000);
  }
}
