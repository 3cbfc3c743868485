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
 * <p>One writer; any thread reads. A reader who meets a vector that is being replaced bounds
 * something between the old and the new one.
 */
final class ItemRows {
  private static final int PART_ITEMS = 1 << 14;

  private static final VarHandle BIAS =
      MethodHandles.arrayElementVarHandle(float[].class).withInvokeExactBehavior();

  private final int width;
  private volatile @Nullable Part[] parts = new Part[0];

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

  /** Bytes that one item takes. */
  static int itemBytes(int width) {
    return width + 2 * Float.BYTES;
  }

  /** Writes one vector, by its {@link Kernels#byteCodes}, and what is added to its products. */
  void put(int item, byte[] codes, float scale, float bias) {
    Part part = partToWrite(item);
    int at = item % PART_ITEMS;
    System.arraycopy(codes, 0, part.codes, at * width, width);
    part.scale[at] = scale;
    BIAS.setRelease(part.bias, at, bias);
  }

  /** Changes what is added to the products with an item; negative infinity if it is absent. */
  void putBias(int item, float bias) {
    BIAS.setRelease(partToWrite(item).bias, item % PART_ITEMS, bias);
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
