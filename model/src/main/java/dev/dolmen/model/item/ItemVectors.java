package dev.dolmen.model.item;

import dev.dolmen.model.kernel.KernelScratch;
import dev.dolmen.model.kernel.Kernels;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.jspecify.annotations.Nullable;

/**
 * The vectors of all items by index, stored for scans. One writer, any number of readers.
 *
 * <p>Items stand in blocks of 1,024 that never move; within a block in panels of 32, dimension by
 * dimension, which is what a register-blocked product reads, so that neither one query nor a batch
 * of them has to rearrange anything.
 *
 * <p>Readers take no lock. A vector becomes visible with its presence bit, which is stored with
 * release after it and read with acquire before it: whoever sees the bit sees a vector. While a
 * vector is being replaced, a reader may see some numbers of the old and some of the new one. Both
 * are finite (others are refused) and a training step apart, so that such a score is an
 * approximation of either and never garbage. Numbers themselves do not tear.
 */
public final class ItemVectors implements ItemVectorReader {
  /** Scans start at multiples of this index and write results in multiples of it. */
  public static final int ALIGNMENT = Kernels.PANEL;

  /** Appearances of items that are remembered. */
  public static final int APPEARANCES = 8_192;

  private static final int BLOCK_ITEMS = 1024;
  private static final int BLOCK_PANELS = BLOCK_ITEMS / ALIGNMENT;

  private static final float[] NO_NORMS = {};

  private static final class Block {
    final float[] numbers;
    final float[] bias = new float[BLOCK_ITEMS];
    final AtomicIntegerArray present = new AtomicIntegerArray(BLOCK_PANELS);
    final @Nullable NarrowBlock narrow;

    Block(int width, ScanPrecision precision) {
      numbers = new float[BLOCK_ITEMS * width];
      narrow =
          precision == ScanPrecision.FP32 ? null : new NarrowBlock(precision, BLOCK_ITEMS, width);
    }
  }

  private final Kernels kernels;
  private final int width;
  private final ScanPrecision precision;
  private final @Nullable ItemRows rows;
  private final AtomicIntegerArray appeared = new AtomicIntegerArray(APPEARANCES);
  private volatile long appearances;
  private volatile @Nullable Block[] blocks = new Block[0];
  private volatile int size;
  private volatile int present;

  /** What {@link #present} shows; the writer's. */
  private int count;

  /** Of the vector that is written, where these are kept; the writer's. */
  private final byte[] codes;

  public ItemVectors(int width) {
    this(width, ScanPrecision.FP32);
  }

  /**
   * @param precision of {@link #upperBounds}; the floats are kept in any case
   */
  public ItemVectors(int width, ScanPrecision precision) {
    this(width, precision, false, Kernels.best());
  }

  /**
   * Keeps rows if wanted, for an index of cells to read: D bytes and 8 an item, D and 12 more once
   * they are {@link #arrange arranged}, and that twice while they are arranged anew.
   *
   * @param precision as in the other
   */
  public ItemVectors(int width, ScanPrecision precision, boolean withRows) {
    this(width, precision, withRows, Kernels.best());
  }

  ItemVectors(int width, ScanPrecision precision, boolean withRows, Kernels kernels) {
    if (width < 1) {
      throw new IllegalArgumentException("width " + width + ", expected 1 or more");
    }
    this.width = width;
    this.precision = precision;
    rows = withRows ? new ItemRows(width) : null;
    this.kernels = kernels;
    codes = new byte[withRows || precision == ScanPrecision.INT8 ? width : 0];
  }

  @Override
  public ScanPrecision precision() {
    return precision;
  }

  @Override
  public int width() {
    return width;
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public int present() {
    return present;
  }

  /** Bytes that one item takes: its floats, bias, narrow numbers and row. */
  public long itemBytes() {
    long narrow =
        switch (precision) {
          case FP32 -> 0;
          case BF16 -> (long) width * Short.BYTES + Float.BYTES;
          case INT8 -> width + Float.BYTES;
        };
    return (long) width * Float.BYTES
        + Float.BYTES
        + narrow
        + (rows == null ? 0 : rows.itemBytes());
  }

  /** Bytes that one item takes at most, see {@link #arrange}. */
  public long itemBytesAtMost() {
    int beside = rows == null ? 0 : ItemRows.itemBytesAtMost(width) - rows.itemBytes();
    return itemBytes() + beside;
  }

  /** The length that a result of scanning so many items needs: a multiple of the alignment. */
  public static int aligned(int items) {
    return Math.addExact(items, ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }

  /**
   * Writes one vector; the writer's thread only.
   *
   * @return false, and nothing changed, for a vector with a number that is not finite
   */
  public boolean put(int index, float[] vector, int offset) {
    for (int d = 0; d < width; d++) {
      if (!Float.isFinite(vector[offset + d])) {
        return false;
      }
    }
    Block block = blockToWrite(index);
    int at = position(index);
    for (int d = 0; d < width; d++) {
      block.numbers[at + d * ALIGNMENT] = vector[offset + d];
    }
    int inBlock = index % BLOCK_ITEMS;
    float scale = codes.length > 0 ? kernels.byteCodes(vector, offset, width, codes, 0) : 0;
    if (block.narrow != null) {
      block.narrow.put(inBlock, at, vector, offset, codes, scale);
    }
    if (rows != null) {
      rows.put(index, codes, scale, block.bias[inBlock]);
    }
    int panel = panel(index);
    int bits = block.present.getPlain(panel);
    int bit = 1 << (index % ALIGNMENT);
    if ((bits & bit) == 0) {
      block.present.setRelease(panel, bits | bit);
      present = ++count;
      appear(index);
    }
    if (index >= size) {
      size = index + 1;
    }
    return true;
  }

  /** The item is noted before it counts. */
  private void appear(int index) {
    long number = appearances;
    appeared.setRelease((int) (number % APPEARANCES), index);
    appearances = number + 1;
  }

  @Override
  public long appearances() {
    return appearances;
  }

  @Override
  public int appeared(long number) {
    return appeared.getAcquire((int) (number % APPEARANCES));
  }

  @Override
  public boolean hasRows() {
    return rows != null;
  }

  /**
   * Sets what {@link #scores} adds to the dot product with an item, 0 unless set; the writer's
   * thread only. It stays until set again or until the item is removed.
   *
   * @return false, and nothing changed, for a number that is not finite
   */
  public boolean putBias(int index, float bias) {
    if (!Float.isFinite(bias)) {
      return false;
    }
    Block block = blockToWrite(index);
    block.bias[index % BLOCK_ITEMS] = bias;
    if (rows != null && isPresent(block, index)) {
      rows.putBias(index, bias);
    }
    return true;
  }

  @Override
  public float bias(int index) {
    Block block = block(index);
    return block == null ? 0 : block.bias[index % BLOCK_ITEMS];
  }

  /** Removes one vector and its bias, if it is there: scans skip it; the writer's thread only. */
  public void remove(int index) {
    Block block = block(index);
    if (block == null) {
      return;
    }
    int panel = panel(index);
    int bits = block.present.getPlain(panel);
    int bit = 1 << (index % ALIGNMENT);
    if ((bits & bit) != 0) {
      block.present.setRelease(panel, bits & ~bit);
      block.bias[index % BLOCK_ITEMS] = 0;
      if (rows != null) {
        rows.putBias(index, Float.NEGATIVE_INFINITY);
      }
      present = --count;
    }
  }

  @Override
  public boolean contains(int index) {
    Block block = block(index);
    return block != null && isPresent(block, index);
  }

  @Override
  public boolean get(int index, float[] out, int offset) {
    Block block = block(index);
    if (block == null || !isPresent(block, index)) {
      return false;
    }
    int at = position(index);
    for (int d = 0; d < width; d++) {
      out[offset + d] = block.numbers[at + d * ALIGNMENT];
    }
    return true;
  }

  @Override
  public void copyTo(ItemVectors copy) {
    copy.become(this);
  }

  private void become(ItemVectors other) {
    if (width != other.width || precision != ScanPrecision.FP32 || rows != null) {
      throw new IllegalArgumentException(
          "vectors of width "
              + other.width
              + " into width "
              + width
              + ", "
              + precision
              + (rows == null ? "" : " with rows"));
    }
    @Nullable Block[] from = other.blocks;
    @Nullable Block[] to = Arrays.copyOf(blocks, Math.max(blocks.length, from.length));
    for (int b = 0; b < from.length; b++) {
      Block source = from[b];
      Block target = to[b] == null ? new Block(width, precision) : to[b];
      if (source == null || target == null) {
        to[b] = null;
        continue;
      }
      System.arraycopy(source.numbers, 0, target.numbers, 0, source.numbers.length);
      System.arraycopy(source.bias, 0, target.bias, 0, source.bias.length);
      for (int p = 0; p < BLOCK_PANELS; p++) {
        target.present.setPlain(p, source.present.getPlain(p));
      }
      to[b] = target;
    }
    Arrays.fill(to, from.length, to.length, null);
    blocks = to;
    size = other.size;
    count = other.count;
    present = count;
    long before = appearances;
    appearances = before + APPEARANCES + 1; // Any may have appeared.
  }

  @Override
  public void scores(float[] query, int queryOffset, int from, int to, float[] out, int outOffset) {
    int stride = aligned(to - from);
    scan(query, queryOffset, 1, from, to, out, outOffset, stride, true, false, null);
  }

  @Override
  public void scores(
      float[] queries,
      int queryOffset,
      int count,
      int from,
      int to,
      float[] out,
      int outOffset,
      int outStride,
      KernelScratch scratch) {
    scan(queries, queryOffset, count, from, to, out, outOffset, outStride, true, false, scratch);
  }

  @Override
  public void dotProducts(
      float[] query, int queryOffset, int from, int to, float[] out, int outOffset) {
    int stride = aligned(to - from);
    scan(query, queryOffset, 1, from, to, out, outOffset, stride, false, false, null);
  }

  @Override
  public void upperBounds(
      float[] queries,
      int queryOffset,
      int count,
      boolean biased,
      int from,
      int to,
      float[] out,
      int outOffset,
      int outStride,
      KernelScratch scratch) {
    scan(queries, queryOffset, count, from, to, out, outOffset, outStride, biased, true, scratch);
  }

  @Override
  public void upperBounds(float[] query, int[] items, int from, int to, float[] out) {
    if (rows == null) {
      throw new IllegalStateException("no rows are kept");
    }
    rows.bounds(kernels, query, items, from, to, out);
  }

  @Override
  public ArrangedRows arrange(int[] items, Runnable check) {
    if (rows == null) {
      throw new IllegalStateException("no rows are kept");
    }
    return rows.arrange(items, check);
  }

  @Override
  public void upperBounds(float[] query, ArrangedRows arranged, int from, int to, float[] out) {
    arranged.bounds(kernels, query, from, to, out);
  }

  private static boolean isPresent(Block block, int index) {
    return (block.present.getAcquire(panel(index)) & 1 << (index % ALIGNMENT)) != 0;
  }

  private void scan(
      float[] queries,
      int queryOffset,
      int count,
      int from,
      int to,
      float[] out,
      int outOffset,
      int outStride,
      boolean biased,
      boolean bounds,
      @Nullable KernelScratch scratch) {
    if (from % ALIGNMENT != 0 || from < 0) {
      throw new IllegalArgumentException(
          "scan from " + from + ", expected a multiple of " + ALIGNMENT);
    }
    float[] norms =
        bounds && scratch != null ? norms(queries, queryOffset, count, scratch) : NO_NORMS;
    int end = aligned(to);
    for (int at = from; at < end; ) {
      int next = Math.min(end, (at / BLOCK_ITEMS + 1) * BLOCK_ITEMS);
      Block block = block(at);
      int outAt = outOffset + at - from;
      start(block, at, next - at, count, out, outAt, outStride, biased);
      if (block != null && block.narrow != null && bounds && scratch != null) {
        block.narrow.addBounds(
            kernels,
            queries,
            queryOffset,
            count,
            norms,
            at % BLOCK_ITEMS,
            next - at,
            out,
            outAt,
            outStride,
            scratch);
      } else if (block != null) {
        kernels.matmulPanels(
            count,
            (next - at) / ALIGNMENT,
            width,
            queries,
            queryOffset,
            width,
            block.numbers,
            panel(at) * ALIGNMENT * width,
            out,
            outAt,
            outStride,
            scratch);
      }
      at = next;
    }
  }

  /** What bounds need to know of each query. */
  private float[] norms(float[] queries, int queryOffset, int count, KernelScratch scratch) {
    float[] norms = scratch.floats(count);
    for (int q = 0; q < count && precision != ScanPrecision.FP32; q++) {
      norms[q] = NarrowBlock.norm(precision, queries, queryOffset + q * width, width);
    }
    return norms;
  }

  /**
   * What the products are added to: the biases, and for absent items negative infinity, which stays
   * what it is when a finite product is added. The presence bits are read before the numbers that
   * they vouch for.
   */
  private static void start(
      @Nullable Block block,
      int from,
      int length,
      int count,
      float[] out,
      int outOffset,
      int outStride,
      boolean biased) {
    for (int q = 0; q < count; q++) {
      int at = outOffset + q * outStride;
      if (block != null && biased) {
        System.arraycopy(block.bias, from % BLOCK_ITEMS, out, at, length);
      } else {
        Arrays.fill(out, at, at + length, block == null ? Float.NEGATIVE_INFINITY : 0);
      }
    }
    for (int p = 0; p < length / ALIGNMENT && block != null; p++) {
      int absent = ~block.present.getAcquire(panel(from) + p);
      if (absent != 0) {
        blank(absent, count, out, outOffset + p * ALIGNMENT, outStride);
      }
    }
  }

  private static void blank(int absent, int count, float[] out, int outOffset, int outStride) {
    for (int bits = absent; bits != 0; bits &= bits - 1) {
      int column = outOffset + Integer.numberOfTrailingZeros(bits);
      for (int q = 0; q < count; q++) {
        out[column + q * outStride] = Float.NEGATIVE_INFINITY;
      }
    }
  }

  private Block blockToWrite(int index) {
    int number = index / BLOCK_ITEMS;
    @Nullable Block[] all = blocks;
    if (number >= all.length) {
      all = Arrays.copyOf(all, Math.max(number + 1, all.length + all.length / 2));
      blocks = all;
    }
    Block block = all[number];
    if (block == null) {
      block = new Block(width, precision);
      all[number] = block;
      blocks = all;
    }
    return block;
  }

  private @Nullable Block block(int index) {
    @Nullable Block[] all = blocks;
    int number = index / BLOCK_ITEMS;
    return number < all.length ? all[number] : null;
  }

  /** Panel of an item in its block. */
  private static int panel(int index) {
    return index % BLOCK_ITEMS / ALIGNMENT;
  }

  /** Position of an item's first number in its block. */
  private int position(int index) {
    return panel(index) * ALIGNMENT * width + index % ALIGNMENT;
  }
}
