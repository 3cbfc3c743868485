package dev.dolmen.server.index;

import dev.dolmen.model.item.ItemVectorReader;
import dev.dolmen.model.item.ItemVectors;
import dev.dolmen.model.item.ScoreBonuses;
import dev.dolmen.trainer.catalog.ItemSet;
import org.jspecify.annotations.Nullable;

/**
 * A search that looks at no items but those that pass a filter, one after the other: exact, and the
 * cheaper the fewer pass. With the memory that it takes. One thread.
 */
final class PassingSearch {
  /** Of all items, the part up to which looking at some, by their rows, is cheaper than at all. */
  private static final int ROWS_PART = 4;

  /** The same where an item's score is made with those of the items next to it. */
  private static final int PANELS_PART = 16;

  private static final int BATCH = 512;

  private final int[] items = new int[BATCH];
  private final float[] bounds = new float[BATCH];

  /** Place of the first bonus on an item that has not been looked at yet. */
  private int bonus;

  /** Whether it is worth while. */
  static boolean suits(PassingItems passing, ItemSearch search, ItemVectorReader vectors) {
    int part = byRows(search, vectors) ? ROWS_PART : PANELS_PART;
    return passing.expected() <= vectors.present() / part;
  }

  /** Rows say what a score with its bias is at most, so not what a cosine is. */
  private static boolean byRows(ItemSearch search, ItemVectorReader vectors) {
    return vectors.hasRows() && search.bonuses() != null;
  }

  /** The best items, into the search's {@code top}, sorted. */
  void search(PassingItems passing, ItemSearch search, ItemIndex index, ItemIndex.Scratch scratch) {
    boolean byRows = byRows(search, index.vectors());
    ScoreBonuses bonuses = search.bonuses();
    bonus = bonuses == null ? 0 : bonuses.from(0);
    ItemSet.Cursor all = passing.cursor();
    for (int n = all.next(items); n > 0; n = all.next(items)) {
      search.query().caller().checkWaiting();
      int kept = passing.keepPassing(items, n);
      if (byRows) {
        offerByRows(search, kept, index, scratch);
      } else {
        offerByPanels(search, kept, index, scratch);
      }
    }
    search.top().sort();
  }

  private void offerByRows(ItemSearch search, int n, ItemIndex index, ItemIndex.Scratch scratch) {
    float[] query = search.query().vector();
    ScoreBonuses bonuses = search.bonuses();
    index.vectors().upperBounds(query, items, 0, n, bounds);
    for (int i = 0; i < n; i++) {
      if (bounds[i] + bonusOf(bonuses, items[i]) >= search.top().threshold()) {
        index.offer(search, items[i], index.exactScore(query, bonuses, items[i], scratch));
      }
    }
  }

  /** Each panel is scored once for all of its items. */
  private void offerByPanels(ItemSearch search, int n, ItemIndex index, ItemIndex.Scratch scratch) {
    float[] query = search.query().vector();
    ScoreBonuses bonuses = search.bonuses();
    int scored = -1;
    for (int i = 0; i < n; i++) {
      int panel = items[i] / ItemVectors.ALIGNMENT;
      if (panel != scored) {
        index.scorePanel(query, bonuses != null, panel, scratch);
        scored = panel;
      }
      float score = scratch.panelScores[items[i] % ItemVectors.ALIGNMENT];
      index.offer(search, items[i], score + bonusOf(bonuses, items[i]));
    }
  }

  /** Asked for items in ascending order. */
  private float bonusOf(@Nullable ScoreBonuses bonuses, int item) {
    if (bonuses == null) {
      return 0;
    }
    int end = bonuses.to(0);
    while (bonus < end && bonuses.item(bonus) < item) {
      bonus++;
    }
    return bonus < end && bonuses.item(bonus) == item ? bonuses.bonus(bonus) : 0;
  }
}
