package dev.dolmen.trainer.signals;

/**
 * What any thread may read of what items' metadata say, by {@link SessionSignals} of its own: what
 * {@link ContentIndex} knows, without its writer's methods.
 */
public abstract sealed class ContentReader permits ContentIndex {
  ContentReader() {}

  /** Changes so far: while they stay the same, so does all that is read here. */
  abstract long changes();

  /** What is like items, found before. */
  abstract KeptLikes likes();

  /** Numbers of the item's tokens, in an order that depends on the tokens alone; not written to. */
  abstract int[] tokens(int item);

  /** The items that have a token. */
  abstract SortedItems holders(int token);

  /** What having a token in common is worth: more, the fewer have it. Above 0. */
  abstract float rarity(int token);
}
