package dev.dolmen.trainer.log;

import java.util.Arrays;
import net.openhft.hashing.LongTupleHashFunction;

/**
 * The event ids among the last records of a log, with where each stands, to recognise one that is
 * published again. Records of other kinds count, so that a start which reads as many records of the
 * log's end remembers exactly what was remembered before it; where the log's bound has let go of
 * some of them, it remembers those that are left.
 *
 * <p>Ids are kept as 128-bit hashes (XXH3): among two million the chance that any two are alike is
 * below 10⁻²⁶. A ring holds them in order of arrival, an open-addressing table finds them, the
 * oldest leave when so many records have followed, and are not found any more after so many
 * seconds, but for the last {@link #RECORDS_MIN}: time is what clocks say, and one that is set days
 * ahead must not make a new event of one that is sent again. The table is no library's map because
 * the ids stand in the ring already, and keys of 128 bits would stand in a map once more, as
 * objects. Takes 48 bytes an id. Not thread-safe: guarded by its owner.
 */
public final class EventIdWindow {
  private static final LongTupleHashFunction HASH = LongTupleHashFunction.xx128();

  private static final int BYTES_AN_ID = 48;

  /** Of an id that is not among the last records. */
  public static final long ABSENT = -1;

  /** Records after which an id may be too old; some minutes of a busy shop. */
  static final int RECORDS_MIN = 100_000;

  private final int maxRecords;
  private final long maxAgeSec;
  private final int minRecords;

  /** Two words of a hash each. */
  private long[] ring = new long[2 * 1024];

  private long[] offsets = new long[1024];

  /** When each was logged, seconds since 1970. */
  private int[] loggedSec = new int[1024];

  /** The low bits of the number of each one's record. */
  private int[] records = new int[1024];

  private int[] table = new int[4 * 1024];
  private int size;

  /** Place of the oldest id. */
  private int first;

  private int recordNumber;

  /**
   * @param maxRecords last records of the log whose ids are remembered, 1 to 100,000,000
   * @param maxAgeSec seconds for which they are, if there are fewer
   */
  public EventIdWindow(int maxRecords, long maxAgeSec) {
    this(maxRecords, maxAgeSec, RECORDS_MIN);
  }

  /**
   * @param minRecords last records whose ids are remembered whatever clocks say
   */
  EventIdWindow(int maxRecords, long maxAgeSec, int minRecords) {
    this.maxRecords = maxRecords;
    this.maxAgeSec = maxAgeSec;
    this.minRecords = minRecords;
  }

  /** The same, with a life of its own. */
  EventIdWindow copy() {
    EventIdWindow copy = new EventIdWindow(maxRecords, maxAgeSec, minRecords);
    copy.ring = ring.clone();
    copy.offsets = offsets.clone();
    copy.loggedSec = loggedSec.clone();
    copy.records = records.clone();
    copy.table = table.clone();
    copy.size = size;
    copy.first = first;
    copy.recordNumber = recordNumber;
    return copy;
  }

  /** Bytes that two of them take at most: of what is applied, and of what is logged. */
  public static long bytesMax(int maxRecords) {
    return 2L * BYTES_AN_ID * maxRecords;
  }

  /** Hash of an event id's UTF-8 bytes, [2]. */
  public static long[] hash(byte[] eventId) {
    return HASH.hashBytes(eventId);
  }

  /** Occurrences of ids that are remembered; an id may have several. */
  public int size() {
    return size;
  }

  /** Bytes of the heap that it takes; of another thread it may be what it took before. */
  public long bytes() {
    return (long) BYTES_AN_ID * offsets.length;
  }

  /** When the oldest of them was logged, seconds since 1970; 0 if there is none. */
  public long oldestSec() {
    return size == 0 ? 0 : Integer.toUnsignedLong(loggedSec[first]);
  }

  /**
   * Where in the log the event of an id stands; {@link #ABSENT} if it is not remembered.
   *
   * @param sec now, as the log counts it, seconds since 1970
   */
  public long offsetOf(long[] hash, long sec) {
    int place = table[find(hash[0], hash[1])] - 1;
    return place < 0 || isAged(place, sec) ? ABSENT : offsets[place];
  }

  private boolean isAged(int place, long sec) {
    return recordNumber - records[place] >= minRecords
        && sec - Integer.toUnsignedLong(loggedSec[place]) > maxAgeSec;
  }

  /** The log's next record is no event. */
  public void pass() {
    recordNumber++;
    while (size > 0 && recordNumber - records[first] >= maxRecords) {
      removeFirst();
    }
  }

  /**
   * The log's next record is an event. An id that is remembered already is so from here on again,
   * with the offset that it had.
   *
   * @param offset of the record
   * @param sec when it was logged, seconds since 1970
   */
  public void add(long[] hash, long offset, long sec) {
    long before = offsetOf(hash, sec);
    pass();
    if (size == offsets.length) {
      grow();
    }
    int place = (first + size++) % offsets.length;
    ring[2 * place] = hash[0];
    ring[2 * place + 1] = hash[1];
    offsets[place] = before == ABSENT ? offset : before;
    loggedSec[place] = (int) sec;
    records[place] = recordNumber;
    table[find(hash[0], hash[1])] = place + 1;
  }

  /** Slot of an id in the table, or the free slot where it would go. */
  private int find(long high, long low) {
    int mask = table.length - 1;
    int slot = (int) low & mask;
    while (table[slot] != 0) {
      int at = 2 * (table[slot] - 1);
      if (ring[at] == high && ring[at + 1] == low) {
        return slot;
      }
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  /** Takes the oldest out of the table and closes the gap (Knuth, volume 3, 6.4, algorithm R). */
  private void removeFirst() {
    int mask = table.length - 1;
    int gap = find(ring[2 * first], ring[2 * first + 1]);
    if (table[gap] != first + 1) {
      // The id came again since: the table has that place.
      first = (first + 1) % offsets.length;
      size--;
      return;
    }
    int slot = gap;
    while (true) {
      slot = (slot + 1) & mask;
      if (table[slot] == 0) {
        break;
      }
      int home = (int) ring[2 * table[slot] - 1] & mask;
      if (((slot - home) & mask) >= ((slot - gap) & mask)) {
        table[gap] = table[slot];
        gap = slot;
      }
    }
    table[gap] = 0;
    first = (first + 1) % offsets.length;
    size--;
  }

  /** Makes room for twice as many, the oldest first. */
  private void grow() {
    int n = offsets.length;
    int room = (int) Math.min(2L * n, Integer.MAX_VALUE / 8);
    ring = turned(ring, 2 * first, 2 * room);
    offsets = turned(offsets, first, room);
    loggedSec = turned(loggedSec, first, room);
    records = turned(records, first, room);
    first = 0;
    table = new int[4 * Integer.highestOneBit(room)];
    for (int i = 0; i < size; i++) {
      table[find(ring[2 * i], ring[2 * i + 1])] = i + 1;
    }
  }

  private static long[] turned(long[] from, int first, int room) {
    long[] to = new long[room];
    System.arraycopy(from, first, to, 0, from.length - first);
    System.arraycopy(from, 0, to, from.length - first, first);
    return to;
  }

  private static int[] turned(int[] from, int first, int room) {
    int[] to = Arrays.copyOf(Arrays.copyOfRange(from, first, from.length), room);
    System.arraycopy(from, 0, to, from.length - first, first);
    return to;
  }
}
