package dev.dolmen.trainer.history;

import java.util.Arrays;

/**
 * How often one item was shown and clicked in each of the last {@link #HOURS} hours and {@link
 * #DAYS} days, which begin and end by UTC: a ring for each of the four. Then where in answers, and
 * by what they were ranked, since it was shown first. Not for several threads.
 */
final class ItemCounts {
  static final int HOURS = 24;
  static final int DAYS = 30;

  /**
   * The first place of an answer, from 1, that counts with others up to the next of them. Each of
   * the first ten by itself, then a second row, more rows, and what hardly anybody sees.
   */
  private static final int[] FIRST_PLACES = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 21, 51};

  /** Groups of places that are told apart. */
  static final int PLACES = 13;

  /** Numbers of the rings. */
  static final int RINGS = 2 * (HOURS + DAYS);

  /** All numbers: rings, places, sources. */
  static final int NUMBERS = RINGS + 2 * PLACES + 2 * ShownSources.MAX;

  private static final int BY_PLACE = RINGS;
  private static final int BY_SOURCE = RINGS + 2 * PLACES;

  /** Of the heap: the object, its numbers, and its entry in a map. */
  static final int BYTES = Integer.BYTES * NUMBERS + 160;

  /** When it was counted first, milliseconds since 1970. */
  final long sinceMs;

  /**
   * Shown by hour, clicked by hour, shown by day, clicked by day, shown by place, clicked by place,
   * shown by source, clicked by source.
   */
  private final int[] numbers;

  /** When the first answer was shown of which the place counts; -1 while there is none. */
  private long placedSinceMs;

  /** The newest hour since 1970 of which anything is counted. */
  private int hour;

  ItemCounts(long sinceMs, int hour) {
    this(sinceMs, hour, -1, new int[NUMBERS]);
  }

  /** What was written. */
  ItemCounts(long sinceMs, int hour, long placedSinceMs, int[] numbers) {
    this.sinceMs = sinceMs;
    this.hour = hour;
    this.placedSinceMs = placedSinceMs;
    this.numbers = numbers;
  }

  int hour() {
    return hour;
  }

  long placedSinceMs() {
    return placedSinceMs;
  }

  ItemCounts copy() {
    return new ItemCounts(sinceMs, hour, placedSinceMs, numbers.clone());
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

  /** Counts an answer that shows it at a position, from 0. */
  void showAt(int position, int source, long timeMs) {
    if (placedSinceMs < 0) {
      placedSinceMs = timeMs;
    }
    numbers[BY_PLACE + group(position)]++;
    numbers[BY_SOURCE + source]++;
  }

  /** Counts a click in an answer that has it at a position; none if no such answer counts. */
  void clickAt(int position, int source) {
    if (placedSinceMs >= 0) {
      numbers[BY_PLACE + PLACES + group(position)]++;
      numbers[BY_SOURCE + ShownSources.MAX + source]++;
    }
  }

  /** What a source has counts as what all others have, as its number gets another. */
  void free(int source) {
    for (int from = BY_SOURCE; from < NUMBERS; from += ShownSources.MAX) {
      numbers[from + ShownSources.OTHERS] += numbers[from + source];
      numbers[from + source] = 0;
    }
  }

  private static int group(int position) {
    int at = PLACES - 1;
    while (FIRST_PLACES[at] > position + 1) {
      at--;
    }
    return at;
  }

  /**
   * The first place, from 1, of a group of places, which ends where the next begins.
   *
   * @param group 0 to {@link #PLACES} - 1
   */
  static int firstPlace(int group) {
    return FIRST_PLACES[group];
  }

  /** By place. */
  int[] places(boolean clicked) {
    int from = BY_PLACE + (clicked ? PLACES : 0);
    return Arrays.copyOfRange(numbers, from, from + PLACES);
  }

  /** Of one source. */
  int source(int source, boolean clicked) {
    return numbers[BY_SOURCE + (clicked ? ShownSources.MAX : 0) + source];
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
