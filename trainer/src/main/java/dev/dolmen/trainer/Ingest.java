package dev.dolmen.trainer;

import dev.dolmen.parameterstore.fid.FeatureExtractor;
import dev.dolmen.parameterstore.fid.InvalidFeatureException;
import dev.dolmen.trainer.catalog.Catalog;
import dev.dolmen.trainer.catalog.CatalogFullException;
import dev.dolmen.trainer.log.EventIdWindow;
import dev.dolmen.trainer.log.FeedbackLog;
import dev.dolmen.trainer.log.LogTailer;
import dev.dolmen.trainer.log.LogUnavailableException;
import dev.dolmen.v1.FeedbackEvent;
import dev.dolmen.v1.Impression;
import dev.dolmen.v1.Item;
import dev.dolmen.v1.LogRecord;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The append side of an {@link Engine}, for any thread. One lock orders appends, so that an event
 * id is looked up, logged and remembered as one step.
 */
public final class Ingest {
  private final FeedbackLog log;
  private final Catalog catalog;
  private final FeatureExtractor features;
  private final InstantSource clock;
  private final Progress progress;
  private final int maxItems;
  private final ImpressionQueue impressions;
  private final ReentrantLock lock = new ReentrantLock();
  private final EventIdWindow eventIds;

  /** Catalogue changes that are logged and not applied yet; bounded by the lag. */
  private final ConcurrentHashMap<String, Change> changes = new ConcurrentHashMap<>();

  private final LongAdder accepted = new LongAdder();
  private final LongAdder duplicates = new LongAdder();
  private int items;
  private boolean closed;

  private record Change(long offset, boolean present) {}

  /** The catalogue has applied everything that the log holds. */
  Ingest(
      FeedbackLog log,
      Catalog catalog,
      FeatureExtractor features,
      InstantSource clock,
      Progress progress,
      EngineOptions options) {
    this.log = log;
    this.catalog = catalog;
    this.features = features;
    this.clock = clock;
    this.progress = progress;
    maxItems = options.catalog().maxItems();
    items = catalog.size();
    eventIds = new EventIdWindow(options.log().deduplicationEvents());
    impressions = new ImpressionQueue(options.log().maxQueuedImpressions(), this::logImpression);
  }

  /** Remembers the event ids of the log's tail. Before any publisher. */
  void rememberLoggedEvents(int maxRecords) throws IOException {
    try (LogTailer tailer = log.tailerOfLast(maxRecords)) {
      while (tailer.next()) {
        byte[] id = LogRecords.eventId(tailer.bytes(), tailer.length());
        if (id != null) {
          long[] hash = EventIdWindow.hash(id);
          if (!eventIds.contains(hash)) {
            eventIds.add(hash);
          }
        }
      }
    }
  }

  /**
   * Logs a feedback event, once per event id. The event has been validated.
   *
   * @throws LogUnavailableException if the log cannot take it now
   */
  public PublishResult publish(FeedbackEvent event) {
    byte[] record = record().setFeedback(event).build().toByteArray();
    long[] id = EventIdWindow.hash(event.getEventId().getBytes(StandardCharsets.UTF_8));
    lock.lock();
    try {
      if (eventIds.contains(id)) {
        duplicates.increment();
        return PublishResult.DUPLICATE;
      }
      long offset = append(record);
      eventIds.add(id);
      accepted.increment();
      return new PublishResult(PublishResult.Status.ACCEPTED, offset);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Logs an insert or change of an item.
   *
   * @return its log offset
   * @throws dev.dolmen.parameterstore.fid.InvalidFeatureException if the schema does not take it
   * @throws CatalogFullException if the catalogue is full
   * @throws LogUnavailableException if the log cannot take it now
   */
  public long upsert(Item item) {
    var _ = features.item(item);
    String other = catalog.sharesFid(item.getItemId());
    if (other != null) {
      throw new InvalidFeatureException(
          "item_id", item.getItemId(), "no id with the 64-bit hash of another, \"" + other + "\"");
    }
    byte[] record = record().setUpsert(item).build().toByteArray();
    lock.lock();
    try {
      boolean known = knows(item.getItemId());
      if (!known && items >= maxItems) {
        throw new CatalogFullException(maxItems);
      }
      long offset = append(record);
      items += known ? 0 : 1;
      change(item.getItemId(), new Change(offset, true));
      return offset;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Logs the deletion of an item.
   *
   * @return its log offset
   * @throws LogUnavailableException if the log cannot take it now
   */
  public long delete(String itemId) {
    byte[] record = record().setDeleteItemId(itemId).build().toByteArray();
    lock.lock();
    try {
      boolean known = knows(itemId);
      long offset = append(record);
      items -= known ? 1 : 0;
      change(itemId, new Change(offset, false));
      return offset;
    } finally {
      lock.unlock();
    }
  }

  /** Queues an impression to be logged, off the request's path; overflow is dropped and counted. */
  public void impression(Impression impression) {
    impressions.offer(impression);
  }

  /** Whether an item is in the catalogue, or logged and not applied yet. */
  public boolean knows(String itemId) {
    Change change = changes.get(itemId);
    return change == null ? catalog.indexOf(itemId) >= 0 : change.present;
  }

  /** Returns at once, or when the trainer has caught up: the front end's back-pressure. */
  public void awaitCapacity() throws InterruptedException {
    progress.awaitCapacity();
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
  long accepted() {
    return accepted.sum();
  }

  /** Events that had been accepted before. */
  long duplicates() {
    return duplicates.sum();
  }

  /** Impressions that were not logged. */
  long droppedImpressions() {
    return impressions.dropped();
  }

  /** The training thread has applied a change of the catalogue. */
  void applied(String itemId, long offset) {
    changes.computeIfPresent(itemId, (id, change) -> change.offset <= offset ? null : change);
  }

  /** Takes no more, after what is queued. */
  void close() {
    impressions.close();
    lock.lock();
    try {
      closed = true;
    } finally {
      lock.unlock();
    }
  }

  private void change(String itemId, Change change) {
    changes.put(itemId, change);
    // The training thread may have been faster than this put.
    if (progress.appliedOffset() >= change.offset) {
      applied(itemId, change.offset);
    }
  }

  private void logImpression(Impression impression) {
    byte[] record = record().setImpression(impression).build().toByteArray();
    lock.lock();
    try {
      append(record);
    } finally {
      lock.unlock();
    }
  }

  private long append(byte[] record) {
    if (closed) {
      throw new LogUnavailableException("the engine is closing");
    }
    progress.checkRunning();
    long offset = log.append(record);
    progress.logged();
    return offset;
  }

  private LogRecord.Builder record() {
    Instant now = clock.instant();
    return LogRecord.newBuilder()
        .setLoggedUs(now.getEpochSecond() * 1_000_000 + now.getNano() / 1_000);
  }
}
