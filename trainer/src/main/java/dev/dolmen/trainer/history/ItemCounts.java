package dev.dolmen.trainer.history;

/**
 * How often one item was shown and clicked in each of the last {@link #HOURS} hours and {@link
 * #DAYS} days, which begin and end by UTC: a ring for each of the four. Not for several threads.
 */
final class ItemCounts {
  static final int HOURS = 24;
  static final int DAYS = 30;

  /** Of the heap: the object, its numbers, and its entry in a map. */
  static final int BYTES = 4 * 2 * (HOURS + DAYS) + 150;

  /** When it was counted first, milliseconds since 1970. */
  final long sinceMs;

  /** Shown by hour, clicked by hour, shown by day, clicked by day. */
  private final int[] numbers;

  /** The newest hour since 1970 of which anything is counted. */
  private int hour;

  ItemCounts(long sinceMs, int hour) {
    this(sinceMs, hour, new int[2 * (HOURS + DAYS)]);
  }

  /** What was written. */
  ItemCounts(long sinceMs, int hour, int[] numbers) {
    this.sinceMs = sinceMs;
    this.hour = hour;
    this.numbers = numbers;
  }

  int hour() {
    return hour;
  }

  ItemCounts copy() {
    return new ItemCounts(sinceMs, hour, numbers.clone());
  }

  /** All of them as they lie. */
  int[] numbers() {
    return numbers.clone();
  }

  /** Counts once; what is older than the rings are long is left out. */
  void add(int at, boolean clicked) {
    if (at > hour) {
      clear(0, HOURS, hour, at);
      clear(2 * HOURS, DAYS, hour / HOURS, at / HOURS);
      hour = at;
    }
    if (at > hour - HOURS) {
      numbers[(clicked ? HOURS : 0) + at % HOURS]++;
    }
    if (at / HOURS > hour / HOURS - DAYS) {
      numbers[2 * HOURS + (clicked ? DAYS : 0) + at / HOURS % DAYS]++;
    }
  }

  /** Makes room in two rings that follow each other for what comes behind {@code last}. */
  private void clear(int from, int length, int last, int next) {
    for (int i = Math.max(last + 1, next - length + 1); i <= next; i++) {
      numbers[from + i % length] = 0;
      numbers[from + length + i % length] = 0;
    }
  }

  /**
   * By hour, the oldest first.
   *
   * @param now the last hour
   */
  int[] hours(int now, boolean clicked) {
    return ring(clicked ? HOURS : 0, HOURS, hour, now);
  }

  /** By day, the oldest first, as of an hour. */
  int[] days(int now, boolean clicked) {
    return ring(2 * HOURS + (clicked ? DAYS : 0), DAYS, hour / HOURS, now / HOURS);
  }

  private int[] ring(int from, int length, int last, int now) {
    int[] out = new int[length];
    for (int i = 0; i < length; i++) {
      int at = now - length + 1 + i;
      boolean kept = at > last - length && at <= last && at >= 0;
      out[i] = kept ? numbers[from + at % length] : 0;
    }
    return out;
  }
}
