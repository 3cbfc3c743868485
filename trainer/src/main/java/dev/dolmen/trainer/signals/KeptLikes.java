package dev.dolmen.trainer.signals;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * What is like items, as it was found, for who asks again: an item has one place, which the last of
 * those that share it takes. What was found before a change of the catalog counts no more. One
 * thread makes it larger, any thread reads and writes: whoever finds something finds the same.
 */
final class KeptLikes {
  private static final int LEAST = 2_048;

  /** Places at most: about 20 MB when all are taken. */
  private static final int MOST = 65_536;

  /**
   * Of a place with {@link LikeItems#CAPACITY} items: two lists, their headers, what holds them.
   */
  private static final long BYTES = 80 + LikeItems.CAPACITY * 8L;

  private volatile AtomicReferenceArray<LikeItems.@Nullable Found> places =
      new AtomicReferenceArray<>(LEAST);

  /** Has room for so many items, as far as there may be room; nothing is kept then. Writer. */
  void makeRoomFor(int items) {
    int before = places.length();
    if (items > before && before < MOST) {
      places = new AtomicReferenceArray<>(Math.min(MOST, Integer.highestOneBit(items) * 2));
    }
  }

  /** What was found of an item since the last of so many changes; null if it is not known. */
  LikeItems.@Nullable Found get(int item, long changes) {
    AtomicReferenceArray<LikeItems.@Nullable Found> all = places;
    LikeItems.Found known = all.getAcquire(item & (all.length() - 1));
    return known != null && known.item() == item && known.changes() == changes ? known : null;
  }

  void put(LikeItems.Found found) {
    AtomicReferenceArray<LikeItems.@Nullable Found> all = places;
    all.setRelease(found.item() & (all.length() - 1), found);
  }

  /** Bytes of the heap when all places are taken, about. */
  long bytes() {
    return places.length() * BYTES;
  }
}
