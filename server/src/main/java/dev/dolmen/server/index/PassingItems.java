package dev.dolmen.server.index;

import dev.dolmen.trainer.catalog.FilterIndex;
import dev.dolmen.trainer.catalog.ItemSet;
import java.util.List;

/**
 * The items that pass a filter by the catalog's {@link FilterIndex}: those that have the tokens,
 * and whose numbers lie in the ranges. What has changed since may pass or fail by mistake, so that
 * the filter itself is asked about what is found. One request's.
 */
final class PassingItems {
  /** Items whose numbers are looked at to know how many pass. */
  private static final int SAMPLE = 256;

  private final FilterIndex index;
  private final ItemSet tokens;
  private final List<Range> ranges;
  private final int expected;

  /**
   * A condition on a number, both bounds included.
   *
   * @param slot its number in the schema
   */
  record Range(int slot, double min, double max) {}

  /**
   * @param tokens the items that have the tokens
   * @param ranges what else has to hold
   */
  PassingItems(FilterIndex index, ItemSet tokens, List<Range> ranges) {
    this.index = index;
    this.tokens = tokens;
    this.ranges = ranges;
    expected = ranges.isEmpty() ? tokens.size() : sampled();
  }

  private int sampled() {
    int n = Math.min(SAMPLE, tokens.size());
    int passing = 0;
    for (int i = 0; i < n; i++) {
      passing += inRanges(tokens.at((int) ((long) i * tokens.size() / n))) ? 1 : 0;
    }
    return n == 0 ? 0 : (int) Math.ceilDiv((long) passing * tokens.size(), n);
  }

  /** About how many pass. */
  int expected() {
    return expected;
  }

  /** Whether an item passes. */
  boolean has(int item) {
    return tokens.contains(item) && inRanges(item);
  }

  private boolean inRanges(int item) {
    for (Range range : ranges) {
      double number = index.number(range.slot, item);
      if (!(number >= range.min && number <= range.max)) {
        return false;
      }
    }
    return true;
  }

  /** The highest item below another that has the tokens, -1 if there is none. */
  int below(int item) {
    return tokens.below(item);
  }

  /** All that have the tokens, in ascending order. */
  ItemSet.Cursor cursor() {
    return tokens.cursor();
  }

  /**
   * Leaves in an array those that lie in the ranges.
   *
   * @param items of which the first {@code n} have the tokens; those that pass are moved to the
   *     front
   * @return how many pass
   */
  int keepPassing(int[] items, int n) {
    if (ranges.isEmpty()) {
      return n;
    }
    int kept = 0;
    for (int i = 0; i < n; i++) {
      if (inRanges(items[i])) {
        items[kept++] = items[i];
      }
    }
    return kept;
  }
}
