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

    /** Candidates kept by a search among some. */
    final IntHashSet kept = new IntHashSet();
  }

  /**
   * The k best of all items by score, into {@code scratch.top}.
   *
   * @param bonuses on scores, as those of query 0
   */
  public void search(ItemQuery query, ScoreBonuses bonuses, Scratch scratch) {
    scan(query, bonuses, scratch);
  }

  /** The k closest of all items by cosine alone, for a query of length 1. */
  public void searchCosine(ItemQuery query, Scratch scratch) {
    scan(query, null, scratch);
  }

  /**
   * @param bonuses on scores; null for cosines
   */
  private void scan(ItemQuery query, @Nullable ScoreBonuses bonuses, Scratch scratch) {
    TopK top = scratch.top;
    top.reset(query.k());
    float[] vector = query.vector();
    int size = Math.min(vectors.size(), catalog.indexLimit());
    float[] bounds = scratch.scores;
    boolean exact = vectors.precision() == ScanPrecision.FP32;
    int bonus = bonuses == null ? 0 : bonuses.from(0);
    for (int from = 0; from < size; from += BLOCK) {
      query.caller().checkWaiting();
      int n = Math.min(BLOCK, size - from);
      vectors.upperBounds(
          vector, 0, 1, bonuses != null, from, from + n, bounds, 0, BLOCK, scratch.kernelScratch);
      if (bonuses != null) {
        bonus = bonuses.addTo(0, bonus, from, from + n, bounds, 0);
      }
      float threshold = top.threshold();
      for (int i = 0; i < n; i++) {
        // Indexes grow, so an equal score never wins here.
        if (bounds[i] > threshold) {
          float score = exact ? bounds[i] : exactScore(vector, bonuses, from + i, scratch);
          if (score > threshold && accepts(from + i, query.filter(), query.excluded())) {
            top.keep(score, from + i);
            threshold = top.threshold();
          }
        }
      }
    }
    top.sort();
  }

  /**
   * The k best of some items by score, into {@code scratch.top}; an index that is given twice
   * counts once.
   *
   * @param bonuses on scores, as those of query 0
   * @param candidates item indexes, the first {@code n}
   */
  public void search(
      ItemQuery query, ScoreBonuses bonuses, int[] candidates, int n, Scratch scratch) {
    TopK top = scratch.top;
    top.reset(query.k());
    scratch.kept.clear();
    for (int i = 0; i < n; i++) {
      query.caller().checkEvery(i);
      int index = candidates[i];
      if (!scratch.kept.contains(index) && accepts(index, query.filter(), query.excluded())) {
        float score = exactScore(query.vector(), bonuses, index, scratch);
        if (top.wouldKeep(score, index)) {
          top.keep(score, index);
          scratch.kept.add(index);
        }
      }
    }
    top.sort();
  }

  /**
   * Score of one item; negative infinity if it has no vector. The same to the bit as in a scan,
   * because it scores the item's whole panel as a scan does.
   *
   * @param vector the query, [D]
   * @param bonuses on scores, as those of query 0
   */
  public float score(float[] vector, ScoreBonuses bonuses, int index, Scratch scratch) {
    return exactScore(vector, bonuses, index, scratch);
  }

  private float exactScore(
      float[] vector, @Nullable ScoreBonuses bonuses, int index, Scratch scratch) {
    int panel = index / ItemVectors.ALIGNMENT * ItemVectors.ALIGNMENT;
    int end = panel + ItemVectors.ALIGNMENT;
    if (bonuses == null) {
      vectors.dotProducts(vector, 0, panel, end, scratch.panelScores, 0);
      return scratch.panelScores[index - panel];
    }
    vectors.scores(vector, 0, panel, end, scratch.panelScores, 0);
    return scratch.panelScores[index - panel] + bonuses.of(0, index);
  }

  /** Whether the item may be returned at all, and is not excluded. */
  public boolean accepts(int index, ItemFilter filter, IntHashSet excluded) {
    return !excluded.contains(index) && accepts(index, filter);
  }

  /** Whether the item may be returned at all. */
  public boolean accepts(int index, ItemFilter filter) {
    @Nullable CatalogItem item = catalog.item(index);
    return item != null && !item.item().getUnavailable() && filter.accepts(item.item());
  }
}
