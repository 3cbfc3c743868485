package dev.dolmen.traffic.replay;

import dev.dolmen.traffic.generator.Connection;
import dev.dolmen.v1.Item;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What a running server's catalogue says of the items of a dataset. Files know less than it does:
 * what they leave open stays as it is there.
 */
final class LiveCatalog {
  private final Map<String, Item> items = new HashMap<>();

  /** Of a server that has nothing yet. */
  LiveCatalog() {}

  /**
   * Reads it.
   *
   * @param wanted the items of the dataset
   */
  LiveCatalog(Connection connection, Predicate<String> wanted) {
    connection.forEachItem(item -> {
      if (wanted.test(item.getItemId())) {
        items.put(item.getItemId(), item);
      }
    });
  }

  /** Whether it has an item, whatever it says of it. */
  boolean knows(Item item) {
    return items.containsKey(item.getItemId());
  }

  /**
   * What to upsert for an item of the dataset: slots that the file leaves open, and whether it is
   * available, are the server's.
   *
   * @return null if that changes nothing
   */
  @Nullable Item upsert(Item item) {
    Item live = items.get(item.getItemId());
    if (live == null) {
      return item;
    }
    Item now = live.toBuilder().putAllSlots(item.getSlotsMap()).build();
    return now.equals(live) ? null : now;
  }
}
