package dev.dolmen.trainer.signals;

import dev.dolmen.parameterstore.snapshot.RowsFormat;
import dev.dolmen.trainer.session.SessionSlots;
import dev.dolmen.trainer.state.StateCopy;
import dev.dolmen.trainer.state.StateRows;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * What past sessions visited, and which of them visited an item: the index of VMIS-kNN (Kersbergen,
 * Sprangers and Schelter, "Serenade: Low-Latency Session-Based Recommendation in e-Commerce at
 * Scale", SIGMOD 2022, section 3), kept up event by event. A session is in it from its second
 * distinct item on. The last sessions that began are kept, up to a bound, the last {@link #ITEMS}
 * distinct items of each, and for each item the last {@link #SESSIONS_OF_ITEM} sessions that came
 * to it.
 *
 * <p>One writer; any thread reads. Lists never change, they are replaced, so a reader may find a
 * list that is an event old.
 */
final class PastSessions {
  private static final int GONE = -1;

  /** Distinct items of a session at most: the last ones. */
  static final int ITEMS = 20;

  /** Sessions of an item at most: the last ones to visit it. */
  static final int SESSIONS_OF_ITEM = 50;

  /** Of the heap: the head of a list; the reference to a session's, its number and its entry. */
  private static final int LIST_BYTES = 16;

  private static final long PLACE_BYTES = 24;

  private static final long[] NO_ITEMS = {};
  private static final int[] NO_SESSIONS = {};

  private final int capacity;
  private final SessionSlots slots;

  /** By place of a session: its items, the oldest first, each with its birth in the upper half. */
  private volatile AtomicReferenceArray<long @Nullable []> items =
      new AtomicReferenceArray<>(1_024);

  /** By item: places of its sessions, the oldest first. */
  private volatile AtomicReferenceArray<int @Nullable []> sessions =
      new AtomicReferenceArray<>(1_024);

  private volatile long listBytes;
  private int next;
  private final List<Long> read = new ArrayList<>();

  private final StateRows pathRows =
      new StateRows("trainer/past-sessions", RowsFormat.VARIABLE, this::writePath, this::readPath);
  private final StateRows itemRows =
      new StateRows(
          "trainer/sessions-of-items",
          RowsFormat.VARIABLE,
          this::writeSessions,
          this::readSessions);

  /**
   * Knows no session yet.
   *
   * @param capacity sessions at most: the one that began first makes room; about 200 bytes each
   */
  PastSessions(int capacity) {
    this.capacity = capacity;
    slots = new SessionSlots(capacity);
  }

  /**
   * Adds an event. Writer.
   *
   * @param session its number
   * @param path items of the session, this event's last; distinct or not
   * @param last index of this event's item in {@code path}
   * @param births by item
   */
  void add(long session, int[] path, int last, Births births) {
    int place = slots.find(session);
    if (place >= 0) {
      append(place, path[last], births);
      return;
    }
    boolean several = false;
    for (int i = 0; i < last; i++) {
      several |= path[i] != path[last];
    }
    if (several) {
      place = open(session);
      for (int i = 0; i <= last; i++) {
        append(place, path[i], births);
      }
    }
  }

  /** How often the place of each item in the catalogue has been given away. */
  @FunctionalInterface
  interface Births {
    /** Of an item, by its index. */
    int of(int item);
  }

  private int open(long session) {
    pathRows.changing(slots.nextPlace());
    if (slots.full()) {
      int oldest = slots.nextPlace();
      for (long item : items(oldest)) {
        remove((int) item, oldest);
      }
    }
    int place = slots.open(session);
    if (place >= items.length()) {
      items = longer(items, Math.min(capacity, place + (place >> 1) + 1));
    }
    setItems(place, NO_ITEMS);
    return place;
  }

  private void append(int place, int item, Births births) {
    long[] before = items(place);
    for (long each : before) {
      if ((int) each == item) {
        return;
      }
    }
    pathRows.changing(place);
    int from = before.length == ITEMS ? 1 : 0;
    if (from == 1) {
      remove((int) before[0], place);
    }
    long[] after = Arrays.copyOfRange(before, from, before.length + 1);
    after[after.length - 1] = (long) births.of(item) << 32 | item;
    setItems(place, after);
    int[] visited = sessions(item);
    int[] more =
        Arrays.copyOfRange(visited, visited.length == SESSIONS_OF_ITEM ? 1 : 0, visited.length + 1);
    more[more.length - 1] = place;
    if (item >= sessions.length()) {
      sessions = longer(sessions, Math.max(item + 1, sessions.length() + (sessions.length() >> 1)));
    }
    itemRows.changing(item);
    setSessions(item, more);
  }

  private void remove(int item, int place) {
    int[] before = sessions(item);
    int at = 0;
    while (at < before.length && before[at] != place) {
      at++;
    }
    if (at < before.length) {
      int[] after = new int[before.length - 1];
      System.arraycopy(before, 0, after, 0, at);
      System.arraycopy(before, at + 1, after, at, after.length - at);
      itemRows.changing(item);
      setSessions(item, after);
    }
  }

  private void setItems(int place, long[] now) {
    count(bytes(now.length, Long.BYTES) - bytes(items(place).length, Long.BYTES));
    items.setRelease(place, now);
  }

  private void setSessions(int item, int[] now) {
    count(bytes(now.length, Integer.BYTES) - bytes(sessions(item).length, Integer.BYTES));
    sessions.setRelease(item, now.length == 0 ? null : now);
  }

  private static long bytes(int length, int each) {
    return length == 0 ? 0 : LIST_BYTES + (long) each * length;
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // One writer.
  private void count(long moreBytes) {
    listBytes += moreBytes;
  }

  /** Bytes of the heap that it takes at most. */
  static long bytesMax(long items, long sessions) {
    return sessions * (PLACE_BYTES + bytes(ITEMS, Long.BYTES))
        + items * (Integer.BYTES + bytes(SESSIONS_OF_ITEM, Integer.BYTES));
  }

  /** Bytes of the heap that it takes, about. Any thread. */
  long bytes() {
    return listBytes + PLACE_BYTES * items.length() + 4L * sessions.length();
  }

  private static <T> AtomicReferenceArray<T> longer(AtomicReferenceArray<T> array, int length) {
    AtomicReferenceArray<T> longer = new AtomicReferenceArray<>(length);
    for (int i = 0; i < array.length(); i++) {
      longer.setPlain(i, array.getPlain(i));
    }
    return longer;
  }

  /** Forgets which sessions visited an item. Writer. */
  void clear(int item) {
    if (item < sessions.length()) {
      itemRows.changing(item);
      setSessions(item, NO_SESSIONS);
    }
  }

  /** Items of the session at a place, the oldest first: the lower half, the upper is its birth. */
  long[] items(int place) {
    AtomicReferenceArray<long @Nullable []> all = items;
    long[] known = place < all.length() ? all.getAcquire(place) : null;
    return known == null ? NO_ITEMS : known;
  }

  /** Places of the sessions that visited an item, the oldest first. */
  int[] sessions(int item) {
    AtomicReferenceArray<int @Nullable []> all = sessions;
    int[] known = item < all.length() ? all.getAcquire(item) : null;
    return known == null ? NO_SESSIONS : known;
  }

  /**
   * Reads what another knows as of now; lists are shared, as they never change. The other's writer,
   * with no reader of this. Nothing can be added afterwards.
   */
  void copyFrom(PastSessions other) {
    items = longer(other.items, other.items.length());
    sessions = longer(other.sessions, other.sessions.length());
  }

  /** The whole state as of now. Writer. */
  StateCopy copy() {
    long[] numbers = slots.sessions();
    int next = slots.nextPlace();
    long[][] paths = new long[numbers.length][];
    for (int place = 0; place < paths.length; place++) {
      paths[place] = items(place);
    }
    int[][] lists = new int[sessions.length()][];
    for (int item = 0; item < lists.length; item++) {
      lists[item] = sessions(item);
    }
    return out -> write(out, numbers, next, paths, lists);
  }

  private static void write(DataOutput out, long[] numbers, int next, long[][] paths, int[][] lists)
      throws IOException {
    out.writeInt(numbers.length);
    out.writeInt(next);
    for (int place = 0; place < numbers.length; place++) {
      out.writeLong(numbers[place]);
      out.writeByte(paths[place].length);
      for (long item : paths[place]) {
        out.writeLong(item);
      }
    }
    int n = lists.length;
    while (n > 0 && lists[n - 1].length == 0) {
      n--;
    }
    out.writeInt(n);
    for (int item = 0; item < n; item++) {
      out.writeByte(lists[item].length);
      for (int place : lists[item]) {
        out.writeInt(place);
      }
    }
  }

  /** Reads what a {@link #copy} wrote into this new index. Writer, before any reader. */
  void readFrom(DataInput in) throws IOException {
    long[] numbers = new long[in.readInt()];
    int next = in.readInt();
    items = new AtomicReferenceArray<>(Math.max(1_024, numbers.length));
    for (int place = 0; place < numbers.length; place++) {
      numbers[place] = in.readLong();
      long[] path = new long[length(in, ITEMS)];
      for (int i = 0; i < path.length; i++) {
        path[i] = in.readLong();
      }
      setItems(place, path);
    }
    int n = in.readInt();
    sessions = new AtomicReferenceArray<>(Math.max(1_024, n));
    for (int item = 0; item < n; item++) {
      int[] list = new int[length(in, SESSIONS_OF_ITEM)];
      for (int i = 0; i < list.length; i++) {
        list[i] = in.readInt();
      }
      setSessions(item, list);
    }
    pathRows.reserve(numbers.length);
    itemRows.reserve(n);
    restore(numbers, next);
  }

  List<StateRows> rows() {
    return List.of(pathRows, itemRows);
  }

  /** What is not in the rows. Writer. */
  StateCopy copyRest() {
    int nextNow = slots.nextPlace();
    return out -> out.writeInt(nextNow);
  }

  void readRest(DataInput in) throws IOException {
    next = in.readInt();
    read.clear();
  }

  /** Gives the sessions their places. */
  void rowsRead() {
    restore(read.stream().mapToLong(Long::longValue).toArray(), next);
    read.clear();
  }

  /**
   * Gives sessions the places that they had, or, if there was room for more or for fewer, others in
   * the order in which they began.
   */
  private void restore(long[] numbers, int nextThen) {
    int n = numbers.length;
    int first = nextThen == n ? 0 : nextThen;
    if (n == capacity || (n < capacity && first == 0)) {
      slots.restore(numbers, n == capacity ? first : n);
      return;
    }
    int kept = Math.min(n, capacity);
    int[] places = new int[n];
    Arrays.fill(places, GONE);
    long[] numbersNow = new long[kept];
    AtomicReferenceArray<long @Nullable []> then = items;
    items = new AtomicReferenceArray<>(Math.max(1_024, kept));
    for (int place = 0; place < kept; place++) {
      int before = (first + n - kept + place) % n;
      places[before] = place;
      numbersNow[place] = numbers[before];
      items.setPlain(place, then.getPlain(before));
    }
    for (int item = 0; item < sessions.length(); item++) {
      setSessions(item, moved(sessions(item), places));
    }
    for (int before = 0; before < n; before++) {
      count(places[before] == GONE ? -bytes(length(then, before), Long.BYTES) : 0);
    }
    slots.restore(numbersNow, kept == capacity ? 0 : kept);
    pathRows.changingAll();
    itemRows.changingAll();
  }

  private static int length(AtomicReferenceArray<long @Nullable []> paths, int place) {
    long[] path = paths.getPlain(place);
    return path == null ? 0 : path.length;
  }

  private static int[] moved(int[] visited, int[] places) {
    return Arrays.stream(visited).map(place -> places[place]).filter(p -> p != GONE).toArray();
  }

  private void writePath(int place, DataOutput out) throws IOException {
    if (place >= slots.size()) {
      return; // There was room for more once.
    }
    long[] path = items(place);
    out.writeLong(slots.session(place));
    out.writeByte(path.length);
    for (long item : path) {
      out.writeLong(item);
    }
  }

  private void readPath(int place, DataInput in) throws IOException {
    read.add(in.readLong());
    long[] path = new long[length(in, ITEMS)];
    for (int i = 0; i < path.length; i++) {
      path[i] = in.readLong();
    }
    if (place >= items.length()) {
      items = longer(items, place + (place >> 1) + 1);
    }
    setItems(place, path);
  }

  private void writeSessions(int item, DataOutput out) throws IOException {
    int[] list = sessions(item);
    if (list.length > 0) {
      out.writeByte(list.length);
    }
    for (int place : list) {
      out.writeInt(place);
    }
  }

  private void readSessions(int item, DataInput in) throws IOException {
    int[] list = new int[length(in, SESSIONS_OF_ITEM)];
    for (int i = 0; i < list.length; i++) {
      list[i] = in.readInt();
    }
    if (item >= sessions.length()) {
      sessions = longer(sessions, Math.max(item + 1, sessions.length() + (sessions.length() >> 1)));
    }
    setSessions(item, list);
  }

  private static int length(DataInput in, int most) throws IOException {
    int length = in.readUnsignedByte();
    if (length > most) {
      throw new IOException("past sessions: a list of " + length + ", expected 0 to " + most);
    }
    return length;
  }
}
