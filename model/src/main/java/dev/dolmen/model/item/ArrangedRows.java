package dev.dolmen.model.item;

import dev.dolmen.model.kernel.Kernels;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.jspecify.annotations.Nullable;

/**
 * Rows of items in an order of their own: those that belong together stand one after another, so
 * that whoever reads them all reads memory as it lies. A row is an item's vector as {@link
 * ByteCodes}, with their scale and the item's bias.
 *
 * <p>One thread writes at a time; any thread reads. A reader who meets a vector that is being
 * replaced bounds something between the old and the new one.
 */
public final class ArrangedRows {
  /** Rows of a part, and items of a part of the places. */
  private static final int PART = 1 << 14;

  private static final int NONE = -1;

  private static final VarHandle BIAS =
      MethodHandles.arrayElementVarHandle(float[].class).withInvokeExactBehavior();

  /** The rows of a part, for a kernel that is told each of them. */
  private static final int[] ALL = all();

  private final int width;
  private volatile @Nullable Part[] parts = new Part[0];

  /** One more than the row of each item, 0 for none. */
  private volatile @Nullable AtomicIntegerArray[] places = new AtomicIntegerArray[0];

  /** Rows there are; the writer's. */
  private int rows;

  private static final class Part {
    final byte[] codes;
    final float[] scale = new float[PART];

    /** Negative infinity for an item that is absent. */
    final float[] bias = new float[PART];

    Part(int width) {
      codes = new byte[PART * width];
      Arrays.fill(bias, Float.NEGATIVE_INFINITY);
    }
  }

  ArrangedRows(int width) {
    this.width = width;
  }

  private static int[] all() {
    int[] rows = new int[PART];
    Arrays.setAll(rows, i -> i);
    return rows;
  }

  /** Bytes that one item takes. */
  static int itemBytes(int width) {
    return width + 2 * Float.BYTES + Integer.BYTES;
  }

  /** All items that have a row are below it. */
  int itemLimit() {
    return places.length * PART;
  }

  boolean has(int item) {
    return row(item) != NONE;
  }

  /** Writes one vector, by its {@link Kernels#byteCodes}, and what is added to its products. */
  void put(int item, byte[] codes, float scale, float bias) {
    int row = rowToWrite(item);
    Part part = part(row);
    int at = row % PART;
    System.arraycopy(codes, 0, part.codes, at * width, width);
    part.scale[at] = scale;
    BIAS.setRelease(part.bias, at, bias);
  }

  /** Changes what is added to the products with an item; negative infinity if it is absent. */
  void putBias(int item, float bias) {
    int row = rowToWrite(item);
    BIAS.setRelease(part(row).bias, row % PART, bias);
  }

  /** Gives an item the next row, in which it is absent. */
  void reserve(int item) {
    rowToWrite(item);
  }

  /** Writes what another arrangement has of an item. */
  void copy(int item, ArrangedRows other) {
    int row = rowToWrite(item);
    int from = other.row(item);
    if (from != NONE) {
      Part source = other.part(from);
      Part target = part(row);
      System.arraycopy(source.codes, from % PART * width, target.codes, row % PART * width, width);
      target.scale[row % PART] = source.scale[from % PART];
      BIAS.setRelease(target.bias, row % PART, source.bias[from % PART]);
    }
  }

  /**
   * What the products of the query with items, and their biases, are at most; negative infinity for
   * absent items.
   *
   * @param query [D]
   * @param items from {@code from} to {@code to}
   * @param out from 0 on
   */
  void bounds(Kernels kernels, float[] query, int[] items, int from, int to, float[] out) {
    float slack = slack(query);
    for (int i = from; i < to; i++) {
      int row = row(items[i]);
      if (row == NONE) {
        out[i - from] = Float.NEGATIVE_INFINITY;
      } else {
        bounds(kernels, query, slack, row, row + 1, out, i - from);
      }
    }
  }

  /**
   * The same for rows that stand one after another.
   *
   * @param from the first
   * @param to behind the last
   * @param out from 0 on
   */
  void bounds(Kernels kernels, float[] query, int from, int to, float[] out) {
    float slack = slack(query);
    for (int row = from; row < to; ) {
      int next = Math.min(to, (row / PART + 1) * PART);
      bounds(kernels, query, slack, row, next, out, row - from);
      row = next;
    }
  }

  private float slack(float[] query) {
    return ByteCodes.ERROR * ByteCodes.norm(query, 0, width);
  }

  /** Of rows of one part. The biases are read first: they vouch for the rest. */
  private void bounds(
      Kernels kernels, float[] query, float slack, int from, int to, float[] out, int outOffset) {
    Part part = part(from);
    int at = from % PART;
    System.arraycopy(part.bias, at, out, outOffset, to - from);
    VarHandle.acquireFence();
    kernels.addRowBounds(
        query, width, part.codes, part.scale, slack, ALL, at, at + to - from, 0, out, outOffset);
  }

  private int row(int item) {
    @Nullable AtomicIntegerArray[] all = places;
    int number = item / PART;
    AtomicIntegerArray some = number < all.length ? all[number] : null;
    return some == null ? NONE : some.getAcquire(item % PART) - 1;
  }

  private Part part(int row) {
    return Objects.requireNonNull(parts[row / PART]);
  }

  /** An item's row, which is a new one behind all others if it has none. */
  private int rowToWrite(int item) {
    int row = row(item);
    if (row == NONE) {
      row = rows++;
      if (row / PART == parts.length) {
        @Nullable Part[] more = Arrays.copyOf(parts, parts.length + 1);
        more[row / PART] = new Part(width);
        parts = more;
      }
      placesToWrite(item / PART).setRelease(item % PART, row + 1);
    }
    return row;
  }

  private AtomicIntegerArray placesToWrite(int number) {
    @Nullable AtomicIntegerArray[] all = places;
    if (number >= all.length) {
      all = Arrays.copyOf(all, number + 1);
    }
    AtomicIntegerArray some = all[number];
    if (some == null) {
      some = new AtomicIntegerArray(PART);
      all[number] = some;
      places = all;
    }
    return some;
  }
}
