package dev.dolmen.trainer.signals;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * What any thread may read of items visited together, by {@link SessionSignals} of its own: what
 * {@link CoVisits} knows, without its writer's methods.
 */
public abstract sealed class CoVisitReader permits CoVisits {
  /** Neighbours of an item at most. */
  public static final int NEIGHBORS_MAX = Neighbors.CAPACITY;

  CoVisitReader() {}

  /**
   * What an item was visited together with, the most often visited one first.
   *
   * @param item index in the catalogue
   * @param ids of the catalogue's items by index; null where there is none
   */
  public List<CoVisit> neighbors(int item, IntFunction<@Nullable String> ids) {
    Neighbors known = of(item);
    float keepLong = keepLong(known.atEvent());
    float keepRecent = keepRecent(known.atEvent());
    List<CoVisit> found = new ArrayList<>(known.size());
    for (int i = 0; i < known.size(); i++) {
      String id = ids.apply(known.item(i));
      // Read in this order: what lives after its id was read is the item of that id.
      if (id != null && lives(known.item(i), known.birth(i))) {
        found.add(new CoVisit(id, known.longTerm(i) * keepLong, known.recent(i) * keepRecent));
      }
    }
    found.sort(
        Comparator.comparingDouble(CoVisit::visits).reversed().thenComparing(CoVisit::itemId));
    return found;
  }

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
