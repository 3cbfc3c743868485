package dev.dolmen.trainer.signals;

import dev.dolmen.parameterstore.snapshot.RowsFormat;
import dev.dolmen.trainer.state.StateCopy;
import dev.dolmen.trainer.state.StateRows;
import dev.dolmen.trainer.state.StreamClick;
import dev.dolmen.trainer.state.StreamPart;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How often items are visited in one session, counted from the stream: the strongest simple
 * recommender there is (Ludewig and Jannach, "Evaluation of session-based recommendation
 * algorithms", 2018), here a signal beside the transformer's.
 *
 * <p>Each event adds, for each of the last {@link #REACH} distinct items of its session before it,
 * a visit from that item to this one, which weighs 1 divided by how many events they are apart, and
 * half of it back. Each item keeps {@link Neighbors#CAPACITY} neighbours, so that memory is bounded
 * by the catalogue: at most 1.4 KB an item. Weights decay with two half-lives, as catalogues change
 * in months and news in hours; the model learns what each is worth.
 *
 * <p>One writer; any thread reads.
 */
public final class CoVisits extends CoVisitReader implements StreamPart {
  /** Distinct items of a session that count. */
  public static final int REACH = 6;

  private static final float BACKWARD = 0.5f;
  private static final double LONG_HALF_LIFE_EVENTS = 1_000_000;
  private static final double RECENT_HALF_LIFE_EVENTS = 10_000;

  private volatile AtomicReferenceArray<@Nullable Neighbors> neighbors =
      new AtomicReferenceArray<>(1_024);

  /**
   * How often each place of the catalogue has been given away: old neighbours are void then. The
   * complement of it while its item is withdrawn.
   */
  private volatile AtomicIntegerArray births = new AtomicIntegerArray(1_024);

  /** Weight of each item's visits when it was last visited, as the bits of a float. */
  private volatile AtomicIntegerArray visits = new AtomicIntegerArray(1_024);

  private volatile long events;
  private volatile long listBytes;
  private final Neighbors.Visits forward = new Neighbors.Visits();
  private final Neighbors.Visits back = new Neighbors.Visits();
  private final PastSessions sessions;
  private final StateRows rows =
      new StateRows("trainer/co-visits", RowsFormat.VARIABLE, this::writeRow, this::readRow);

  /**
   * Nothing has been visited yet.
   *
   * @param maxPastSessions sessions at most whose items are remembered
   */
  public CoVisits(int maxPastSessions) {
    sessions = new PastSessions(maxPastSessions);
  }

  /**
   * Counts an event. Writer.
   *
   * @param session its number, which no other has
   * @param items of the session, this event's last; distinct or not
   * @param last index of this event's item in {@code items}
   */
  public void add(long session, int[] items, int last) {
    long event = events + 1;
    int item = items[last];
    reserve(item);
    back.clear();
    int reached = 0;
    for (int i = last - 1; i >= 0 && reached < REACH; i--) {
      int before = items[i];
      if (before == item || seenAfter(items, i, last)) {
        continue;
      }
      reached++;
      reserve(before);
      forward.clear();
      forward.add(item, births.get(item), 1f / (last - i));
      visit(before, forward, event);
      back.add(before, births.get(before), BACKWARD / (last - i));
    }
    if (reached > 0) {
      visit(item, back, event);
    }
    events = event;
    sessions.add(session, items, last, this::birth);
  }

  /** Counts an event, unless it begins its session: nothing was visited with it yet. Writer. */
  @Override
  public void clicked(StreamClick click) {
    if (click.last() > 0) {
      add(click.session(), click.items(), click.last());
    }
  }

  @Override
  public void withdrawn(int item) {
    turn(item);
  }

  @Override
  public void returned(int item) {
    turn(item);
  }

  /** No birth is negative, so nothing leads to an item whose own is. */
  private void turn(int item) {
    changing(item);
    births.set(item, ~births.get(item));
  }

  @Override
  public void deleted(int item) {
    turn(item);
    clear(item);
  }

  @Override
  PastSessions sessions() {
    return sessions;
  }

  private int birth(int item) {
    reserve(item);
    return births.get(item);
  }

  private static boolean seenAfter(int[] items, int at, int last) {
    for (int i = at + 1; i < last; i++) {
      if (items[i] == items[at]) {
        return true;
      }
    }
    return false;
  }

  private void visit(int from, Neighbors.Visits visited, long event) {
    changing(from);
    Neighbors before = of(from);
    long age = event - before.atEvent();
    Neighbors after =
        before.with(
            visited, event, keep(age, LONG_HALF_LIFE_EVENTS), keep(age, RECENT_HALF_LIFE_EVENTS));
    count(after.bytes() - before.bytes());
    neighbors.setRelease(from, after);
    visits.setRelease(from, Float.floatToRawIntBits(after.totalLong()));
  }

  private void changing(int item) {
    reserve(item);
    rows.changing(item);
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // One writer.
  private void count(long moreBytes) {
    listBytes += moreBytes;
  }

  /** Bytes of the heap that it takes, about, without past sessions. Any thread. */
  public long bytes() {
    return listBytes + 3L * Integer.BYTES * births.length();
  }

  /** Bytes of the heap that so many items can take. */
  public static long bytesMax(long items) {
    return items * (Neighbors.BYTES_MAX + 3L * Integer.BYTES);
  }

  /** Bytes of the heap that so many past sessions can take with so many items. */
  public static long sessionBytesMax(long items, long sessions) {
    return PastSessions.bytesMax(items, sessions);
  }

  /** Bytes of the heap that past sessions take, about. Any thread. */
  public long sessionBytes() {
    return sessions.bytes();
  }

  private void reserve(int index) {
    if (index < neighbors.length()) {
      return;
    }
    int length = Math.max(index + 1, neighbors.length() + (neighbors.length() >> 1));
    AtomicReferenceArray<@Nullable Neighbors> more = new AtomicReferenceArray<>(length);
    AtomicIntegerArray moreBirths = new AtomicIntegerArray(length);
    AtomicIntegerArray moreVisits = new AtomicIntegerArray(length);
    for (int i = 0; i < neighbors.length(); i++) {
      more.setPlain(i, neighbors.get(i));
      moreBirths.setPlain(i, births.get(i));
      moreVisits.setPlain(i, visits.get(i));
    }
    visits = moreVisits;
    births = moreBirths;
    neighbors = more;
  }

  /** Forgets an item whose place in the catalogue may be another's from now on. Writer. */
  public void clear(int item) {
    changing(item);
    sessions.clear(item);
    count(-of(item).bytes());
    neighbors.set(item, null);
    visits.set(item, 0);
    births.set(item, births.get(item) + 1);
  }

  @Override
  Neighbors of(int item) {
    AtomicReferenceArray<@Nullable Neighbors> all = neighbors;
    Neighbors known = item < all.length() ? all.getAcquire(item) : null;
    return known == null ? Neighbors.NONE : known;
  }

  @Override
  float visits(int item) {
    AtomicIntegerArray all = visits;
    return item < all.length() ? Float.intBitsToFloat(all.getAcquire(item)) : 0;
  }

  @Override
  boolean lives(int item, int birth) {
    AtomicIntegerArray all = births;
    return item < all.length() && all.get(item) == birth;
  }

  @Override
  float keepLong(long atEvent) {
    return keep(events - atEvent, LONG_HALF_LIFE_EVENTS);
  }

  @Override
  float keepRecent(long atEvent) {
    return keep(events - atEvent, RECENT_HALF_LIFE_EVENTS);
  }

  /**
   * What is left of a weight: backward decay. A list is replaced as a whole by each visit, so
   * shrinking it costs nothing more, and weights of two half-lives stay numbers of visits; forward
   * decay, which serves where a sum is added to alone, would need a landmark for each. StrictMath,
   * so that every machine finds the same.
   */
  private static float keep(long ageEvents, double halfLifeEvents) {
    return (float) StrictMath.pow(0.5, Math.max(0, ageEvents) / halfLifeEvents);
  }

  /**
   * Becomes what another is as of now; lists of neighbours are shared, as they never change. The
   * other's writer, with no reader of this.
   */
  public void copyFrom(CoVisitReader reader) {
    CoVisits other = (CoVisits) reader; // There is no other.
    int n = other.neighbors.length();
    AtomicReferenceArray<@Nullable Neighbors> lists = new AtomicReferenceArray<>(n);
    AtomicIntegerArray birthsNow = new AtomicIntegerArray(n);
    AtomicIntegerArray visitsNow = new AtomicIntegerArray(n);
    for (int i = 0; i < n; i++) {
      lists.setPlain(i, other.neighbors.getPlain(i));
      birthsNow.setPlain(i, other.births.getPlain(i));
      visitsNow.setPlain(i, other.visits.getPlain(i));
    }
    births = birthsNow;
    visits = visitsNow;
    neighbors = lists;
    events = other.events;
    sessions.copyFrom(other.sessions);
  }

  /** The whole state as of now. Writer. */
  @Override
  public StateCopy copy() {
    int n = neighbors.length();
    @Nullable Neighbors[] lists = new Neighbors[n];
    int[] birthsNow = new int[n];
    for (int i = 0; i < n; i++) {
      lists[i] = neighbors.get(i);
      birthsNow[i] = births.get(i);
    }
    long eventsNow = events;
    StateCopy sessionsNow = sessions.copy();
    return out -> {
      write(out, eventsNow, lists, birthsNow);
      sessionsNow.writeTo(out);
    };
  }

  private static void write(DataOutput out, long events, @Nullable Neighbors[] lists, int[] births)
      throws IOException {
    int n = lists.length;
    while (n > 0 && lists[n - 1] == null && births[n - 1] == 0) {
      n--;
    }
    out.writeLong(events);
    out.writeInt(n);
    for (int i = 0; i < n; i++) {
      out.writeInt(births[i]);
      Neighbors list = lists[i];
      (list == null ? Neighbors.NONE : list).writeTo(out);
    }
  }

  /** Replaces the state by what a {@link #copy} wrote. Writer, before any reader. */
  @Override
  public void readFrom(DataInput in) throws IOException {
    events = in.readLong();
    int n = in.readInt();
    neighbors = new AtomicReferenceArray<>(Math.max(1_024, n));
    births = new AtomicIntegerArray(Math.max(1_024, n));
    visits = new AtomicIntegerArray(Math.max(1_024, n));
    for (int i = 0; i < n; i++) {
      births.set(i, in.readInt());
      Neighbors list = Neighbors.readFrom(in);
      count(list.bytes());
      neighbors.set(i, list.size() == 0 ? null : list);
      visits.set(i, Float.floatToRawIntBits(list.totalLong()));
    }
    rows.reserve(n);
    sessions.readFrom(in);
  }

  @Override
  public List<StateRows> rows() {
    return Stream.concat(Stream.of(rows), sessions.rows().stream()).toList();
  }

  @Override
  public StateCopy copyRest() {
    long eventsNow = events;
    StateCopy sessionsNow = sessions.copyRest();
    return out -> {
      out.writeLong(eventsNow);
      sessionsNow.writeTo(out);
    };
  }

  @Override
  public void readRest(DataInput in) throws IOException {
    events = in.readLong();
    sessions.readRest(in);
  }

  @Override
  public void rowsRead() {
    sessions.rowsRead();
  }

  private void writeRow(int item, DataOutput out) throws IOException {
    out.writeInt(births.get(item));
    of(item).writeTo(out);
  }

  private void readRow(int item, DataInput in) throws IOException {
    reserve(item);
    births.set(item, in.readInt());
    Neighbors list = Neighbors.readFrom(in);
    count(list.bytes());
    neighbors.set(item, list.size() == 0 ? null : list);
    visits.set(item, Float.floatToRawIntBits(list.totalLong()));
  }
}
