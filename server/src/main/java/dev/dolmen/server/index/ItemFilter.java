package dev.dolmen.server.index;

import dev.dolmen.trainer.catalog.CatalogItem;
import org.jspecify.annotations.Nullable;

/** Whether an item may be returned. Immutable; any thread. */
@FunctionalInterface
public interface ItemFilter {
  /** Takes every item. */
  ItemFilter ALL = item -> true;

  /** Whether {@code item} passes. Called only for items that would make it into the answer. */
  boolean accepts(CatalogItem item);

  /** Which items pass as far as the catalog's index says; null where it does not say. */
  default @Nullable PassingItems passing() {
    return null;
  }

  /** Both this and {@code other}; what the index says of them is lost. */
  @SuppressWarnings("ReferenceEquality") // ALL is one object, and leaving it out spares calls.
  default ItemFilter and(ItemFilter other) {
    if (this == ALL) {
      return other;
    }
    return other == ALL ? this : item -> accepts(item) && other.accepts(item);
  }
}
