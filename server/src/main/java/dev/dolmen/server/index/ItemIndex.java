package dev.dolmen.server.index;

import dev.dolmen.model.item.ItemVectorReader;
import dev.dolmen.model.item.ItemVectors;
import dev.dolmen.model.item.ScanPrecision;
import dev.dolmen.model.item.ScoreBonuses;
import dev.dolmen.model.kernel.KernelScratch;
import dev.dolmen.trainer.catalog.CatalogItem;
import dev.dolmen.trainer.catalog.CatalogReader;
import org.agrona.collections.IntHashSet;
import org.jspecify.annotations.Nullable;

/**
 * Exact best items by score: dot product, the item's bias, and the bonus that the session's signals
 * give some items.
 *
 * <p>The scan scores a block of vectors at a time, then looks only at those that beat the k-th best
 * so far; exclusions and filters are asked for no others. Where it reads narrow numbers, what beats
 * the k-th best is a bound from above, and the score itself is computed from the floats: the answer
 * is the same to the bit, as no item above the k-th best can have a bound below it. Items that are
 * absent, unavailable or deleted meanwhile are never returned. Immutable; any thread, with scratch
 * of its own.
 */
public final class ItemIndex {
  /** Vectors scored at a time: at width 64 a block is half a megabyte, about the second cache. */
  private static final int BLOCK = 2_048;

  private final ItemVectorReader vectors;
  private final CatalogReader catalog;

  public ItemIndex(ItemVectorReader vectors, CatalogReader catalog) {
    this.vectors = vectors;
    this.catalog = catalog;
  }

  /** Memory of one thread's searches. */
  public static final class Scratch {
    final float[] scores = new float[BLOCK];
    final float[] panelScores = new float[ItemVectors.ALIGNMENT];
    final KernelScratch kernelScratch = new KernelScratch();

    /** The answer of the last search, sorted. */
    public final TopK top = new TopK();

    /** Never returned by a search; the caller clears and fills it. */
    public final IntHashSet excluded = new IntHashSet();

    /** One query's bonuses on scores; the caller clears and fills it. */
    public final ScoreBonuses bonuses = new ScoreBonuses();
  }

  /**
   * The {@code k} best of all items by score, into {@code scratch.top}.
   *
   * @param query [D]
   * @param filter asked for items that would be returned
   */
  public void search(float[] query, int k, ItemFilter filter, Scratch scratch) {
    scan(query, k, filter, scratch, false);
  }

  /** The {@code k} closest of all items by cosine alone, for a query of length 1. */
  public void searchCosine(float[] query, int k, ItemFilter filter, Scratch scratch) {
    scan(query, k, filter, scratch, true);
  }

  private void scan(float[] query, int k, ItemFilter filter, Scratch scratch, boolean cosine) {
    TopK top = scratch.top;
    top.reset(k);
    int size = Math.min(vectors.size(), catalog.indexLimit());
    float[] bounds = scratch.scores;
    boolean exact = vectors.precision() == ScanPrecision.FP32;
    int bonus = scratch.bonuses.from(0);
    for (int from = 0; from < size; from += BLOCK) {
      int n = Math.min(BLOCK, size - from);
      vectors.upperBounds(
          query, 0, 1, !cosine, from, from + n, bounds, 0, BLOCK, scratch.kernelScratch);
      if (!cosine) {
        bonus = scratch.bonuses.addTo(0, bonus, from, from + n, bounds, 0);
      }
      float threshold = top.threshold();
      for (int i = 0; i < n; i++) {
        // Indexes grow, so an equal score never wins here.
        if (bounds[i] > threshold) {
          float score = exact ? bounds[i] : score(query, from + i, cosine, scratch);
          if (score > threshold && accepts(from + i, filter, scratch.excluded)) {
            top.keep(score, from + i);
            threshold = top.threshold();
          }
        }
      }
    }
    top.sort();
  }

  /**
   * The {@code k} best of some items, into {@code scratch.top}; an index that is given twice counts
   * once. Adds to {@code scratch.excluded}.
   *
   * @param candidates item indexes, the first {@code n}
   */
  public void search(
      float[] query, int k, int[] candidates, int n, ItemFilter filter, Scratch scratch) {
    TopK top = scratch.top;
    top.reset(k);
    for (int i = 0; i < n; i++) {
      int index = candidates[i];
      if (accepts(index, filter, scratch.excluded)) {
        float score = score(query, index, scratch);
        if (top.wouldKeep(score, index)) {
          top.keep(score, index);
          scratch.excluded.add(index);
        }
      }
    }
    top.sort();
  }

  /**
   * Score of one item; negative infinity if it has no vector. The same to the bit as in a scan,
   * because it scores the item's whole panel as a scan does.
   */
  public float score(float[] query, int index, Scratch scratch) {
    return score(query, index, false, scratch);
  }

  private float score(float[] query, int index, boolean cosine, Scratch scratch) {
    int panel = index / ItemVectors.ALIGNMENT * ItemVectors.ALIGNMENT;
    int end = panel + ItemVectors.ALIGNMENT;
    if (cosine) {
      vectors.dotProducts(query, 0, panel, end, scratch.panelScores, 0);
      return scratch.panelScores[index - panel];
    }
    vectors.scores(query, 0, panel, end, scratch.panelScores, 0);
    return scratch.panelScores[index - panel] + scratch.bonuses.of(0, index);
  }

  /** Whether the item may be returned at all. */
  public boolean accepts(int index, ItemFilter filter, IntHashSet excluded) {
    if (excluded.contains(index)) {
      return false;
    }
    @Nullable CatalogItem item = catalog.item(index);
    return item != null && !item.item().getUnavailable() && filter.accepts(item.item());
  }
}
