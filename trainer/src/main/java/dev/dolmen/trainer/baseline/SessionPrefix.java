package dev.dolmen.trainer.baseline;

/** The last items of a session, the oldest first, and when they were clicked. Reused. */
public final class SessionPrefix {
  /** Says that the session is none that clicks were learned of. */
  public static final long NO_SESSION = Long.MIN_VALUE;

  private long session = NO_SESSION;
  private final int[] items;
  private final long[] timesSec;
  private int size;

  /**
   * @param capacity clicks at most; the oldest leaves when there are more
   */
  public SessionPrefix(int capacity) {
    if (capacity < 1) {
      throw new IllegalArgumentException("capacity: " + capacity + ", expected 1 or more");
    }
    items = new int[capacity];
    timesSec = new long[capacity];
  }

  /** A prefix of these items, all clicked at second 0, of no known session. */
  public static SessionPrefix of(int... items) {
    SessionPrefix prefix = new SessionPrefix(Math.max(1, items.length));
    for (int item : items) {
      prefix.add(item, 0);
    }
    return prefix;
  }

  /**
   * Empties it for another session.
   *
   * @param session as in {@link Click#session}, or {@link #NO_SESSION}
   */
  public void start(long session) {
    this.session = session;
    size = 0;
  }

  /** Appends a click. */
  public void add(int item, long timeSec) {
    if (item < 0) {
      throw new IllegalArgumentException("item: " + item + ", expected 0 or more");
    }
    if (size == items.length) {
      size--;
      System.arraycopy(items, 1, items, 0, size);
      System.arraycopy(timesSec, 1, timesSec, 0, size);
    }
    items[size] = item;
    timesSec[size++] = timeSec;
  }

  /** Whose it is. */
  public long session() {
    return session;
  }

  /** Number of clicks. */
  public int size() {
    return size;
  }

  /** The item at a place, 0 being the oldest. */
  public int item(int place) {
    return items[place];
  }

  /** Event time of the click at a place. */
  public long timeSec(int place) {
    return timesSec[place];
  }

  /** Whether the item at a place comes again behind it. */
  boolean comesAgain(int place) {
    for (int i = place + 1; i < size; i++) {
      if (items[i] == items[place]) {
        return true;
      }
    }
    return false;
  }
}
