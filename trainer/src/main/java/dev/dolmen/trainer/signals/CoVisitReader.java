package dev.dolmen.trainer.signals;

/**
 * What any thread may read of items visited together, by {@link SessionSignals} of its own: what
 * {@link CoVisits} knows, without its writer's methods.
 */
public abstract sealed class CoVisitReader permits CoVisits {
  CoVisitReader() {}

  /** The sessions themselves. */
  abstract PastSessions sessions();

  /** The item's neighbours, perhaps none. */
  abstract Neighbors of(int item);

  /**
   * Weight of all visits that led on from the item, over a long time, as of the last of them: how
   * busy it is.
   */
  abstract float visits(int item);

  /** Whether a neighbour is still the item that it was. */
  abstract boolean lives(int item, int birth);

  /** What is left of a long-term weight of that event. */
  abstract float keepLong(long atEvent);

  /** What is left of a recent weight of that event. */
  abstract float keepRecent(long atEvent);
}
