package dev.dolmen.server.index;

import dev.dolmen.model.item.ItemVectorReader;
import dev.dolmen.model.item.ItemVectors;
import dev.dolmen.model.item.ScanPrecision;
import dev.dolmen.model.item.ScoreBonuses;
import dev.dolmen.model.kernel.KernelScratch;
import dev.dolmen.model.kernel.Kernels;
import dev.dolmen.trainer.catalog.CatalogItem;
import dev.dolmen.trainer.catalog.CatalogReader;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.agrona.collections.IntHashSet;
import org.jspecify.annotations.Nullable;

/**
 * The best items by score: dot product, the item's bias, and the bonus that the session's signals
 * give some items.
 *
 * <p>Several searches share a pass: a block of vectors is scored for all of them at a time, which
 * reads it once and keeps it in registers for several products. Of a block's scores only those are
 * looked at that beat the search's k-th best so far; exclusions and filters are asked for no
 * others. Where narrow numbers are read, what beats the k-th best is a bound from above, and the
 * score itself is computed from the floats: the answer is the same to the bit, as no item above the
 * k-th best can have a bound below it. It is the same to the bit, too, whoever shares the pass.
 * Items that are absent, unavailable or deleted meanwhile are never returned. Immutable; any
 * thread, with scratch of its own.
 *
 * <p>Of a filter the catalog's index says which items may pass. Where these are few, {@link
 * PassingSearch looks at them alone}; elsewhere the others are left out before they are scored.
 *
 * <p>Where {@link Cells} are kept, a search that does not ask for the exact answer looks into a few
 * of them instead, and may miss an item of another: {@link RecallSample} says how many are found.
 */
public final class ItemIndex {
  /** Vectors scored at a time: at width 64 a block is half a megabyte, about the second cache. */
  private static final int BLOCK = 2_048;

  /** Not a power of 2, for the rows of several searches not to share the cache's sets. */
  private static final int STRIDE = BLOCK + ItemVectors.ALIGNMENT;

  private final ItemVectorReader vectors;
  private final CatalogReader catalog;
  private final Supplier<@Nullable Cells> cells;
  private final @Nullable RecallSample recall;
  private final Kernels kernels = Kernels.best();

  /** Looks at all items in each search. */
  public ItemIndex(ItemVectorReader vectors, CatalogReader catalog) {
    this.vectors = vectors;
    this.catalog = catalog;
    cells = () -> null;
    recall = null;
  }

  /**
   * Looks into cells where there are some, if nothing is wanted that they do not do for.
   *
   * @param recall takes how much of the exact answers is found
   */
  public ItemIndex(
      ItemVectorReader vectors, CatalogReader catalog, CellKeeper cells, RecallSample recall) {
    this.vectors = vectors;
    this.catalog = catalog;
    this.cells = cells::current;
    this.recall = recall;
  }

  ItemVectorReader vectors() {
    return vectors;
  }

  /** Memory of one thread's searches. */
  public static final class Scratch {
    final float[] panelScores = new float[ItemVectors.ALIGNMENT];
    private final KernelScratch kernelScratch = new KernelScratch();
    private final CellSearch cellSearch = new CellSearch();
    private final PassingSearch passingSearch = new PassingSearch();

    /** Searches that a pass is for, [open], their queries, [open, D], and scores of a block. */
    private final List<ItemSearch> open = new ArrayList<>();

    private float[] queries = new float[0];
    private float[] scores = new float[0];

    /** The answer of the last search among some, sorted. */
    public final TopK top = new TopK();

    /** Candidates kept by a search among some. */
    final IntHashSet kept = new IntHashSet();

    private void begin(List<ItemSearch> searches, boolean biased, int width) {
      open.clear();
      for (ItemSearch search : searches) {
        if ((search.bonuses() != null) == biased && !search.isFound()) {
          open.add(search);
        }
      }
      if (queries.length < open.size() * width) {
        queries = new float[open.size() * width];
      }
      if (scores.length < open.size() * STRIDE) {
        scores = new float[open.size() * STRIDE];
      }
      copyQueries(width);
    }

    private void copyQueries(int width) {
      for (int q = 0; q < open.size(); q++) {
        System.arraycopy(open.get(q).query().vector(), 0, queries, q * width, width);
      }
    }

    /** Searches for which nobody waits any more, and such as failed, leave the pass. */
    private void leaveOutEnded(int width) {
      int before = open.size();
      for (int q = 0; q < before; q++) {
        checkWaiting(open.get(q));
      }
      open.removeIf(search -> search.failure() != null);
      if (open.size() < before) {
        copyQueries(width);
      }
    }

    private static void checkWaiting(ItemSearch search) {
      try {
        search.query().caller().checkWaiting();
      } catch (RuntimeException e) {
        search.fail(e);
      }
    }
  }

  /**
   * The best of all items for each of the searches, which share the pass; a search that fails, or
   * for which nobody waits any more, ends without the others.
   */
  public void search(List<ItemSearch> searches, Scratch scratch) {
    Cells made = cells.get();
    for (ItemSearch search : searches) {
      try {
        searchSome(made, search, scratch);
      } catch (RuntimeException e) {
        search.fail(e);
      }
    }
    pass(searches, true, scratch);
    pass(searches, false, scratch);
  }

  /** Tries it without looking at all items: by cells, or by those that pass the filter. */
  private void searchSome(@Nullable Cells made, ItemSearch search, Scratch scratch) {
    if (made != null && CellSearch.suits(made, search, vectors)) {
      if (scratch.cellSearch.search(made, search, this, scratch)) {
        search.found();
        if (recall != null) {
          recall.searched(search, this);
        }
        return;
      }
      search.again();
    }
    PassingItems passing = search.query().filter().passing();
    if (passing != null && PassingSearch.suits(passing, search, vectors)) {
      scratch.passingSearch.search(passing, search, this, scratch);
      search.found();
    }
  }

  /**
   * @param biased whether for the searches by score or those by cosine
   */
  private void pass(List<ItemSearch> searches, boolean biased, Scratch scratch) {
    int width = vectors.width();
    scratch.begin(searches, biased, width);
    List<ItemSearch> open = scratch.open;
    int size = Math.min(vectors.size(), catalog.indexLimit());
    for (int from = 0; from < size && !open.isEmpty(); from += BLOCK) {
      scratch.leaveOutEnded(width);
      int to = Math.min(from + BLOCK, size);
      vectors.upperBounds(
          scratch.queries,
          0,
          open.size(),
          biased,
          from,
          to,
          scratch.scores,
          0,
          STRIDE,
          scratch.kernelScratch);
      for (int q = 0; q < open.size(); q++) {
        keepBest(open.get(q), from, to, q * STRIDE, scratch);
      }
    }
    for (ItemSearch search : open) {
      search.top().sort();
    }
    open.clear();
  }

  /** Keeps the best of a block; what fails, such as a filter, ends this search alone. */
  private void keepBest(ItemSearch search, int from, int to, int at, Scratch scratch) {
    try {
      ScoreBonuses bonuses = search.bonuses();
      if (bonuses != null) {
        search.bonus = bonuses.addTo(0, search.bonus, from, to, scratch.scores, at);
      }
      offerAll(search, from, to - from, at, scratch);
    } catch (RuntimeException e) {
      search.fail(e);
    }
  }

  private void offerAll(ItemSearch search, int from, int n, int at, Scratch scratch) {
    TopK top = search.top();
    ItemQuery query = search.query();
    PassingItems passing = query.filter().passing();
    boolean exact = vectors.precision() == ScanPrecision.FP32;
    float[] bounds = scratch.scores;
    for (int i = 0; i < n; i++) {
      // Indexes grow, so an equal score never wins here.
      i += kernels.firstNotBelow(bounds, at + i, n - i, Math.nextUp(top.threshold()));
      if (i < n && (passing == null || passing.has(from + i))) {
        float score =
            exact
                ? bounds[at + i]
                : exactScore(query.vector(), search.bonuses(), from + i, scratch);
        offer(search, from + i, score);
      }
    }
  }

  /** Keeps an item, once it is scored, if it is one of the best and may be returned. */
  void offer(ItemSearch search, int item, float score) {
    ItemQuery query = search.query();
    if (search.top().wouldKeep(score, item) && accepts(item, query.filter(), query.excluded())) {
      search.top().keep(score, item);
    }
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

  float exactScore(float[] vector, @Nullable ScoreBonuses bonuses, int index, Scratch scratch) {
    scorePanel(vector, bonuses != null, index / ItemVectors.ALIGNMENT, scratch);
    float score = scratch.panelScores[index % ItemVectors.ALIGNMENT];
    return bonuses == null ? score : score + bonuses.of(0, index);
  }

  /**
   * The scores of a panel's items without bonuses, into {@code scratch.panelScores}.
   *
   * @param biased whether their biases are added
   */
  void scorePanel(float[] vector, boolean biased, int panel, Scratch scratch) {
    int from = panel * ItemVectors.ALIGNMENT;
    int to = from + ItemVectors.ALIGNMENT;
    if (biased) {
      vectors.scores(vector, 0, from, to, scratch.panelScores, 0);
    } else {
      vectors.dotProducts(vector, 0, from, to, scratch.panelScores, 0);
    }
  }

  /** Whether the item may be returned at all, and is not excluded. */
  public boolean accepts(int index, ItemFilter filter, IntHashSet excluded) {
    return !excluded.contains(index) && accepts(index, filter);
  }

  /** Whether the item may be returned at all. */
  public boolean accepts(int index, ItemFilter filter) {
    PassingItems passing = filter.passing();
    if (passing != null && !passing.has(index)) {
      return false;
    }
    @Nullable CatalogItem item = catalog.item(index);
    return item != null && !item.isUnavailable() && filter.accepts(item);
  }

  /** The highest index below another of what may pass a filter, -1 if there is none. */
  public int below(int index, ItemFilter filter) {
    PassingItems passing = filter.passing();
    return passing == null ? index - 1 : passing.below(index);
  }
}
