package dev.dolmen.trainer.migration;

import dev.dolmen.parameterstore.schema.KnotOptions;
import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.parameterstore.schema.SlotKind;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The schema as a manifest tells it, as far as what is written depends on it.
 *
 * @param slots in their order
 */
record StoredSchema(List<StoredSlot> slots) {
  private static final String QUANTILES = KnotOptions.Quantiles.class.getSimpleName();

  StoredSchema {
    slots = List.copyOf(slots);
  }

  /**
   * Reads it.
   *
   * @throws IOException if it is no schema
   */
  static StoredSchema read(String schema) throws IOException {
    List<RecordText> slots = RecordText.of(schema).field("slots").items();
    if (slots.isEmpty()) {
      throw new IOException("the manifest tells a schema without slots: " + schema);
    }
    try {
      return new StoredSchema(slots.stream().map(StoredSlot::of).toList());
    } catch (NumberFormatException e) {
      throw new IOException("the manifest tells a schema that cannot be: " + schema, e);
    }
  }

  /** Slots of both that mean something else in the one that is configured, and what, for people. */
  Map<String, String> anew(Schema now) {
    Map<String, String> anew = new LinkedHashMap<>();
    for (StoredSlot was : slots) {
      int number = now.slotOf(was.name());
      if (number >= 0) {
        StoredSlot is = StoredSlot.of(now.slots().get(number));
        if (!was.meansSame(is)) {
          anew.put(was.name(), was.changeTo(is));
        }
      }
    }
    return anew;
  }

  /** Slots of numbers whose knots are quantiles, in their order, and how many each has. */
  Map<String, Integer> quantiles() {
    Map<String, Integer> quantiles = new LinkedHashMap<>();
    for (StoredSlot slot : slots) {
      RecordText knots = RecordText.of(slot.knots());
      if (slot.kind().equals(SlotKind.NUMBER.name()) && knots.word().equals(QUANTILES)) {
        quantiles.put(slot.name(), knots.number("knots", 0));
      }
    }
    return quantiles;
  }

  /** Names of the context slots, in the order of their columns. */
  List<String> contexts() {
    return slots.stream()
        .filter(slot -> slot.kind().equals(SlotKind.CONTEXT.name()))
        .map(StoredSlot::name)
        .toList();
  }
}
