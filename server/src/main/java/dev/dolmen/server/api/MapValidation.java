package dev.dolmen.server.api;

import static dev.dolmen.server.api.Fields.invalid;

import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.parameterstore.schema.Slot;
import dev.dolmen.parameterstore.schema.SlotKind;
import dev.dolmen.v1.MapItemsRequest;
import java.util.List;

/** Checks what is asked of the map of items. Immutable; any thread. */
final class MapValidation {
  private static final int K_MAX = 2_000;
  private static final int NAMED_MAX = 1_000;
  private static final int SLOTS_MAX = 8;

  private final Schema schema;

  MapValidation(Schema schema) {
    this.schema = schema;
  }

  /**
   * Checks a request.
   *
   * @return numbers of the slots that it names
   * @throws InvalidRequestException naming field, value and expectation
   */
  int[] slots(MapItemsRequest request) {
    int k = request.getK();
    if (k < 1 || k > K_MAX) {
      throw invalid("k", Integer.toUnsignedString(k) + ", expected 1 to " + K_MAX);
    }
    int namedMax = Math.min(k, NAMED_MAX);
    if (request.getItemIdsCount() > namedMax) {
      throw invalid(
          "item_ids",
          request.getItemIdsCount() + " ids with k " + k + ", expected 0 to " + namedMax);
    }
    Fields.itemIds("item_ids", request.getItemIdsList(), 0);
    if (request.getSlotsCount() > SLOTS_MAX) {
      throw invalid("slots", request.getSlotsCount() + " slots, expected at most " + SLOTS_MAX);
    }
    int[] slots = new int[request.getSlotsCount()];
    for (int i = 0; i < slots.length; i++) {
      slots[i] = slot(i, request.getSlots(i));
    }
    return slots;
  }

  private int slot(int at, String name) {
    int number = schema.slotOf(name);
    if (number < 0 || !isShown(schema.slots().get(number))) {
      throw invalid(
          "slots[" + at + ']', Errors.describe(name) + ", expected a slot of items: " + shown());
    }
    return number;
  }

  private List<String> shown() {
    return schema.slots().stream().filter(MapValidation::isShown).map(Slot::name).toList();
  }

  private static boolean isShown(Slot slot) {
    return slot.kind() != SlotKind.CONTEXT && slot.kind() != SlotKind.VECTOR;
  }
}
