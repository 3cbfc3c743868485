package dev.dolmen.server.index;

import dev.dolmen.model.item.ItemVectorReader;
import dev.dolmen.model.item.ItemVectors;
import dev.dolmen.model.item.ScoreBonuses;
import org.agrona.collections.IntHashSet;

/**
 * A search of the cells that promise a query most, with the memory that it takes. One thread.
 *
 * <p>What is found is scored as an exact search scores it. Items that the session's signals speak
 * of, most of an answer, are scored in any case, and so are those that have appeared since the
 * cells were made. A cell is left out where nothing in it can come near the k-th best so far. With
 * a filter as many items that pass it are looked at as would be without one, in more cells.
 */
final class CellSearch {
  /** Cells that are looked into for an answer of {@link #K_EACH} items. */
  static final int PROBES = 32;

  static final int K_EACH = 20;

  /** Of all cells, the part from which on it is better to look at all items. */
  private static final int PART_MAX = 4;

  /** Items that pass a filter, up to which it is better to look at all of these. */
  private static final int FEW = 4_096;

  /** Share of items that pass from which on it is cheaper to bound all of a cell than some. */
  private static final double WHOLE_CELLS_FROM = 0.25;

  private final TopK order = new TopK();
  private final IntHashSet tried = new IntHashSet();
  private float[] promises = new float[0];
  private float[] bounds = new float[0];
  private int[] some = new int[0];

  /**
   * Whether it is worth a try: not for what asks for all items, nor for what so many cells would
   * have to be looked into that it is better to look at all items, or at those that pass.
   */
  @SuppressWarnings("ReferenceEquality") // ALL is one object.
  static boolean suits(Cells cells, ItemSearch search, ItemVectorReader vectors) {
    ItemFilter filter = search.query().filter();
    PassingItems passing = filter.passing();
    long since = vectors.appearances() - cells.appearances();
    if (search.isExact()
        || search.bonuses() == null
        || since > ItemVectors.APPEARANCES / 2
        || (filter != ItemFilter.ALL && passing == null)) {
      return false;
    }
    if (passing == null) {
      return probes(search.query()) <= cells.count() / PART_MAX;
    }
    double share = (double) passing.expected() / Math.max(1, vectors.present());
    return passing.expected() > FEW && probes(search.query()) <= share * cells.count() / PART_MAX;
  }

  private static int probes(ItemQuery query) {
    return PROBES * ((query.k() + K_EACH - 1) / K_EACH);
  }

  /**
   * The best items, into the search's {@code top}, sorted.
   *
   * @return false if the cells do not do for it: then all items are to be looked at
   */
  boolean search(Cells cells, ItemSearch search, ItemIndex index, ItemIndex.Scratch scratch) {
    ScoreBonuses bonuses = search.bonuses();
    if (bonuses == null) {
      return false;
    }
    tried.clear();
    offerBonuses(search, bonuses, index, scratch);
    offerAppeared(cells, search, index, scratch);
    PassingItems passing = search.query().filter().passing();
    boolean enough =
        passing == null
            ? probe(cells, search, index, scratch)
            : probePassing(cells, passing, search, index, scratch);
    search.top().sort();
    return enough && search.top().size() == search.query().k();
  }

  private void offerBonuses(
      ItemSearch search, ScoreBonuses bonuses, ItemIndex index, ItemIndex.Scratch scratch) {
    int from = bonuses.from(0);
    int n = bonuses.to(0) - from;
    int[] items = atLeast(n);
    for (int i = 0; i < n; i++) {
      items[i] = bonuses.item(from + i);
    }
    bound(search, items, 0, n, index.vectors());
    order.reset(search.query().k());
    for (int i = 0; i < n; i++) {
      tried.add(items[i]);
      bounds[i] += bonuses.bonus(from + i);
      if (order.wouldKeep(bounds[i], i)) {
        order.keep(bounds[i], i);
      }
    }
    order.sort();
    // Those that promise most come first, so that few of the others are scored.
    for (int i = 0; i < order.size(); i++) {
      int at = order.index(i);
      offer(search, items[at], bounds[at], index, scratch);
      bounds[at] = Float.NEGATIVE_INFINITY;
    }
    for (int i = 0; i < n; i++) {
      offer(search, items[i], bounds[i], index, scratch);
    }
  }

  private void offerAppeared(
      Cells cells, ItemSearch search, ItemIndex index, ItemIndex.Scratch scratch) {
    ItemVectorReader vectors = index.vectors();
    long from = cells.appearances();
    int n = (int) (vectors.appearances() - from);
    int[] items = atLeast(n);
    for (int i = 0; i < n; i++) {
      items[i] = vectors.appeared(from + i);
    }
    bound(search, items, 0, n, vectors);
    offerAll(search, items, 0, n, index, scratch);
  }

  /** Looks into as many cells as for any answer of this size. */
  private boolean probe(
      Cells cells, ItemSearch search, ItemIndex index, ItemIndex.Scratch scratch) {
    float threshold = search.top().threshold();
    float length = promised(cells, probes(search.query()), search.query().vector(), threshold);
    for (int i = 0; i < order.size(); i++) {
      search.query().caller().checkWaiting();
      int cell = order.index(i);
      if (order.score(i) + cells.reach(cell, length) >= search.top().threshold()) {
        offerCell(cells, cell, search, index, scratch);
      }
    }
    return true;
  }

  /**
   * Looks into cells until as many items that pass have been looked at as are in those that are
   * looked into without a filter.
   *
   * @return whether that took no more cells than are worth while
   */
  private boolean probePassing(
      Cells cells,
      PassingItems passing,
      ItemSearch search,
      ItemIndex index,
      ItemIndex.Scratch scratch) {
    float length =
        promised(cells, cells.count() / PART_MAX, search.query().vector(), Float.NEGATIVE_INFINITY);
    double share = (double) passing.expected() / Math.max(1, cells.size());
    double wanted = (double) probes(search.query()) * cells.size() / cells.count();
    double seen = 0;
    for (int i = 0; i < order.size() && seen < wanted; i++) {
      search.query().caller().checkWaiting();
      int cell = order.index(i);
      if (order.score(i) + cells.reach(cell, length) < search.top().threshold()) {
        seen += share * (cells.to(cell) - cells.from(cell));
        continue;
      }
      if (share >= WHOLE_CELLS_FROM) {
        offerCell(cells, cell, search, index, scratch);
        seen += share * (cells.to(cell) - cells.from(cell));
        continue;
      }
      int n = copyPassing(cells, cell, passing);
      bound(search, some, 0, n, index.vectors());
      offerAll(search, some, 0, n, index, scratch);
      seen += n;
    }
    return seen >= wanted;
  }

  /** Rows of a cell stand one after another. */
  private void offerCell(
      Cells cells, int cell, ItemSearch search, ItemIndex index, ItemIndex.Scratch scratch) {
    int from = cells.from(cell);
    int to = cells.to(cell);
    makeRoom(to - from);
    index.vectors().upperBounds(search.query().vector(), cells.rows(), from, to, bounds);
    offerAll(search, cells.items(), from, to, index, scratch);
  }

  private int copyPassing(Cells cells, int cell, PassingItems passing) {
    int[] items = atLeast(cells.to(cell) - cells.from(cell));
    int n = 0;
    for (int i = cells.from(cell); i < cells.to(cell); i++) {
      int item = cells.items()[i];
      if (passing.has(item)) {
        items[n++] = item;
      }
    }
    return n;
  }

  /**
   * Puts the cells that promise most into {@link #order}, of those that can reach a score.
   *
   * @return the query's length
   */
  private float promised(Cells cells, int n, float[] query, float score) {
    if (promises.length < cells.promisesLength()) {
      promises = new float[cells.promisesLength()];
    }
    cells.promises(query, promises);
    float length = length(query);
    order.reset(n);
    for (int cell = 0; cell < cells.count(); cell++) {
      float promise = promises[cell];
      if (promise + cells.reach(cell, length) >= score && order.wouldKeep(promise, cell)) {
        order.keep(promise, cell);
      }
    }
    order.sort();
    return length;
  }

  /** What the items' scores without bonuses are at most, into {@link #bounds}. */
  private void bound(ItemSearch search, int[] items, int from, int to, ItemVectorReader vectors) {
    makeRoom(to - from);
    vectors.upperBounds(search.query().vector(), items, from, to, bounds);
  }

  private void makeRoom(int n) {
    if (bounds.length < n) {
      bounds = new float[Math.max(n, 2 * bounds.length)];
    }
  }

  private void offerAll(
      ItemSearch search,
      int[] items,
      int from,
      int to,
      ItemIndex index,
      ItemIndex.Scratch scratch) {
    for (int i = 0; i < to - from; i++) {
      float bound = bounds[i];
      if (bound >= search.top().threshold() && !tried.contains(items[from + i])) {
        offer(search, items[from + i], bound, index, scratch);
        tried.add(items[from + i]);
      }
    }
  }

  private static void offer(
      ItemSearch search, int item, float bound, ItemIndex index, ItemIndex.Scratch scratch) {
    ItemQuery query = search.query();
    PassingItems passing = query.filter().passing();
    if (bound >= search.top().threshold()
        && bound > Float.NEGATIVE_INFINITY
        && (passing == null || passing.has(item))) {
      index.offer(search, item, index.exactScore(query.vector(), search.bonuses(), item, scratch));
    }
  }

  private int[] atLeast(int n) {
    if (some.length < n) {
      some = new int[Math.max(n, 2 * some.length)];
    }
    return some;
  }

  private static float length(float[] query) {
    double squares = 0;
    for (float x : query) {
      squares += (double) x * x;
    }
    return (float) Math.sqrt(squares);
  }
}
