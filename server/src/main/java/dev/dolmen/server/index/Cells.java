package dev.dolmen.server.index;

import dev.dolmen.model.item.ArrangedRows;
import dev.dolmen.model.kernel.Kernels;
import java.util.Arrays;

/**
 * All items that had a vector at some moment, each in the cell whose centroid its vector was
 * closest to. Immutable; any thread.
 *
 * <p>The order in which cells are looked into is that of q · centroid + the cell's largest prior,
 * which is close to the best score in it. As q · v = q · c + q · (v - c), no score in a cell can be
 * above that and |q| times the cell's radius, and hardly any comes near it: as far as one direction
 * goes, vectors deviate by {@link #SPREADS} at most. All this is of vectors and priors as they were
 * at that moment.
 */
final class Cells {
  /**
   * Standard deviations, by the mean over directions, that a product may be above its centroid's:
   * more than the hundreds of a cell reach by chance, as vectors vary most in the directions in
   * which queries lie. On diginetica 3, 6 and all directions (the radius) looked at 280, 480 and
   * 2,080 items and found 0.9990, 0.9990 and 0.9995 of the first 20.
   */
  static final float SPREADS = 5;

  private final Kernels kernels = Kernels.best();
  private final int width;
  private final int count;

  /** Panels as a product reads them, [cells / 32, D, 32]. */
  private final float[] centroids;

  /** The largest prior of each cell, [cells]; negative infinity where nothing is in it. */
  private final float[] priors;

  /** What products of items with a unit vector can be above that of the centroid, [cells]. */
  private final float[] reach;

  /** Where each cell's items begin among all, [cells + 1]. */
  private final int[] start;

  private final int[] items;
  private final ArrangedRows rows;
  private final long appearances;

  /**
   * @param centroids [cells, D], of length 1 where there is anything in the cell
   * @param priors [cells], negative infinity for an empty cell
   * @param reach [cells]
   * @param start [cells + 1]
   * @param items of one cell after another
   * @param rows in the order of the items
   * @param appearances of items up to which all are in a cell
   */
  Cells(
      int width,
      float[] centroids,
      float[] priors,
      float[] reach,
      int[] start,
      int[] items,
      ArrangedRows rows,
      long appearances) {
    this.width = width;
    this.priors = priors;
    this.reach = reach;
    this.start = start;
    this.items = items;
    this.rows = rows;
    this.appearances = appearances;
    count = priors.length;
    int panels = (count + Kernels.PANEL - 1) / Kernels.PANEL;
    this.centroids = new float[panels * Kernels.PANEL * width];
    for (int cell = 0; cell < count; cell++) {
      int at = cell / Kernels.PANEL * Kernels.PANEL * width + cell % Kernels.PANEL;
      for (int d = 0; d < width; d++) {
        this.centroids[at + d * Kernels.PANEL] = centroids[cell * width + d];
      }
    }
  }

  /** Cells, with and without items. */
  int count() {
    return count;
  }

  /** Bytes that all this takes. */
  long bytes() {
    long perCell = 2L * Float.BYTES + Integer.BYTES;
    return (long) centroids.length * Float.BYTES
        + count * perCell
        + (long) items.length * Integer.BYTES;
  }

  /** Items in all cells. */
  int size() {
    return items.length;
  }

  /** The items of all cells, from {@link #from} to {@link #to} those of one. */
  int[] items() {
    return items;
  }

  /** Those of {@link #items}, one after another. */
  ArrangedRows rows() {
    return rows;
  }

  /** Where each cell's items begin among all, [cells + 1]; not written to. */
  int[] starts() {
    return start;
  }

  /** A number of a cell's centroid. */
  float centroid(int cell, int d) {
    int panel = cell / Kernels.PANEL * Kernels.PANEL * width;
    return centroids[panel + d * Kernels.PANEL + cell % Kernels.PANEL];
  }

  int from(int cell) {
    return start[cell];
  }

  int to(int cell) {
    return start[cell + 1];
  }

  /** Appearances of items up to which all are in a cell. */
  long appearances() {
    return appearances;
  }

  /** How far a score in a cell may be above its {@link #promises}, for a query of this length. */
  float reach(int cell, float length) {
    return length * reach[cell];
  }

  /** The length that {@link #promises} needs. */
  int promisesLength() {
    return centroids.length / width;
  }

  /**
   * What each cell promises the query.
   *
   * @param query [D]
   * @param out overwritten, [{@link #promisesLength}]; negative infinity for empty cells
   */
  void promises(float[] query, float[] out) {
    System.arraycopy(priors, 0, out, 0, count);
    Arrays.fill(out, count, promisesLength(), Float.NEGATIVE_INFINITY);
    kernels.matmulPanels(
        1,
        promisesLength() / Kernels.PANEL,
        width,
        query,
        0,
        width,
        centroids,
        0,
        out,
        0,
        promisesLength(),
        null);
  }
}
