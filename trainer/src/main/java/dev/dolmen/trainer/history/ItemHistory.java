package dev.dolmen.trainer.history;

import dev.dolmen.trainer.session.SessionStep;
import dev.dolmen.v1.FeedbackEvent;
import dev.dolmen.v1.Impression;
import dev.dolmen.v1.LogRecord;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import net.openhft.hashing.LongHashFunction;
import org.jspecify.annotations.Nullable;

/**
 * How often items were shown and clicked over time, of the {@link #ITEMS_MAX} items that were shown
 * or clicked last: whoever looks an item up looks at one that is. A record counts in the hour in
 * which it was logged, so that no clock but the log's has a say. Views, clicks and what is stronger
 * are clicks, whether or not they came from a recommendation. Where in answers an item was shown
 * and clicked, and by what they were ranked, counts since it was shown first, of the clicks those
 * that name an answer which {@link RecentImpressions} knows.
 *
 * <p>Kept in a file at a clean end and whenever an hour begins, with the log's offset up to which
 * it counts, so that no record counts twice. It is no part of a snapshot, as nothing is learned
 * from it.
 *
 * <p>Written by one thread, read by any.
 */
public final class ItemHistory {
  /** Items that are counted at most. */
  public static final int ITEMS_MAX = 16_384;

  /** Hours that are told apart. */
  public static final int HOURS = ItemCounts.HOURS;

  /** Days that are told apart. */
  public static final int DAYS = ItemCounts.DAYS;

  /** Groups of places that are told apart. */
  public static final int PLACES = ItemCounts.PLACES;

  private static final long HOUR_US = 3_600_000_000L;
  private static final LongHashFunction HASH = LongHashFunction.xx3();

  private final @Nullable ItemHistoryFile file;
  private final AtomicBoolean writing = new AtomicBoolean();

  /** By hash of the item's id, the one that was counted last at the end. */
  private final LinkedHashMap<Long, ItemCounts> items = new LinkedHashMap<>(64, 0.75f, true);

  private final ShownSources sources;
  private long counted;
  private int keptHour = -1;

  /** What is to be kept at one moment: the log's offset, and a copy of all counts. */
  record Kept(long offset, ShownSources sources, Map<Long, ItemCounts> items) {}

  /**
   * Nothing is counted yet.
   *
   * @param counted offset of the log from which on records count
   * @param file where it is kept; null if it is not
   */
  ItemHistory(long counted, @Nullable ItemHistoryFile file) {
    this(counted, file, new ShownSources());
  }

  /**
   * @param sources their numbers in what is restored
   */
  ItemHistory(long counted, @Nullable ItemHistoryFile file, ShownSources sources) {
    this.counted = counted;
    this.file = file;
    this.sources = sources;
  }

  /** Takes over what was kept, the item that was counted last at the end. */
  synchronized void restore(Map<Long, ItemCounts> kept) {
    items.putAll(kept);
    makeRoom();
  }

  /**
   * The next record of the log.
   *
   * @param offset of it
   * @param clicks in answers, of which it tells
   */
  void read(LogRecord record, long offset, List<PlacedClick> clicks) {
    Kept kept = count(record, offset, clicks);
    ItemHistoryFile to = file;
    if (kept != null && to != null && writing.compareAndSet(false, true)) {
      // Elsewhere: the log's thread does not wait for a disk.
      Thread.ofVirtual()
          .name("dolmen-item-history")
          .start(() -> {
            to.write(kept);
            writing.set(false);
          });
    }
  }

  /** Returns what is to be kept now; mostly nothing. */
  private synchronized @Nullable Kept count(
      LogRecord record, long offset, List<PlacedClick> clicks) {
    if (offset <= counted) {
      return null;
    }
    counted = offset;
    int hour = (int) (record.getLoggedUs() / HOUR_US);
    switch (record.getRecordCase()) {
      case IMPRESSION -> show(record.getImpression(), record.getLoggedUs(), hour);
      case FEEDBACK -> {
        FeedbackEvent event = record.getFeedback();
        if (SessionStep.isStep(event.getType())) {
          add(event.getItemId(), record.getLoggedUs(), hour, true);
        }
      }
      case UPSERT, DELETE_ITEM_ID, RECORD_NOT_SET -> {}
    }
    clicks.forEach(this::click);
    boolean begins = hour > keptHour && keptHour >= 0;
    keptHour = Math.max(keptHour, hour);
    return begins && file != null ? kept() : null;
  }

  private void show(Impression shown, long loggedUs, int hour) {
    int source =
        sources.show(
            ShownBy.of(shown), hour, freed -> items.values().forEach(counts -> counts.free(freed)));
    for (int i = 0; i < shown.getItemIdCount(); i++) {
      add(shown.getItemId(i), loggedUs, hour, false).showAt(i, source, loggedUs / 1_000);
    }
  }

  /** One that is not counted any more is left out. */
  private void click(PlacedClick click) {
    ItemCounts counts = items.get(HASH.hashChars(click.itemId()));
    if (counts != null) {
      counts.clickAt(click.position(), sources.numberOf(click.by()));
    }
  }

  private ItemCounts add(String itemId, long loggedUs, int hour, boolean clicked) {
    ItemCounts counts =
        items.computeIfAbsent(HASH.hashChars(itemId), id -> new ItemCounts(loggedUs / 1_000, hour));
    counts.add(hour, clicked);
    makeRoom();
    return counts;
  }

  private void makeRoom() {
    while (items.size() > ITEMS_MAX) {
      items.pollFirstEntry();
    }
  }

  /** As of now. */
  synchronized Kept kept() {
    Map<Long, ItemCounts> copy = LinkedHashMap.newLinkedHashMap(items.size());
    items.forEach((id, counts) -> copy.put(id, counts.copy()));
    return new Kept(counted, sources.copy(), copy);
  }

  /**
   * How often an item was shown and clicked. Does not count as a use of it.
   *
   * @param nowMs in the last hour and day that are told, milliseconds since 1970
   */
  public synchronized ItemFigures of(String itemId, long nowMs) {
    ItemCounts counts = items.getOrDefault(HASH.hashChars(itemId), null);
    int now = (int) (nowMs * 1_000 / HOUR_US);
    if (counts == null) {
      counts = new ItemCounts(-1, now);
    }
    return new ItemFigures(
        counts.sinceMs,
        counts.hours(now, false),
        counts.hours(now, true),
        counts.days(now, false),
        counts.days(now, true),
        placing(counts));
  }

  private ItemPlacing placing(ItemCounts counts) {
    List<ItemPlacing.Source> by = new ArrayList<>();
    for (int i = 0; i < ShownSources.MAX; i++) {
      if (counts.source(i, false) > 0) {
        by.add(
            new ItemPlacing.Source(sources.at(i), counts.source(i, false), counts.source(i, true)));
      }
    }
    return new ItemPlacing(counts.placedSinceMs(), counts.places(false), counts.places(true), by);
  }

  /**
   * The first place of an answer, from 1, in a group of places, which ends where the next begins.
   *
   * @param group 0 to {@link #PLACES} - 1
   */
  public static int firstPlace(int group) {
    return ItemCounts.firstPlace(group);
  }

  /** Bytes of the heap that it takes, about. */
  public synchronized long bytes() {
    return (long) items.size() * ItemCounts.BYTES;
  }

  /** Bytes of the heap that it can take, about. */
  public static long bytesMax() {
    return (long) ITEMS_MAX * ItemCounts.BYTES;
  }

  /** Keeps it; nothing is counted any more. */
  void close() {
    if (file != null) {
      file.write(kept());
    }
  }
}
