package dev.dolmen.model.item;

import dev.dolmen.model.Workspace;
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
public final class ItemVectors {
  /** Scans start at multiples of this index and write results in multiples of it. */
  public static final int ALIGNMENT = Kernels.PANEL;

  private static final int BLOCK_ITEMS = 1024;
  private static final int BLOCK_PANELS = BLOCK_ITEMS / ALIGNMENT;

  /** Panels and queries whose scores are counted at a time: they fit the second-level cache. */
  private static final int RANK_PANELS = 8;

  private static final int RANK_QUERIES = 64;

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
  private volatile @Nullable Block[] blocks = new Block[0];
  private volatile int size;
  private volatile int present;

  /** What {@link #present} shows; the writer's. */
  private int count;

  public ItemVectors(int width) {
    this(width, ScanPrecision.FP32);
  }

  /**
   * @param precision of {@link #upperBounds}; the floats are kept in any case
   */
  public ItemVectors(int width, ScanPrecision precision) {
    this(width, precision, Kernels.best());
  }

  ItemVectors(int width, ScanPrecision precision, Kernels kernels) {
    if (width < 1) {
      throw new IllegalArgumentException("width " + width + ", expected 1 or more");
    }
    this.width = width;
    this.precision = precision;
    this.kernels = kernels;
  }

  /** What {@link #upperBounds} reads. */
  public ScanPrecision precision() {
    return precision;
  }

  /** D. */
  public int width() {
    return width;
  }

  /** One more than the highest index ever written. */
  public int size() {
    return size;
  }

  /** Items present. */
  public int present() {
    return present;
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
    if (block.narrow != null) {
      block.narrow.put(index % BLOCK_ITEMS, at, vector, offset);
    }
    int panel = panel(index);
    int bits = block.present.getPlain(panel);
    int bit = 1 << (index % ALIGNMENT);
    if ((bits & bit) == 0) {
      block.present.setRelease(panel, bits | bit);
      present = ++count;
    }
    if (index >= size) {
      size = index + 1;
    }
    return true;
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
    blockToWrite(index).bias[index % BLOCK_ITEMS] = bias;
    return true;
  }

  /** What {@link #scores} adds to the dot product with an item. */
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
      present = --count;
    }
  }

  /** Whether there is a vector at {@code index}; any index of 0 or more may be asked for. */
  public boolean contains(int index) {
    Block block = block(index);
    return block != null
        && (block.present.getAcquire(panel(index)) & 1 << (index % ALIGNMENT)) != 0;
  }

  /** Copies one vector, [D]; false and nothing written if absent. */
  public boolean get(int index, float[] out, int offset) {
    Block block = block(index);
    if (block == null || (block.present.getAcquire(panel(index)) & 1 << (index % ALIGNMENT)) == 0) {
      return false;
    }
    int at = position(index);
    for (int d = 0; d < width; d++) {
      out[offset + d] = block.numbers[at + d * ALIGNMENT];
    }
    return true;
  }

  /**
   * Becomes what another is as of now: vectors, biases, and what is absent. The other's writer,
   * with no reader of this.
   *
   * @throws IllegalArgumentException if widths differ, or this is not of fp32
   */
  public void copyFrom(ItemVectors other) {
    if (width != other.width || precision != ScanPrecision.FP32) {
      throw new IllegalArgumentException(
          "vectors of width " + other.width + " into width " + width + ", " + precision);
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
  }

  /**
   * Scores of the items {@code from} to {@code to - 1} for one query: dot product and bias.
   *
   * @param query [D] from {@code queryOffset}
   * @param from a multiple of {@link #ALIGNMENT}
   * @param out overwritten, [to - from] and up to the next multiple of {@link #ALIGNMENT}; negative
   *     infinity for absent items
   */
  public void scores(float[] query, int queryOffset, int from, int to, float[] out, int outOffset) {
    int stride = aligned(to - from);
    scan(query, queryOffset, 1, from, to, out, outOffset, stride, true, false, null);
  }

  /**
   * Scores of the items {@code from} to {@code to - 1} for several queries, which share the pass
   * over the items.
   *
   * @param queries [count, D] from {@code queryOffset}
   * @param from a multiple of {@link #ALIGNMENT}
   * @param out overwritten, [count, outStride] from {@code outOffset}, in each row as much as for
   *     one query
   * @param outStride at least {@code aligned(to - from)}
   * @param scratch of the calling thread
   */
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

  /**
   * Dot products without bias of the items {@code from} to {@code to - 1} with one query: cosines
   * if the query has length 1. Otherwise like {@link #scores}.
   */
  public void dotProducts(
      float[] query, int queryOffset, int from, int to, float[] out, int outOffset) {
    int stride = aligned(to - from);
    scan(query, queryOffset, 1, from, to, out, outOffset, stride, false, false, null);
  }

  /**
   * What {@link #scores}, or {@link #dotProducts}, are at most, from numbers of {@link #precision}:
   * above them by no more than twice what rounding may have done. With fp32 the scores themselves.
   * An item that is being replaced may be bounded by what it was.
   *
   * @param queries [count, D] from {@code queryOffset}
   * @param biased whether the items' biases are added
   * @param out overwritten like that of {@link #scores}
   * @param scratch of the calling thread
   */
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

  /**
   * Ranks of one target per query by score among all items present, 1 for the best; ties, and
   * scores that are not a number, count against the target. An absent target ranks behind all.
   *
   * @param queries [count, D] from index 0
   * @param targets item index per query, [count]
   * @param ranks overwritten, [count]
   * @param workspace of the calling thread
   */
  public void ranks(float[] queries, int[] targets, int count, int[] ranks, Workspace workspace) {
    ranks(queries, targets, count, Integer.MAX_VALUE, null, ranks, workspace);
  }

  /**
   * Like {@link #ranks(float[], int[], int, int[], Workspace)}, but a query is given up as soon as
   * its target ranks behind {@code rankMax}: most targets do, and most of them soon.
   *
   * @param rankMax ranks up to this are exact; others are some number above it
   * @param bonuses what is added to the scores of some items, of {@code count} queries; null for
   *     nothing
   */
  public void ranks(
      float[] queries,
      int[] targets,
      int count,
      int rankMax,
      @Nullable ScoreBonuses bonuses,
      int[] ranks,
      Workspace workspace) {
    int columns = RANK_PANELS * ALIGNMENT;
    int buffer = count * (width + 1);
    // The queries that are open, [open, D], the scores of their targets, and scores of all.
    float[] floats = workspace.floats(buffer + RANK_QUERIES * columns);
    int[] queryOf = workspace.ints(count);
    System.arraycopy(queries, 0, floats, 0, count * width);
    int thresholds = count * width;
    for (int q = 0; q < count; q++) {
      float target = score(queries, q, targets[q], floats, buffer);
      queryOf[q] = q;
      ranks[q] = 0;
      if (bonuses != null) {
        target += bonuses.of(q, targets[q]);
      }
      floats[thresholds + q] = target;
    }
    int open = count;
    int end = aligned(size);
    for (int from = 0; from < end && open > 0; from += columns) {
      int length = Math.min(columns, end - from);
      for (int q = 0; q < open; q += RANK_QUERIES) {
        int rows = Math.min(RANK_QUERIES, open - q);
        scores(
            floats,
            q * width,
            rows,
            from,
            from + length,
            floats,
            buffer,
            columns,
            workspace.scratch());
        for (int i = 0; i < rows; i++) {
          if (bonuses != null) {
            int query = queryOf[q + i];
            int place = bonuses.placeOf(query, from);
            bonuses.addTo(query, place, from, from + length, floats, buffer + i * columns);
          }
          ranks[queryOf[q + i]] +=
              kernels.countNotBelow(
                  floats, buffer + i * columns, length, floats[thresholds + q + i]);
        }
      }
      open = closeBeyond(rankMax, ranks, queryOf, open, floats, thresholds);
    }
    for (int q = 0; q < count; q++) {
      ranks[q] = contains(targets[q]) ? Math.min(ranks[q], present) : present + 1;
    }
  }

  /** Score of one item, the same to the bit as in a scan, which scores whole panels, too. */
  private float score(float[] queries, int query, int item, float[] floats, int buffer) {
    int panel = item / ALIGNMENT * ALIGNMENT;
    scores(queries, query * width, panel, panel + ALIGNMENT, floats, buffer);
    return floats[buffer + item % ALIGNMENT];
  }

  /** Moves the open queries together; the others are settled. */
  private int closeBeyond(
      int rankMax, int[] ranks, int[] queryOf, int open, float[] floats, int thresholds) {
    int kept = 0;
    for (int q = 0; q < open; q++) {
      if (ranks[queryOf[q]] <= rankMax) {
        if (kept != q) {
          queryOf[kept] = queryOf[q];
          floats[thresholds + kept] = floats[thresholds + q];
          System.arraycopy(floats, q * width, floats, kept * width, width);
        }
        kept++;
      }
    }
    return kept;
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
