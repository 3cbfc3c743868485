package dev.dolmen.trainer.history;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.dolmen.trainer.session.SessionStep;
import dev.dolmen.v1.EventType;
import dev.dolmen.v1.FeedbackEvent;
import dev.dolmen.v1.Impression;
import dev.dolmen.v1.LogRecord;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import net.openhft.hashing.LongHashFunction;
import org.jspecify.annotations.Nullable;

/**
 * The last impressions of all visits, to be looked up by visit, with the events that named them.
 * Their records are kept as they came from the log, so that remembering one is a copy and no
 * encoding, and nothing has to be asked of a log, which may be far away or have let go of them.
 *
 * <p>Bounded in bytes, the oldest making room. An event that is faster than its impression waits
 * for it, up to {@link #EARLY_MAX} of them. Begins empty at each start, with what is replayed.
 * Impressions without a session, and those that the log has twice, are left out.
 *
 * <p>Written by one thread, read by any: a reader keeps the writer waiting for no longer than it
 * takes to follow a visit's links.
 */
public final class RecentImpressions {
  /** Bytes of the heap that they take at most, about. */
  public static final long BYTES_MAX = 16L << 20;

  /** Requests whose events wait, and events of each. */
  static final int EARLY_MAX = 256;

  private static final int EARLY_EVENTS_MAX = 4;

  /** Of an impression besides its record: objects, and entries of two maps. */
  private static final int OVERHEAD_BYTES = 300;

  /** The bits of events that are steps, and so clicks. */
  private static final int STEPS =
      Stream.of(EventType.values())
          .filter(SessionStep::isStep)
          .mapToInt(type -> 1 << SessionStep.typeOf(type))
          .reduce(0, (a, b) -> a | b);

  private static final LongHashFunction HASH = LongHashFunction.xx3();

  private final long bytesMax;

  /** By hash of the request id, in the order in which they came. */
  private final LinkedHashMap<Long, Kept> byRequest = new LinkedHashMap<>();

  /** The newest of each visit, by hash of its id. */
  private final Map<Long, Kept> byVisit = new HashMap<>();

  private final LinkedHashMap<Long, List<FeedbackEvent>> early = new LinkedHashMap<>();
  private long bytes;
  private long sinceMs;
  private boolean any;

  /** What had ranked the last impression: mostly that of the next. */
  private @Nullable ShownBy lastBy;

  /** An impression in the line of its visit. */
  private static final class Kept {
    final byte[] record;

    /** Hash of the id of each item, in order: a click need not read the record again. */
    final long[] items;

    final long visit;
    final long timeMs;
    final ShownBy by;
    @Nullable Kept older;
    @Nullable Kept newer;

    /** By position, a bit for each type of event; null while there are none. */
    byte @Nullable [] events;

    Kept(byte[] record, long[] items, long visit, long timeMs, ShownBy by) {
      this.record = record;
      this.items = items;
      this.visit = visit;
      this.timeMs = timeMs;
      this.by = by;
    }

    int bytes() {
      return OVERHEAD_BYTES
          + record.length
          + Long.BYTES * items.length
          + (events == null ? 0 : events.length);
    }

    int position(long item) {
      for (int i = 0; i < items.length; i++) {
        if (items[i] == item) {
          return i;
        }
      }
      return -1;
    }
  }

  /**
   * Knows nothing yet.
   *
   * @param nowMs when it begins
   * @param bytesMax what it may take
   */
  public RecentImpressions(long nowMs, long bytesMax) {
    sinceMs = nowMs;
    this.bytesMax = bytesMax;
  }

  /**
   * The next record that was applied, of which it takes what it needs.
   *
   * @param bytes the record from index 0
   * @param length of it
   * @return clicks in answers, of which it tells: mostly none
   */
  synchronized List<PlacedClick> read(LogRecord record, byte[] bytes, int length) {
    if (!any && record.getLoggedUs() > 0) {
      any = true;
      sinceMs = Math.min(sinceMs, record.getLoggedUs() / 1_000);
    }
    List<PlacedClick> clicks =
        switch (record.getRecordCase()) {
          case IMPRESSION -> add(record.getImpression(), bytes, length);
          case FEEDBACK -> join(record.getFeedback());
          case UPSERT, DELETE_ITEM_ID, RECORD_NOT_SET -> List.of();
        };
    while (this.bytes > bytesMax) {
      removeOldest();
    }
    return clicks;
  }

  private List<PlacedClick> add(Impression shown, byte[] from, int length) {
    long request = HASH.hashChars(shown.getRequestId());
    if (shown.getSessionId().isEmpty() || byRequest.containsKey(request)) {
      return List.of();
    }
    long visit = HASH.hashChars(shown.getSessionId());
    long[] items = shown.getItemIdList().stream().mapToLong(HASH::hashChars).toArray();
    long timeMs = SessionStep.timeMs(shown.getTime());
    ShownBy by = ShownBy.of(shown);
    ShownBy last = lastBy;
    if (last != null && last.equals(by)) {
      by = last;
    }
    lastBy = by;
    Kept kept = new Kept(Arrays.copyOf(from, length), items, visit, timeMs, by);
    byRequest.put(request, kept);
    Kept before = byVisit.put(visit, kept);
    if (before != null) {
      kept.older = before;
      before.newer = kept;
    }
    bytes += kept.bytes();
    List<FeedbackEvent> waiting = early.remove(request);
    return waiting == null
        ? List.of()
        : waiting.stream().flatMap(event -> mark(kept, event).stream()).toList();
  }

  private void removeOldest() {
    Kept oldest = byRequest.pollFirstEntry().getValue();
    Kept next = oldest.newer;
    if (next == null) {
      byVisit.remove(oldest.visit);
    } else {
      next.older = null;
    }
    bytes -= oldest.bytes();
    sinceMs = Math.max(sinceMs, oldest.timeMs + 1);
  }

  private List<PlacedClick> join(FeedbackEvent event) {
    if (event.getRequestId().isEmpty()) {
      return List.of();
    }
    long request = HASH.hashChars(event.getRequestId());
    Kept kept = byRequest.get(request);
    if (kept != null) {
      return mark(kept, event);
    }
    List<FeedbackEvent> waiting = early.computeIfAbsent(request, id -> new ArrayList<>(1));
    if (waiting.size() < EARLY_EVENTS_MAX) {
      waiting.add(event.toBuilder().clearContext().build());
    }
    if (early.size() > EARLY_MAX) {
      early.pollFirstEntry();
    }
    return List.of();
  }

  /**
   * As when it is learned: what another visit does with an answer is none of this one's, and a
   * second click on an item changes nothing.
   *
   * @return the click, if it is the first on the item
   */
  private List<PlacedClick> mark(Kept kept, FeedbackEvent event) {
    int position = kept.position(HASH.hashChars(event.getItemId()));
    EventType type = event.getType();
    if (position < 0
        || type == EventType.UNRECOGNIZED
        || kept.visit != HASH.hashChars(event.getSessionId())) {
      return List.of();
    }
    byte[] events = kept.events;
    if (events == null) {
      events = new byte[kept.items.length];
      kept.events = events;
      bytes += events.length;
    }
    boolean first = SessionStep.isStep(type) && (events[position] & STEPS) == 0;
    events[position] |= (byte) (1 << SessionStep.meant(type).getNumber());
    return first ? List.of(new PlacedClick(event.getItemId(), position, kept.by)) : List.of();
  }

  private static Impression impression(Kept kept) {
    try {
      return LogRecord.parseFrom(kept.record).getImpression();
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("a record that was parsed before", e);
    }
  }

  /**
   * What a visit was shown, the newest first.
   *
   * @param max how many at most
   */
  public List<ShownAnswer> of(String sessionId, int max) {
    List<Kept> found = new ArrayList<>();
    List<byte[]> events = new ArrayList<>();
    synchronized (this) {
      Kept next = byVisit.get(HASH.hashChars(sessionId));
      for (; next != null && found.size() < max; next = next.older) {
        found.add(next);
        events.add(next.events == null ? new byte[0] : next.events.clone());
      }
    }
    List<ShownAnswer> answers = new ArrayList<>(found.size());
    for (int i = 0; i < found.size(); i++) {
      Impression shown = impression(found.get(i));
      if (shown.getSessionId().equals(sessionId)) { // Or it has the hash of another.
        answers.add(new ShownAnswer(shown, types(shown.getItemIdCount(), events.get(i))));
      }
    }
    return answers;
  }

  private static List<Set<EventType>> types(int items, byte[] events) {
    List<Set<EventType>> types = new ArrayList<>(items);
    for (int i = 0; i < items; i++) {
      Set<EventType> of = EnumSet.noneOf(EventType.class);
      int bits = i < events.length ? events[i] : 0;
      for (EventType type : EventType.values()) {
        if (type != EventType.UNRECOGNIZED && (bits >> type.getNumber() & 1) != 0) {
          of.add(type);
        }
      }
      types.add(of);
    }
    return types;
  }

  /** Milliseconds since 1970; of what was shown before, not all is known. */
  public synchronized long sinceMs() {
    return sinceMs;
  }

  /** Bytes of the heap that they take, about. */
  public synchronized long bytes() {
    return bytes;
  }
}
