package dev.dolmen.evaluation.study;

import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.parameterstore.schema.Slot;
import dev.dolmen.parameterstore.schema.SlotKind;
import dev.dolmen.v1.Item;
import dev.dolmen.v1.SlotValue;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * When items come into the catalogue, as far as a dataset tells. One that was born while the clicks
 * were collected arrives just before its first click, every other one is there from the beginning;
 * without a column of births each arrives just before its first click.
 */
final class ItemArrivals {
  private final List<Item> first = new ArrayList<>();
  private final Map<String, Item> later = new HashMap<>();

  /**
   * @param fromSec first click, seconds since 1970
   */
  ItemArrivals(Schema schema, List<Item> items, long fromSec) {
    List<String> births =
        schema.slots().stream().filter(s -> s.kind() == SlotKind.AGE).map(Slot::name).toList();
    for (Item item : items) {
      boolean born = births.isEmpty();
      for (String slot : births) {
        SlotValue birth = item.getSlotsMap().get(slot);
        born |= birth != null && birth.getNumber() >= fromSec;
      }
      if (born) {
        later.put(item.getItemId(), item);
      } else {
        first.add(item);
      }
    }
  }

  /** Items that are there from the beginning. */
  List<Item> first() {
    return first;
  }

  /** The item if it arrives with this click. */
  @Nullable Item beforeClick(String itemId) {
    return later.remove(itemId);
  }
}
