package dev.dolmen.model.item;

import dev.dolmen.model.kernel.Kernels;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The vectors once more as bytes, one after another: what is read of an item by itself lies in one
 * or two lines of the cache, not in as many as it has dimensions. Parts are large, as the items of
 * one question lie anywhere, and those of a part are bounded together.
 *
 * <p>Some of them can be laid in an order of their own besides, for whoever reads many that belong
 * together. A new order is made beside the one before, some rows at a time, and whatever is written
 * meanwhile is written into both.
 *
 * <p>One writer, and one thread that arranges; any thread reads, without a lock. A reader who meets
 * a vector that is being replaced bounds something between the old and the new one.
 */
final class ItemRows {
  private static final int PART_ITEMS = 1 << 14;

  /** Rows that are copied while the writer waits: some 20 us of reads that lie anywhere. */
  private static final int COPIED_AT_ONCE = 64;

  private static final VarHandle BIAS =
      MethodHandles.arrayElementVarHandle(float[].class).withInvokeExactBehavior();

  private final int width;
  private final Object writing = new Object();
  private volatile @Nullable Part[] parts = new Part[0];

  /** What was arranged last; null before. With {@link #writing}. */
  private @Nullable ArrangedRows arranged;

  /** What is being arranged; null while nothing is. With {@link #writing}. */
  private @Nullable ArrangedRows next;

  private static final class Part {
    final byte[] codes;
    final float[] scale = new float[PART_ITEMS];

    /** Negative infinity for an item that is absent. */
    final float[] bias = new float[PART_ITEMS];

    Part(int width) {
      codes = new byte[PART_ITEMS * width];
      Arrays.fill(bias, Float.NEGATIVE_INFINITY);
    }
  }

  ItemRows(int width) {
    this.width = width;
  }

  /**
   * Bytes that one item takes: its row, and, from the first {@link #arrange} on, that once more.
   */
  int itemBytes() {
    synchronized (writing) {
      return rowBytes(width) + (arranged == null ? 0 : ArrangedRows.itemBytes(width));
    }
  }

  /** Bytes that one item takes at most: while an order is made the one before is still there. */
  static int itemBytesAtMost(int width) {
    return rowBytes(width) + 2 * ArrangedRows.itemBytes(width);
  }

  private static int rowBytes(int width) {
    return width + 2 * Float.BYTES;
  }

  /** Writes one vector, by its {@link Kernels#byteCodes}, and what is added to its products. */
  void put(int item, byte[] codes, float scale, float bias) {
    synchronized (writing) {
      Part part = partToWrite(item);
      int at = item % PART_ITEMS;
      System.arraycopy(codes, 0, part.codes, at * width, width);
      part.scale[at] = scale;
      BIAS.setRelease(part.bias, at, bias);
      if (arranged != null) {
        arranged.put(item, codes, 0, scale, bias);
      }
      if (next != null) {
        next.put(item, codes, 0, scale, bias);
      }
    }
  }

  /** Changes what is added to the products with an item; negative infinity if it is absent. */
  void putBias(int item, float bias) {
    synchronized (writing) {
      BIAS.setRelease(partToWrite(item).bias, item % PART_ITEMS, bias);
      if (arranged != null) {
        arranged.putBias(item, bias);
      }
      if (next != null) {
        next.putBias(item, bias);
      }
    }
  }

  /**
   * Lays the rows of some items in this order.
   *
   * @param items each once
   * @param check asked between two steps; what it throws leaves everything as it was
   */
  ArrangedRows arrange(int[] items, Runnable check) {
    ArrangedRows made = new ArrangedRows(width, items);
    synchronized (writing) {
      next = made;
    }
    try {
      for (int from = 0; from < items.length; from += COPIED_AT_ONCE) {
        check.run();
        synchronized (writing) {
          for (int i = from; i < Math.min(from + COPIED_AT_ONCE, items.length); i++) {
            copy(items[i], made);
          }
        }
      }
      synchronized (writing) {
        arranged = made;
      }
    } finally {
      synchronized (writing) {
        next = null;
      }
    }
    return made;
  }

  private void copy(int item, ArrangedRows to) {
    Part part = partToWrite(item);
    int at = item % PART_ITEMS;
    to.put(item, part.codes, at * width, part.scale[at], part.bias[at]);
  }

  /**
   * What the products of the query with items, and their biases, are at most; negative infinity for
   * absent items.
   *
   * @param query [D]
   * @param items from {@code from} to {@code to}; fastest where they grow
   * @param out from 0 on
   */
  void bounds(Kernels kernels, float[] query, int[] items, int from, int to, float[] out) {
    @Nullable Part[] all = parts;
    float slack = ByteCodes.ERROR * ByteCodes.norm(query, 0, width);
    for (int i = from; i < to; ) {
      int number = items[i] / PART_ITEMS;
      Part part = number < all.length ? all[number] : null;
      int next = i;
      for (; next < to && items[next] / PART_ITEMS == number; next++) {
        out[next - from] =
            part == null
                ? Float.NEGATIVE_INFINITY
                : (float) BIAS.getAcquire(part.bias, items[next] % PART_ITEMS);
      }
      if (part != null) {
        kernels.addRowBounds(
            query,
            width,
            part.codes,
            part.scale,
            slack,
            items,
            i,
            next,
            number * PART_ITEMS,
            out,
            i - from);
      }
      i = next;
    }
  }

  private Part partToWrite(int item) {
    int number = item / PART_ITEMS;
    @Nullable Part[] all = parts;
    if (number >= all.length) {
      all = Arrays.copyOf(all, number + 1);
    }
    Part part = all[number];
    if (part == null) {
      part = new Part(width);
      all[number] = part;
      parts = all;
    }
    return part;
  }
}
