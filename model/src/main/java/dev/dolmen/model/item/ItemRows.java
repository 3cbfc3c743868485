package dev.dolmen.model.item;

import dev.dolmen.model.kernel.Kernels;
import org.jspecify.annotations.Nullable;

/**
 * The vectors once more as bytes, one after another: what is read of an item by itself lies in one
 * or two lines of the cache, not in as many as it has dimensions. Their order can be changed while
 * they are written: the new one is made beside the old one, some rows at a time, and whatever is
 * written meanwhile is written into both.
 *
 * <p>One writer, and one thread that arranges; any thread reads, without a lock.
 */
final class ItemRows {
  /** Rows that are copied while the writer waits: some 20 us of reads that lie anywhere. */
  private static final int COPIED_AT_ONCE = 64;

  private final int width;
  private final Object writing = new Object();

  /** What readers see. */
  private volatile ArrangedRows current;

  /** What will be seen next; null while nothing is arranged. With {@link #writing}. */
  private @Nullable ArrangedRows next;

  ItemRows(int width) {
    this.width = width;
    current = new ArrangedRows(width);
  }

  /** Writes one vector, by its {@link Kernels#byteCodes}, and what is added to its products. */
  void put(int item, byte[] codes, float scale, float bias) {
    synchronized (writing) {
      current.put(item, codes, scale, bias);
      if (next != null) {
        next.put(item, codes, scale, bias);
      }
    }
  }

  /** Changes what is added to the products with an item; negative infinity if it is absent. */
  void putBias(int item, float bias) {
    synchronized (writing) {
      current.putBias(item, bias);
      if (next != null) {
        next.putBias(item, bias);
      }
    }
  }

  /** As {@link ArrangedRows#bounds}, of rows that stand anywhere. */
  void bounds(Kernels kernels, float[] query, int[] items, int from, int to, float[] out) {
    current.bounds(kernels, query, items, from, to, out);
  }

  /**
   * Puts some items' rows first, in this order, and those of all others behind them.
   *
   * @param items each once
   * @param check asked between two steps; what it throws leaves everything as it was
   */
  ArrangedRows arrange(int[] items, Runnable check) {
    ArrangedRows made = new ArrangedRows(width);
    ArrangedRows before = current;
    for (int i = 0; i < items.length; i++) {
      made.reserve(items[i]);
    }
    synchronized (writing) {
      next = made;
    }
    try {
      for (int from = 0; from < items.length; from += COPIED_AT_ONCE) {
        check.run();
        synchronized (writing) {
          for (int i = from; i < Math.min(from + COPIED_AT_ONCE, items.length); i++) {
            made.copy(items[i], before);
          }
        }
      }
      for (int from = 0; from < before.itemLimit(); from += COPIED_AT_ONCE) {
        check.run();
        synchronized (writing) {
          for (int item = from; item < from + COPIED_AT_ONCE; item++) {
            if (before.has(item) && !made.has(item)) {
              made.copy(item, before);
            }
          }
        }
      }
      synchronized (writing) {
        current = made;
      }
    } finally {
      synchronized (writing) {
        next = null;
      }
    }
    return made;
  }
}
