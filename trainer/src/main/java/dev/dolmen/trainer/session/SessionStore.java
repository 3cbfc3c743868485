package dev.dolmen.trainer.session;

import dev.dolmen.parameterstore.feature.Features;
import dev.dolmen.trainer.catalog.Catalog;
import dev.dolmen.trainer.state.StateCopy;
import dev.dolmen.trainer.state.StreamPart;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The last events of every session. Bounded by count, the least recently extended session making
 * room, and by idle time in event time, which only ever moves forward.
 *
 * <p>One writer, the training thread, calls the methods marked <em>writer</em>, in log order, so a
 * replay remembers and forgets the same; any thread may read at the same time without a lock.
 */
public final class SessionStore implements SessionReader, StreamPart {
  /** Idle sessions removed by one append at most. */
  private static final int EXPIRE_PER_APPEND = 4;

  private final Catalog catalog;
  private final int maxSessions;
  private final long idleMs;
  private final int maxLength;
  private final ConcurrentHashMap<String, Node> byId = new ConcurrentHashMap<>();

  /** Ring of all sessions, the least recently extended after this one. */
  private final Node ring = new Node("", null);

  private long eventTimeMs = Long.MIN_VALUE;
  private final LongAdder evicted = new LongAdder();
  private final LongAdder expired = new LongAdder();

  private static final class Node {
    final String id;
    volatile @Nullable SessionHistory history;

    /** Event time of the store when the session was extended last; grows along the ring. */
    long touchedMs;

    Node before = this;
    Node after = this;

    Node(String id, @Nullable SessionHistory history) {
      this.id = id;
      this.history = history;
    }

    void unlink() {
      before.after = after;
      after.before = before;
    }

    void linkBefore(Node other) {
      before = other.before;
      after = other;
      before.after = this;
      other.before = this;
    }
  }

  /**
   * @param catalog told which indexes sessions refer to
   * @param maxSessions sessions at most
   * @param idleSec seconds of event time without an event after which a session ends
   * @param maxLength events kept of each, the last ones
   */
  public SessionStore(Catalog catalog, int maxSessions, long idleSec, int maxLength) {
    this.catalog = catalog;
    this.maxSessions = maxSessions;
    this.idleMs = idleSec * 1_000;
    this.maxLength = maxLength;
  }

  @Override
  public @Nullable SessionHistory get(String sessionId) {
    Node node = byId.get(sessionId);
    return node == null ? null : node.history;
  }

  @Override
  public int size() {
    return byId.size();
  }

  @Override
  public long evicted() {
    return evicted.sum();
  }

  @Override
  public long expired() {
    return expired.sum();
  }

  /**
   * Appends an event to its session. Writer.
   *
   * @return the session before this event, or null if the event is its first
   */
  public @Nullable SessionHistory append(
      String sessionId, int item, int type, long timeMs, @Nullable Features context) {
    eventTimeMs = Math.max(eventTimeMs, timeMs);
    Node node = byId.get(sessionId);
    SessionHistory before = node == null ? null : node.history;
    if (before != null && timeMs - before.lastMs() > idleMs) {
      release(before, before.length());
      expired.increment();
      before = null;
    }
    catalog.retain(item);
    SessionHistory now;
    if (before == null) {
      now = SessionHistory.first(item, type, timeMs, context);
    } else {
      release(before, before.length() + 1 - maxLength);
      now = before.then(item, type, timeMs, context, maxLength);
    }
    if (node == null) {
      node = new Node(sessionId, now);
      byId.put(sessionId, node);
    } else {
      node.history = now;
      node.unlink();
    }
    node.touchedMs = eventTimeMs;
    node.linkBefore(ring);
    makeRoom();
    return before;
  }

  private void makeRoom() {
    for (int i = 0; i < EXPIRE_PER_APPEND; i++) {
      Node oldest = ring.after;
      SessionHistory history = oldest.history;
      if (history == null || eventTimeMs - oldest.touchedMs <= idleMs) {
        break;
      }
      remove(oldest, history);
      expired.increment();
    }
    while (byId.size() > maxSessions) {
      Node oldest = ring.after;
      SessionHistory history = oldest.history;
      if (history == null) {
        throw new IllegalStateException(byId.size() + " sessions, none in the ring");
      }
      remove(oldest, history);
      evicted.increment();
    }
  }

  private void remove(Node node, SessionHistory history) {
    node.unlink();
    byId.remove(node.id);
    release(history, history.length());
  }

  private void release(SessionHistory history, int n) {
    for (int i = 0; i < n; i++) {
      catalog.release(history.item(i));
    }
  }

  /** Goes through all sessions, the least recently extended first. Writer. */
  public void forEach(BiConsumer<String, SessionHistory> action) {
    for (Node node = ring.after; node != ring; node = node.after) {
      SessionHistory history = node.history;
      if (history != null) {
        action.accept(node.id, history);
      }
    }
  }

  /** Writes all sessions, the least recently extended first. Writer. */
  public void writeTo(DataOutput out) throws IOException {
    copy().writeTo(out);
  }

  /** What {@link #writeTo} writes, as of now: histories do not change, so pointers are copied. */
  @Override
  public StateCopy copy() {
    long timeMs = eventTimeMs;
    int n = byId.size();
    String[] ids = new String[n];
    long[] touchedMs = new long[n];
    SessionHistory[] histories = new SessionHistory[n];
    int i = 0;
    for (Node node = ring.after; node != ring; node = node.after) {
      SessionHistory h = node.history;
      if (h == null) {
        throw new IllegalStateException("session " + node.id + " has no history");
      }
      ids[i] = node.id;
      touchedMs[i] = node.touchedMs;
      histories[i++] = h;
    }
    return out -> {
      out.writeLong(timeMs);
      write(out, ids, touchedMs, histories);
    };
  }

  private static void write(
      DataOutput out, String[] ids, long[] touchedMs, SessionHistory[] histories)
      throws IOException {
    out.writeInt(ids.length);
    for (int session = 0; session < ids.length; session++) {
      SessionHistory h = histories[session];
      out.writeUTF(ids[session]);
      out.writeLong(touchedMs[session]);
      out.writeInt(h.length());
      h.writeTo(out, h.length());
    }
  }

  /** Reads what {@link #writeTo} wrote into this empty store. Writer, before any reader. */
  @Override
  public void readFrom(DataInput in) throws IOException {
    eventTimeMs = in.readLong();
    for (int n = in.readInt(); n > 0; n--) {
      String id = in.readUTF();
      long touchedMs = in.readLong();
      SessionHistory history = SessionHistory.readFrom(in, in.readInt());
      for (int i = 0; i < history.length(); i++) {
        catalog.retain(history.item(i));
      }
      Node node = new Node(id, history);
      node.touchedMs = touchedMs;
      byId.put(id, node);
      node.linkBefore(ring);
    }
  }
}
