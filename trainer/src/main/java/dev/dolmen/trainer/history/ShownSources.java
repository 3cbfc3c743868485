package dev.dolmen.trainer.history;

import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Numbers for what has ranked answers. There are {@link #MAX} of them, the first for all that have
 * none of their own: experiments come and go, and each item counts by these numbers. One that has
 * shown nothing for {@link #KEPT_HOURS} makes room. Not for several threads.
 */
final class ShownSources {
  /** Numbers, {@link #OTHERS} among them. */
  static final int MAX = 16;

  static final int OTHERS = 0;

  /** As long as the days of {@link ItemCounts} reach. */
  private static final int KEPT_HOURS = ItemCounts.HOURS * ItemCounts.DAYS;

  private final @Nullable ShownBy[] all = new ShownBy[MAX];
  private final int[] lastHours = new int[MAX];

  /** What has the number; null for {@link #OTHERS}, and where nothing has it. */
  @Nullable ShownBy at(int number) {
    return all[number];
  }

  /** Hour since 1970 in which it has shown something last. */
  int lastHour(int number) {
    return lastHours[number];
  }

  /** The number of what has ranked, {@link #OTHERS} if it has none of its own. */
  int numberOf(ShownBy by) {
    for (int i = OTHERS + 1; i < MAX; i++) {
      if (by.equals(all[i])) {
        return i;
      }
    }
    return OTHERS;
  }

  /**
   * The number of what shows something now, which gets one if there is room.
   *
   * @param hour since 1970
   * @param freed is told of a number that something else had until now
   */
  int show(ShownBy by, int hour, IntConsumer freed) {
    int number = numberOf(by);
    if (number == OTHERS) {
      number = free(hour);
      if (number == OTHERS) {
        return OTHERS;
      }
      if (all[number] != null) {
        freed.accept(number);
      }
      put(number, by, hour);
    }
    lastHours[number] = Math.max(lastHours[number], hour);
    return number;
  }

  private int free(int hour) {
    int oldest = OTHERS + 1;
    for (int i = OTHERS + 1; i < MAX; i++) {
      if (all[i] == null) {
        return i;
      }
      if (lastHours[i] < lastHours[oldest]) {
        oldest = i;
      }
    }
    return lastHours[oldest] < hour - KEPT_HOURS ? oldest : OTHERS;
  }

  /** Gives a number to what was written with it. */
  void put(int number, ShownBy by, int hour) {
    if (number == OTHERS) {
      throw new IllegalArgumentException("0 is the number of all others");
    }
    all[number] = by;
    lastHours[number] = hour;
  }

  ShownSources copy() {
    ShownSources copy = new ShownSources();
    System.arraycopy(all, 0, copy.all, 0, MAX);
    System.arraycopy(lastHours, 0, copy.lastHours, 0, MAX);
    return copy;
  }
}
