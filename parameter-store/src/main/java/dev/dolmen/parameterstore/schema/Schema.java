package dev.dolmen.parameterstore.schema;

import dev.dolmen.parameterstore.range.WholeRange;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The slots of one installation, in the order in which embedding tables and feature columns are
 * numbered. Exactly one slot is of kind {@link SlotKind#ID}.
 *
 * @param slots all slots; index in this list = number of the slot's embedding table
 */
public record Schema(List<Slot> slots) {
  private static final WholeRange SLOTS = WholeRange.of(1, 256);

  /**
   * @throws IllegalArgumentException if there are no slots or more than 256, two of one name, or
   *     not exactly one of kind {@link SlotKind#ID}
   */
  public Schema {
    slots = List.copyOf(slots);
    SLOTS.check("slots", slots.size());
    Set<String> names = new HashSet<>();
    for (Slot slot : slots) {
      Checks.check(names.add(slot.name()), "slots", slot.name(), "a name used once");
    }
    long ids = slots.stream().filter(slot -> slot.kind() == SlotKind.ID).count();
    Checks.check(ids == 1, "slots", ids + " of kind ID", "exactly one of kind ID");
  }

  /** Number of the slot of kind {@link SlotKind#ID}. */
  public int idSlot() {
    for (int i = 0; i < slots.size(); i++) {
      if (slots.get(i).kind() == SlotKind.ID) {
        return i;
      }
    }
    throw new AssertionError("validated to have one");
  }

  /** Number of the slot called {@code name}, or -1. */
  public int slotOf(String name) {
    for (int i = 0; i < slots.size(); i++) {
      if (slots.get(i).name().equals(name)) {
        return i;
      }
    }
    return -1;
  }
}
