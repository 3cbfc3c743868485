package dev.dolmen.trainer.state;

import java.util.ArrayList;
import java.util.List;
import org.agrona.collections.IntArrayList;
import org.jspecify.annotations.Nullable;

/**
 * Numbers of what comes and goes, as small as can be: that of one that has gone is the next one's.
 * They are those of the rows in a snapshot. Owned by the training thread.
 *
 * @param <T> what has a number
 */
public final class RowNumbers<T> {
  private final List<@Nullable T> all = new ArrayList<>();
  private final IntArrayList free = new IntArrayList();

  /** Nothing has a number. */
  public RowNumbers() {}

  /** The number that the next one gets. */
  public int next() {
    return free.isEmpty() ? all.size() : free.getInt(free.size() - 1);
  }

  /** Gives the {@link #next} number. */
  public void add(T one) {
    if (free.isEmpty()) {
      all.add(one);
    } else {
      all.set(free.popInt(), one);
    }
  }

  /** What has a number goes. */
  public void remove(int number) {
    all.set(number, null);
    free.addInt(number);
  }

  /** What has a number; null if nothing does. */
  public @Nullable T get(int number) {
    return number < all.size() ? all.get(number) : null;
  }

  /** One has this number, as it was written; {@link #restored} comes when all have theirs. */
  public void restore(int number, T one) {
    grow(number + 1);
    all.set(number, one);
  }

  /**
   * Finds out which numbers are free.
   *
   * @param limit one more than the largest that was in use
   */
  public void restored(int limit) {
    grow(limit);
    for (int number = all.size() - 1; number >= 0; number--) {
      if (all.get(number) == null) {
        free.addInt(number);
      }
    }
  }

  private void grow(int size) {
    while (all.size() < size) {
      all.add(null);
    }
  }
}
