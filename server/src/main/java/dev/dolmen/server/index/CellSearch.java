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
 * cells were made. A cell is left out where nothing in it can come near the k-th best so far.
 */
final class CellSearch {
  /** Cells that are looked into for an answer of {@link #K_EACH} items. */
  static final int PROBES = 32;

  static final int K_EACH = 20;

  /** Of all cells, the part from which on it is better to look at all items. */
  private static final int PART_MAX = 4;

  private final TopK order = new TopK();
  private final IntHashSet tried = new IntHashSet();
  private float[] promises = new float[0];
  private float[] bounds = new float[0];
  private int[] some = new int[0];

  /**
   * The best items, into the search's {@code top}, sorted.
   *
   * @return false if the cells do not do for it: then all items are to be looked at
   */
  boolean search(Cells cells, ItemSearch search, ItemIndex index, ItemIndex.Scratch scratch) {
    ItemQuery query = search.query();
    ScoreBonuses bonuses = search.bonuses();
    int probes = PROBES * ((query.k() + K_EACH - 1) / K_EACH);
    long since = index.vectors().appearances() - cells.appearances();
    if (bonuses == null
        || probes > cells.count() / PART_MAX
        || since > ItemVectors.APPEARANCES / 2) {
      return false;
    }
    tried.clear();
    offerBonuses(search, bonuses, index, scratch);
    offerAppeared(cells, search, index, scratch);
    probe(cells, probes, search, index, scratch);
    if (search.top().size() < query.k()) {
      return false;
    }
    search.top().sort();
    return true;
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
    for (int i = 0; i < n; i++) {
      offer(search, items[i], bounds[i] + bonuses.bonus(from + i), index, scratch);
      tried.add(items[i]);
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

  private void probe(
      Cells cells, int probes, ItemSearch search, ItemIndex index, ItemIndex.Scratch scratch) {
    float[] query = search.query().vector();
    if (promises.length < cells.promisesLength()) {
      promises = new float[cells.promisesLength()];
    }
    cells.promises(query, promises);
    order.reset(probes);
    for (int cell = 0; cell < cells.count(); cell++) {
      if (order.wouldKeep(promises[cell], cell)) {
        order.keep(promises[cell], cell);
      }
    }
    order.sort();
    float length = length(query);
    for (int i = 0; i < order.size(); i++) {
      search.query().caller().checkWaiting();
      int cell = order.index(i);
      if (order.score(i) + cells.reach(cell, length) >= search.top().threshold()) {
        bound(search, cells.items(), cells.from(cell), cells.to(cell), index.vectors());
        offerAll(search, cells.items(), cells.from(cell), cells.to(cell), index, scratch);
      }
    }
  }

  /** What the items' scores without bonuses are at most, into {@link #bounds}. */
  private void bound(ItemSearch search, int[] items, int from, int to, ItemVectorReader vectors) {
    if (bounds.length < to - from) {
      bounds = new float[Math.max(to - from, 2 * bounds.length)];
    }
    vectors.upperBounds(search.query().vector(), items, from, to, bounds);
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
    TopK top = search.top();
    ItemQuery query = search.query();
    if (bound >= top.threshold()) {
      float score = index.exactScore(query.vector(), search.bonuses(), item, scratch);
      if (top.wouldKeep(score, item) && index.accepts(item, query.filter(), query.excluded())) {
        top.keep(score, item);
      }
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
