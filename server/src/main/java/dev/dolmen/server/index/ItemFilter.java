package dev.dolmen.server.index;

import dev.dolmen.v1.Item;

/** Whether an item may be returned. Immutable; any thread. */
@FunctionalInterface
public interface ItemFilter {
  /** Takes every item. */
  ItemFilter ALL = item -> true;

  /** Whether {@code item} passes. Called only for items that would make it into the answer. */
  boolean accepts(Item item);

  /** Both this and {@code other}. */
  @SuppressWarnings("ReferenceEquality") // ALL is one object, and leaving it out spares calls.
  default ItemFilter and(ItemFilter other) {
    if (this == ALL) {
      return other;
    }
    return other == ALL ? this : item -> accepts(item) && other.accepts(item);
  }
}
