package dev.dolmen.server.index;

import dev.dolmen.model.item.ArrangedRows;
import dev.dolmen.model.item.ItemVectorReader;
import dev.dolmen.model.item.ItemVectors;
import dev.dolmen.model.kernel.KernelScratch;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Makes {@link Cells} of item vectors, again and again while these move: each pass assigns every
 * item to the closest of the centroids and then moves these to where their items are, as Lloyd's
 * algorithm does on the sphere (Dhillon and Modha, "Concept decompositions for large sparse text
 * data using clustering", 2001), so that cells follow the model. Between two passes the largest
 * cells are split and the smallest give up their centroids for it. One thread.
 *
 * <p>A pass is D multiplications for each item and cell. {@link #refreshed} is one for each item:
 * it leaves items in their cells, and puts the centroids right for vectors that have moved
 * together, as most do, and the priors. Neither takes anything from the thread that writes the
 * vectors, which are read as any reader does.
 */
final class CellBuilder {
  /** Items whose products are computed at a time. */
  private static final int CHUNK = 4 * ItemVectors.ALIGNMENT;

  /** Cells of a product: with a chunk, 128 KiB of products stay in the second cache. */
  private static final int CELLS_AT_ONCE = 256;

  /** Cells of which the closest is found first: few items find a closer one among so many. */
  private static final int COMPARED_AT_ONCE = 16;

  /** Cells for the square root of the number of items. */
  private static final double CELLS_PER_ROOT = 2.5;

  /** Items of each cell by which centroids are found at first. */
  private static final int SAMPLE_PER_CELL = 48;

  private static final int FIRST_PASSES = 4;

  /** A cell with as many times the mean is split, one with this part of it given up. */
  private static final int LARGE = 4;

  private static final int SMALL = 8;

  /**
   * Share of a sample that must be in the closest of the cells that were kept: 0.96 where a catalog
   * of 100,000 had learned 200,000 clicks, 0.03 to 0.17 where the first clicks had just been.
   */
  private static final double AGREEMENT_MIN = 0.8;

  private static final int SAMPLED_CHUNKS = 32;

  private final ItemVectorReader vectors;
  private final Runnable check;
  private final int width;
  private final SplittableRandom random = new SplittableRandom(1);
  private final ConcurrentLinkedQueue<Scratch> idle = new ConcurrentLinkedQueue<>();
  private final float[] vector;

  /** [cells, D]; none before the first pass. */
  private float[] centroids = new float[0];

  /** Whether somebody waits for the next pass, which then takes all processors. */
  private boolean first = true;

  /** Of the last pass, [cells, D] and [cells]. */
  private float[] sums = new float[0];

  private int[] sizes = new int[0];

  /** Vectors of one cell's items, [items, D]. */
  private float[] members = new float[0];

  /** Cell of each item, -1 for none. */
  private int[] cellOf = new int[0];

  /** Items that the pass has looked at, for who asks how far it is. */
  private final AtomicInteger done = new AtomicInteger();

  /** What one thread needs to find the cells of a chunk's items. */
  private static final class Scratch {
    final KernelScratch kernels = new KernelScratch();
    final float[] best = new float[CHUNK];
    final float[] most = new float[CHUNK];
    final float[] products = new float[CELLS_AT_ONCE * CHUNK];
  }

  /**
   * @param check asked between steps of some milliseconds; what it throws ends what is being made
   */
  CellBuilder(ItemVectorReader vectors, Runnable check) {
    this.vectors = vectors;
    this.check = check;
    width = vectors.width();
    vector = new float[width];
  }

  /** Cells for so many items: a multiple of a panel, at least one. */
  static int cellsFor(int items) {
    int panels = (int) Math.round(CELLS_PER_ROOT * Math.sqrt(items) / ItemVectors.ALIGNMENT);
    return Math.max(1, panels) * ItemVectors.ALIGNMENT;
  }

  /** One pass over all items that are present: the first one on all processors. */
  Cells pass() {
    int wanted = cellsFor(vectors.present());
    if (cells() == 0) {
      begin(wanted);
    } else if (Math.abs(wanted - cells()) > cells() / 4) {
      resize(wanted);
    }
    // What appears from here on may be missed, and is to be looked at by itself.
    long appearances = vectors.appearances();
    int size = vectors.size();
    if (cellOf.length < size) {
      cellOf = new int[Math.max(size, cellOf.length + cellOf.length / 2)];
    }
    clear();
    done.set(0);
    assign(IntStream.range(0, chunks(size)).map(chunk -> chunk * CHUNK).toArray(), size, first);
    first = false;
    Cells made = made(size, appearances);
    move();
    return made;
  }

  /**
   * Cells that a process before has made; items that it did not know come into the closest. In the
   * place of a first pass.
   *
   * @return null where vectors have moved too far since, by a sample of them: a pass is due, which
   *     begins with these centroids
   */
  @Nullable Cells resumed(KeptCells.Content before) {
    long appearances = vectors.appearances();
    int size = vectors.size();
    centroids = before.centroids();
    cellOf = new int[size];
    Arrays.fill(cellOf, -1);
    clear();
    for (int cell = 0; cell < cells(); cell++) {
      for (int i = before.starts()[cell]; i < before.starts()[cell + 1]; i++) {
        int item = before.items()[i];
        if (item < size && cellOf[item] < 0 && vectors.contains(item)) {
          cellOf[item] = cell;
          sizes[cell]++;
        }
      }
    }
    if (agreement(size) < AGREEMENT_MIN) {
      return null;
    }
    first = false;
    assignMissing(size);
    return made(size, appearances);
  }

  /** Of a sample of items in cells, the share for which it is the closest. */
  private double agreement(int size) {
    int[] all = cellOf.clone();
    int chunks = chunks(size);
    int sampled = Math.min(chunks, SAMPLED_CHUNKS);
    int in = 0;
    int closest = 0;
    for (int i = 0; i < sampled; i++) {
      int from = (int) ((long) i * chunks / sampled) * CHUNK;
      int to = Math.min(from + CHUNK, size);
      assign(from, to - from);
      for (int item = from; item < to; item++) {
        in += all[item] >= 0 ? 1 : 0;
        closest += all[item] >= 0 && all[item] == cellOf[item] ? 1 : 0;
      }
    }
    cellOf = all;
    return in == 0 ? 0 : (double) closest / in;
  }

  /** Items that are present and in no cell come into the closest. */
  private void assignMissing(int size) {
    for (int start = 0; start < size; start += CHUNK) {
      int from = start;
      int to = Math.min(from + CHUNK, size);
      int[] before = Arrays.copyOfRange(cellOf, from, to);
      if (IntStream.range(from, to).anyMatch(i -> cellOf[i] < 0 && vectors.contains(i))) {
        assign(from, to - from);
        for (int item = from; item < to; item++) {
          if (before[item - from] >= 0) {
            cellOf[item] = before[item - from];
          } else if (cellOf[item] >= 0) {
            sizes[cellOf[item]]++;
          }
        }
      }
    }
  }

  /** Items that the pass under way has looked at; any thread. */
  int done() {
    return done.get();
  }

  private int cells() {
    return centroids.length / width;
  }

  /** Centroids are some items at first, then moved by a sample of all. */
  private void begin(int wanted) {
    centroids = new float[wanted * width];
    int size = vectors.size();
    for (int cell = 0; cell < wanted; cell++) {
      anyVector(size);
      System.arraycopy(vector, 0, centroids, cell * width, width);
    }
    int chunks = chunks(size);
    int sampled = Math.min(chunks, Math.max(1, wanted * SAMPLE_PER_CELL / CHUNK));
    int[] starts =
        IntStream.range(0, sampled).map(i -> (int) ((long) i * chunks / sampled) * CHUNK).toArray();
    cellOf = new int[size];
    for (int pass = 0; pass < FIRST_PASSES; pass++) {
      clear();
      done.set(0);
      assign(starts, size, true);
      move();
    }
  }

  private static int chunks(int size) {
    return (size + CHUNK - 1) / CHUNK;
  }

  /** The vector of an item at random into {@link #vector}; zeros if so many have none. */
  private void anyVector(int size) {
    for (int tries = 0; tries < 1_000; tries++) {
      if (vectors.get(random.nextInt(size), vector, 0)) {
        normalize(vector, 0);
        return;
      }
    }
    Arrays.fill(vector, 0);
  }

  /** More centroids are vectors of some items, fewer are a part of those that there are. */
  private void resize(int wanted) {
    int before = cells();
    centroids = Arrays.copyOf(centroids, wanted * width);
    for (int cell = before; cell < wanted; cell++) {
      anyVector(vectors.size());
      System.arraycopy(vector, 0, centroids, cell * width, width);
    }
  }

  private void clear() {
    int cells = cells();
    if (sizes.length != cells) {
      sums = new float[cells * width];
      sizes = new int[cells];
    }
    Arrays.fill(sums, 0);
    Arrays.fill(sizes, 0);
  }

  /** Finds the cells of the items of chunks, then counts them where they are, in order. */
  private void assign(int[] starts, int size, boolean onAllProcessors) {
    IntStream chunks = Arrays.stream(starts);
    (onAllProcessors ? chunks.parallel() : chunks)
        .forEach(start -> assign(start, Math.min(CHUNK, size - start)));
    for (int start : starts) {
      for (int item = start; item < Math.min(start + CHUNK, size); item++) {
        if (cellOf[item] >= 0) {
          add(item, cellOf[item]);
        }
      }
    }
  }

  private void assign(int start, int n) {
    check.run();
    Scratch found = idle.poll();
    Scratch scratch = found == null ? new Scratch() : found;
    float[] products = scratch.products;
    Arrays.fill(scratch.best, Float.NEGATIVE_INFINITY);
    Arrays.fill(cellOf, start, start + n, -1);
    for (int from = 0; from < cells(); from += CELLS_AT_ONCE) {
      int some = Math.min(CELLS_AT_ONCE, cells() - from);
      vectors.scores(
          centroids, from * width, some, start, start + n, products, 0, CHUNK, scratch.kernels);
      for (int cell = 0; cell < some; cell += COMPARED_AT_ONCE) {
        closest(from, cell, Math.min(cell + COMPARED_AT_ONCE, some), start, n, scratch);
      }
    }
    idle.add(scratch);
    done.addAndGet(n);
  }

  /**
   * Puts items into the closest of some cells, if that is closer than those before. An item's prior
   * is the same for all cells, and so does not change which is the closest.
   *
   * @param base number of the cell whose products come first
   * @param from the first of these, counted from there
   */
  private void closest(int base, int from, int to, int at, int n, Scratch scratch) {
    float[] products = scratch.products;
    float[] most = scratch.most;
    System.arraycopy(products, from * CHUNK, most, 0, CHUNK);
    for (int cell = from + 1; cell < to; cell++) {
      most(most, products, cell * CHUNK);
    }
    for (int i = 0; i < n; i++) {
      if (most[i] > scratch.best[i]) {
        scratch.best[i] = most[i];
        int cell = from;
        while (products[cell * CHUNK + i] != most[i]) {
          cell++;
        }
        cellOf[at + i] = base + cell;
      }
    }
  }

  /** A loop by itself, which is compiled to vectors. */
  private static void most(float[] most, float[] products, int row) {
    for (int i = 0; i < CHUNK; i++) {
      most[i] = Math.max(most[i], products[row + i]);
    }
  }

  private void add(int item, int cell) {
    if (!vectors.get(item, vector, 0)) {
      cellOf[item] = -1; // It has gone meanwhile.
      return;
    }
    for (int d = 0; d < width; d++) {
      sums[cell * width + d] += vector[d];
    }
    sizes[cell]++;
  }

  private Cells made(int size, long appearances) {
    int cells = cells();
    int[] start = new int[cells + 1];
    for (int cell = 0; cell < cells; cell++) {
      start[cell + 1] = start[cell] + sizes[cell];
    }
    int[] next = Arrays.copyOf(start, cells);
    int[] items = new int[start[cells]];
    for (int item = 0; item < size; item++) {
      if (cellOf[item] >= 0) {
        items[next[cellOf[item]]++] = item;
      }
    }
    return described(start, items, vectors.arrange(items, check), appearances);
  }

  /** The same items in the same cells, of which the rest is as it is now. */
  Cells refreshed(Cells before) {
    return described(before.starts(), before.items(), before.rows(), before.appearances());
  }

  /** Finds centroids, priors and reaches of cells that have these items. */
  private Cells described(int[] start, int[] items, ArrangedRows rows, long appearances) {
    int cells = start.length - 1;
    float[] means = new float[cells * width];
    float[] priors = new float[cells];
    float[] reach = new float[cells];
    for (int cell = 0; cell < cells; cell++) {
      check.run();
      int n = 0;
      priors[cell] = Float.NEGATIVE_INFINITY;
      members = atLeast(members, (start[cell + 1] - start[cell]) * width);
      for (int i = start[cell]; i < start[cell + 1]; i++) {
        if (vectors.get(items[i], members, n * width)) {
          priors[cell] = Math.max(priors[cell], vectors.bias(items[i]));
          n++;
        }
      }
      for (int i = 0; i < n * width; i++) {
        means[cell * width + i % width] += members[i];
      }
      normalize(means, cell * width);
      reach[cell] = reach(means, cell * width, n);
    }
    return new Cells(width, means, priors, reach, start, items, rows, appearances);
  }

  private static float[] atLeast(float[] floats, int length) {
    return floats.length < length ? new float[Math.max(length, 2 * floats.length)] : floats;
  }

  /**
   * How far products with a unit vector may be above that of the centroid: the radius of the first
   * {@code n} members, or several of their standard deviations in one direction, what is less.
   */
  private float reach(float[] of, int centroid, int n) {
    double all = 0;
    double most = 0;
    for (int i = 0; i < n; i++) {
      double squares = 0;
      for (int d = 0; d < width; d++) {
        float difference = members[i * width + d] - of[centroid + d];
        squares += difference * difference;
      }
      all += squares;
      most = Math.max(most, squares);
    }
    double spread = n == 0 ? 0 : Math.sqrt(all / n / width);
    return (float) Math.min(Math.sqrt(most), Cells.SPREADS * spread);
  }

  /** Moves the centroids to where their items are, and splits what has become too large. */
  private void move() {
    long items = 0;
    for (int cell = 0; cell < cells(); cell++) {
      items += sizes[cell];
      if (sizes[cell] > 0) {
        System.arraycopy(sums, cell * width, centroids, cell * width, width);
        normalize(centroids, cell * width);
      }
    }
    double mean = (double) items / cells();
    int small = 0;
    for (int large = 0; large < cells(); large++) {
      if (sizes[large] <= LARGE * mean) {
        continue;
      }
      while (small < cells() && sizes[small] >= mean / SMALL) {
        small++;
      }
      if (small == cells()) {
        return;
      }
      split(large, small++);
    }
  }

  /** Two centroids close to that of the large one, on two sides of it. */
  private void split(int large, int small) {
    for (int d = 0; d < width; d++) {
      float aside = (float) (random.nextGaussian() * 0.1 / Math.sqrt(width));
      float center = centroids[large * width + d];
      centroids[small * width + d] = center + aside;
      centroids[large * width + d] = center - aside;
    }
    normalize(centroids, large * width);
    normalize(centroids, small * width);
    sizes[large] /= 2;
    sizes[small] = sizes[large];
  }

  private void normalize(float[] of, int at) {
    double squares = 0;
    for (int d = 0; d < width; d++) {
      squares += (double) of[at + d] * of[at + d];
    }
    if (squares > 0) {
      float factor = (float) (1 / Math.sqrt(squares));
      for (int d = 0; d < width; d++) {
        of[at + d] *= factor;
      }
    }
  }
}
