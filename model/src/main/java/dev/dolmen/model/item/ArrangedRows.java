package dev.dolmen.model.item;

import dev.dolmen.model.kernel.Kernels;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/**
 * Rows of some items in an order of their own: those that belong together stand one after another,
 * so that whoever reads them all reads memory as it lies. A row is an item's vector as {@link
 * ByteCodes}, with their scale and the item's bias.
 *
 * <p>One thread writes at a time; any thread reads. A reader who meets a vector that is being
 * replaced bounds something between the old and the new one.
 */
public final class ArrangedRows {
  private static final int PART_ROWS = 1 << 14;
  private static final int NONE = -1;

  private static final VarHandle BIAS =
      MethodHandles.arrayElementVarHandle(float[].class).withInvokeExactBehavior();

  /** The rows of a part, for a kernel that is told each of them. */
  private static final int[] ALL = all();

  private final int width;
  private final Part[] parts;

  /** Row of each item up to the largest that has one. */
  private final int[] rows;

  private static final class Part {
    final byte[] codes;
    final float[] scale = new float[PART_ROWS];

    /** Negative infinity for an item that is absent. */
    final float[] bias = new float[PART_ROWS];

    Part(int width) {
      codes = new byte[PART_ROWS * width];
      Arrays.fill(bias, Float.NEGATIVE_INFINITY);
    }
  }

  /**
   * All are absent.
   *
   * @param items indexes, each once; that of place i gets row i
   */
  ArrangedRows(int width, int[] items) {
    this.width = width;
    parts = new Part[(items.length + PART_ROWS - 1) / PART_ROWS];
    Arrays.setAll(parts, i -> new Part(width));
    rows = new int[Arrays.stream(items).max().orElse(NONE) + 1];
    Arrays.fill(rows, NONE);
    for (int row = 0; row < items.length; row++) {
      rows[items[row]] = row;
    }
  }

  private static int[] all() {
    int[] rows = new int[PART_ROWS];
    Arrays.setAll(rows, i -> i);
    return rows;
  }

  /** Bytes that one item takes. */
  static int itemBytes(int width) {
    return width + 2 * Float.BYTES + Integer.BYTES;
  }

  /** Writes an item's row, if it has one. */
  void put(int item, byte[] codes, int codesOffset, float scale, float bias) {
    int row = row(item);
    if (row != NONE) {
      Part part = parts[row / PART_ROWS];
      int at = row % PART_ROWS;
      System.arraycopy(codes, codesOffset, part.codes, at * width, width);
      part.scale[at] = scale;
      BIAS.setRelease(part.bias, at, bias);
    }
  }

  /** Changes what is added to the products with an item, if it has a row. */
  void putBias(int item, float bias) {
    int row = row(item);
    if (row != NONE) {
      BIAS.setRelease(parts[row / PART_ROWS].bias, row % PART_ROWS, bias);
    }
  }

  private int row(int item) {
    return item < rows.length ? rows[item] : NONE;
  }

  /**
   * What the products of the query with items, and their biases, are at most; negative infinity for
   * absent items.
   *
   * @param query [D]
   * @param from the first row
   * @param to behind the last
   * @param out from 0 on
   */
  void bounds(Kernels kernels, float[] query, int from, int to, float[] out) {
    float slack = ByteCodes.ERROR * ByteCodes.norm(query, 0, width);
    for (int row = from; row < to; ) {
      int next = Math.min(to, (row / PART_ROWS + 1) * PART_ROWS);
      Part part = parts[row / PART_ROWS];
      int at = row % PART_ROWS;
      int n = next - row;
      // The biases are read first: they vouch for the rest.
      System.arraycopy(part.bias, at, out, row - from, n);
      VarHandle.acquireFence();
      kernels.addRowBounds(
          query, width, part.codes, part.scale, slack, ALL, at, at + n, 0, out, row - from);
      row = next;
    }
  }
}
