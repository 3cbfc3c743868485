package dev.dolmen.server.data;

import dev.dolmen.v1.Item;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The catalogue of a dataset in the order in which it comes: each item before the click that {@link
 * ArrivalPlaces} says. Holds all items. One thread.
 */
public final class ItemArrivals {
  private final List<Arrival> arrivals = new ArrayList<>();
  private int next;

  /** An item and the click before which it comes. */
  private record Arrival(Item item, long place) {}

  /**
   * Reads interactions and items once.
   *
   * @param leadClicks clicks of a batch at most
   * @param seed of the leads that are drawn where no births are known
   */
  ItemArrivals(DatasetImport read, int leadClicks, long seed) throws IOException {
    TimeScale scale = read.profile().timeScale();
    ArrivalPlaces places = new ArrivalPlaces(read.schema(), scale.isEpoch(), leadClicks, seed);
    try (Interactions rows = read.interactions()) {
      for (Interaction row = rows.next(); row != null; row = rows.next()) {
        places.click(row.item(), scale.toMillis(row.time()));
      }
    }
    // Of an item with several lines the last one has what all of them say.
    Map<String, Item> items = new LinkedHashMap<>();
    try (DatasetItems in = read.items()) {
      for (Item item = in.next(); item != null; item = in.next()) {
        items.put(item.getItemId(), item);
      }
    }
    for (Item item : items.values()) {
      long place = places.of(item);
      places.check(item, place);
      arrivals.add(new Arrival(item, place));
    }
    arrivals.sort(Comparator.comparingLong(Arrival::place));
  }

  /** Items in all. */
  public int size() {
    return arrivals.size();
  }

  /** The items that arrive before a click and have not come yet, in order. */
  public void before(long click, Consumer<Item> taker) {
    while (next < arrivals.size() && arrivals.get(next).place <= click) {
      taker.accept(arrivals.get(next++).item);
    }
  }

  /** All items, whether they have come or not. */
  public Stream<Item> all() {
    return arrivals.stream().map(Arrival::item);
  }

  /** All that have not come yet. */
  public void rest(Consumer<Item> taker) {
    before(Long.MAX_VALUE, taker);
  }

  /** Begins again. */
  public void restart() {
    next = 0;
  }
}
