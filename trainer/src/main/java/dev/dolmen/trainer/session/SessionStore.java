package dev.dolmen.trainer.session;

import dev.dolmen.parameterstore.feature.Features;
import dev.dolmen.parameterstore.snapshot.RowsFormat;
import dev.dolmen.trainer.catalog.Catalog;
import dev.dolmen.trainer.session.SessionPlace.Order;
import dev.dolmen.trainer.state.RowNumbers;
import dev.dolmen.trainer.state.StateCopy;
import dev.dolmen.trainer.state.StateRows;
import dev.dolmen.trainer.state.StreamPart;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The last events of every session, and which items it has seen. Bounded by count and by the bytes
 * of what was seen, the least recently extended session making room, and by idle time in event
 * time, which only ever moves forward.
 *
 * <p>One writer, the training thread, calls the methods marked <em>writer</em>, in log order, so a
 * replay remembers and forgets the same; any thread may read at the same time without a lock.
 */
public final class SessionStore implements SessionReader, StreamPart {
  /** Idle sessions removed by one append at most. */
  private static final int EXPIRE_PER_APPEND = 4;

  /** Of the heap: a session's object, its places in the maps by id and number, its id's string. */
  static final long SESSION_BYTES = 192;

  /** As a UUID is written. */
  private static final int ID_LENGTH = 36;

  private final Catalog catalog;
  private final Bounds bounds;
  private final ConcurrentHashMap<String, Node> byId = new ConcurrentHashMap<>();

  /** Ring of all sessions, the least recently extended after this one. */
  private final Node ring = new Node("");

  private final RowNumbers<Node> numbers = new RowNumbers<>();
  private final StateRows rows =
      new StateRows("trainer/sessions", RowsFormat.VARIABLE, this::writeRow, this::readRow);

  /** Times that any session was extended: the order of the ring. */
  private long touches;

  private long eventTimeMs = Long.MIN_VALUE;
  private volatile long seenBytes;
  private volatile long bytes;
  private final LongAdder evicted = new LongAdder();
  private final LongAdder expired = new LongAdder();

  /**
   * How much is kept.
   *
   * @param maxSessions sessions at most
   * @param idleMs milliseconds of event time without an event after which a session ends
   * @param maxLength events kept of each, the last ones
   * @param maxSeen items kept of those that each has seen, the ones named last
   * @param maxSeenBytes of the heap that the items seen by all sessions take
   */
  public record Bounds(
      int maxSessions, long idleMs, int maxLength, int maxSeen, long maxSeenBytes) {
    /** As configured. */
    public static Bounds of(SessionOptions options, int maxLength) {
      return new Bounds(
          options.maxSessions(),
          options.idleSec() * 1_000,
          maxLength,
          options.seenItems(),
          options.seenBytes());
    }
  }

  private static final class Node {
    final String id;

    /** Null of a session that no step belongs to: it began with a dismissal, say. */
    volatile @Nullable SessionHistory history;

    volatile SeenItems seen = SeenItems.NONE;

    /** Event time of the store when the session was extended last; grows along the ring. */
    long touchedMs;

    /** Which of all touches its last one was; grows along the ring. */
    long touch;

    /** Of its row. */
    int number = -1;

    Node before = this;
    Node after = this;

    Node(String id) {
      this.id = id;
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
   */
  public SessionStore(Catalog catalog, Bounds bounds) {
    this.catalog = catalog;
    this.bounds = bounds;
  }

  @Override
  public @Nullable SessionHistory get(String sessionId) {
    Node node = byId.get(sessionId);
    return node == null ? null : node.history;
  }

  @Override
  public SeenItems seen(String sessionId) {
    Node node = byId.get(sessionId);
    return node == null ? SeenItems.NONE : node.seen;
  }

  @Override
  public int size() {
    return byId.size();
  }

  @Override
  public long seenBytes() {
    return seenBytes;
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
   * Puts an event where it belongs in its session by its time, as far back as the session is kept.
   * Writer.
   */
  public SessionPlace append(
      String sessionId, int item, int type, long timeMs, @Nullable Features context) {
    Node node = touch(sessionId, timeMs);
    SessionHistory before = node.history;
    SessionPlace place = place(before, timeMs);
    if (before == null) {
      catalog.retain(item);
      setHistory(node, SessionHistory.first(item, type, timeMs, context));
    } else if (place.order() != Order.APART) {
      catalog.retain(item);
      release(before, before.length() + 1 - bounds.maxLength);
      int at = place.before() == null ? 0 : place.before().length();
      setHistory(node, before.with(at, item, type, timeMs, context, bounds.maxLength));
    }
    see(node, item, node.seen.step(item, bounds.maxSeen));
    makeRoom();
    return place;
  }

  private SessionPlace place(@Nullable SessionHistory before, long timeMs) {
    if (before == null || timeMs >= before.lastMs()) {
      return new SessionPlace(before, Order.LAST);
    }
    int place = before.placeOf(timeMs);
    if (place > 0) {
      return new SessionPlace(before.first(place), Order.BETWEEN);
    }
    boolean fits = before.length() < bounds.maxLength && before.timeMs(0) - timeMs <= bounds.idleMs;
    return new SessionPlace(null, fits ? Order.BETWEEN : Order.APART);
  }

  /**
   * Remembers that an event which is no step was about an item. Writer.
   *
   * @param dismissal whether the visitor does not want the item
   */
  public void mention(String sessionId, int item, long timeMs, boolean dismissal) {
    Node node = touch(sessionId, timeMs);
    see(node, item, node.seen.mention(item, dismissal, bounds.maxSeen));
    makeRoom();
  }

  /** The session's node, a new one if there is none, as the most recently extended. */
  private Node touch(String sessionId, long timeMs) {
    eventTimeMs = Math.max(eventTimeMs, timeMs);
    Node node = byId.get(sessionId);
    if (node == null) {
      node = new Node(sessionId);
      number(node);
      put(node);
    } else {
      rows.changing(node.number);
      if (timeMs - lastMs(node) > bounds.idleMs) {
        forget(node);
        expired.increment();
      }
      node.unlink();
    }
    node.touchedMs = eventTimeMs;
    node.touch = touches++;
    node.linkBefore(ring);
    return node;
  }

  private void number(Node node) {
    node.number = numbers.next();
    rows.changing(node.number);
    numbers.add(node);
  }

  private static long lastMs(Node node) {
    SessionHistory history = node.history;
    return history == null ? node.touchedMs : history.lastMs();
  }

  /** Replaces what a session has seen by what is one item longer at most, and one shorter. */
  private void see(Node node, int item, SeenItems now) {
    SeenItems before = node.seen;
    if (before.find(item) < 0) {
      catalog.retain(item);
      if (now.size() == before.size()) {
        catalog.release(before.item(0));
      }
    }
    countSeen(now.bytes() - before.bytes());
    node.seen = now;
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // One writer.
  private void countSeen(long moreBytes) {
    seenBytes += moreBytes;
  }

  private void makeRoom() {
    for (int i = 0; i < EXPIRE_PER_APPEND; i++) {
      Node oldest = ring.after;
      if (oldest == ring || eventTimeMs - oldest.touchedMs <= bounds.idleMs) {
        break;
      }
      remove(oldest);
      expired.increment();
    }
    while (byId.size() > bounds.maxSessions
        || (seenBytes > bounds.maxSeenBytes && byId.size() > 1)) {
      remove(ring.after);
      evicted.increment();
    }
  }

  private void put(Node node) {
    byId.put(node.id, node);
    count(bytesOf(node));
  }

  private static long bytesOf(Node node) {
    return SESSION_BYTES + node.id.length();
  }

  private void setHistory(Node node, @Nullable SessionHistory now) {
    SessionHistory before = node.history;
    count((now == null ? 0 : now.bytes()) - (before == null ? 0 : before.bytes()));
    node.history = now;
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // One writer.
  private void count(long moreBytes) {
    bytes += moreBytes;
  }

  /** Bytes of the heap that a session takes at most, with an id of usual length. */
  public static long bytesMax(int maxLength) {
    return SESSION_BYTES + ID_LENGTH + SessionHistory.bytes(maxLength);
  }

  /** Bytes of the heap that sessions take, about, without what they have seen. Any thread. */
  public long bytes() {
    return bytes;
  }

  private void remove(Node node) {
    rows.changing(node.number);
    numbers.remove(node.number);
    node.unlink();
    byId.remove(node.id);
    count(-bytesOf(node));
    forget(node);
  }

  private void forget(Node node) {
    SessionHistory history = node.history;
    if (history != null) {
      release(history, history.length());
      setHistory(node, null);
    }
    SeenItems seen = node.seen;
    for (int i = 0; i < seen.size(); i++) {
      catalog.release(seen.item(i));
    }
    countSeen(SeenItems.NONE.bytes() - seen.bytes());
    node.seen = SeenItems.NONE;
  }

  private void retain(SessionHistory history) {
    for (int i = 0; i < history.length(); i++) {
      catalog.retain(history.item(i));
    }
  }

  private void release(SessionHistory history, int n) {
    for (int i = 0; i < n; i++) {
      catalog.release(history.item(i));
    }
  }

  /** Goes through all sessions with steps, the least recently extended first. Writer. */
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

  /**
   * What {@link #writeTo} writes, as of now: histories and what was seen do not change, so pointers
   * are copied.
   */
  @Override
  public StateCopy copy() {
    long timeMs = eventTimeMs;
    List<Written> written = new ArrayList<>(byId.size());
    for (Node node = ring.after; node != ring; node = node.after) {
      written.add(new Written(node.id, node.touchedMs, node.history, node.seen));
    }
    return out -> {
      out.writeLong(timeMs);
      out.writeInt(written.size());
      for (Written session : written) {
        session.writeTo(out, bounds.maxSeen);
      }
    };
  }

  @Override
  public List<StateRows> rows() {
    return List.of(rows);
  }

  @Override
  public StateCopy copyRest() {
    long timeMs = eventTimeMs;
    return out -> out.writeLong(timeMs);
  }

  @Override
  public void readRest(DataInput in) throws IOException {
    eventTimeMs = in.readLong();
  }

  private void writeRow(int number, DataOutput out) throws IOException {
    Node node = numbers.get(number);
    if (node != null) {
      out.writeLong(node.touch);
      new Written(node.id, node.touchedMs, node.history, node.seen).writeTo(out, bounds.maxSeen);
    }
  }

  private void readRow(int number, DataInput in) throws IOException {
    long touch = in.readLong();
    Node node = read(in);
    node.touch = touch;
    node.number = number;
    numbers.restore(number, node);
  }

  /** Puts the sessions into their order, and finds the numbers that are free. */
  @Override
  public void rowsRead() {
    List<Node> ordered = new ArrayList<>(byId.values());
    ordered.sort(Comparator.comparingLong(node -> node.touch));
    ordered.forEach(node -> node.linkBefore(ring));
    touches = ordered.isEmpty() ? 0 : ordered.getLast().touch + 1;
    numbers.restored(rows.limit());
  }

  private record Written(
      String id, long touchedMs, @Nullable SessionHistory history, SeenItems seen) {
    void writeTo(DataOutput out, int maxSeen) throws IOException {
      out.writeUTF(id);
      out.writeLong(touchedMs);
      out.writeInt(history == null ? 0 : history.length());
      if (history != null) {
        history.writeTo(out, history.length());
      }
      // Most sessions are short, and have seen no more than their histories tell.
      boolean more = history == null || !seen.equals(SeenItems.of(history, maxSeen));
      out.writeBoolean(more);
      if (more) {
        seen.writeTo(out);
      }
    }
  }

  /** Reads what {@link #writeTo} wrote into this empty store. Writer, before any reader. */
  @Override
  public void readFrom(DataInput in) throws IOException {
    eventTimeMs = in.readLong();
    for (int n = in.readInt(); n > 0; n--) {
      Node node = read(in);
      node.touch = touches++;
      node.linkBefore(ring);
      number(node);
    }
  }

  private Node read(DataInput in) throws IOException {
    Node node = new Node(in.readUTF());
    node.touchedMs = in.readLong();
    int length = in.readInt();
    SessionHistory history = length == 0 ? null : SessionHistory.readFrom(in, length);
    if (history != null) {
      retain(history);
    }
    setHistory(node, history);
    put(node);
    restoreSeen(node, readSeen(in, history));
    return node;
  }

  private SeenItems readSeen(DataInput in, @Nullable SessionHistory history) throws IOException {
    if (in.readBoolean()) {
      return SeenItems.readFrom(in).last(bounds.maxSeen);
    }
    if (history == null) {
      throw new IOException("a session of which nothing is known");
    }
    return SeenItems.of(history, bounds.maxSeen);
  }

  /** Changes the contexts of all sessions, after they were read. Writer, before any reader. */
  public void changeContexts(UnaryOperator<@Nullable Features> change) {
    for (Node node : byId.values()) {
      SessionHistory history = node.history;
      if (history != null) {
        node.history = history.withContexts(change);
      }
    }
  }

  private void restoreSeen(Node node, SeenItems seen) {
    for (int i = 0; i < seen.size(); i++) {
      catalog.retain(seen.item(i));
    }
    countSeen(seen.bytes() - node.seen.bytes());
    node.seen = seen;
  }
}
