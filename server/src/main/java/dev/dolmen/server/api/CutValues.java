package dev.dolmen.server.api;

import dev.dolmen.parameterstore.feature.SlotTokens;
import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.parameterstore.schema.Slot;
import dev.dolmen.v1.Item;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.TreeMap;

/**
 * Counts the values of upserted items of which the schema reads a part: paths deeper than a slot's
 * levels, more tokens or words than it takes. Any thread.
 */
final class CutValues {
  private final Schema schema;
  private final Map<String, Counter> bySlot = new TreeMap<>();

  CutValues(Schema schema, MeterRegistry meters) {
    this.schema = schema;
    for (Slot slot : schema.slots()) {
      switch (slot.kind()) {
        case CATEGORY_PATH, TOKENS, TEXT ->
            bySlot.put(
                slot.name(),
                Counter.builder("dolmen.item.values.cut")
                    .description("Values of upserted items of which the schema reads a part")
                    .tag("slot", slot.name())
                    .register(meters));
        case CATEGORY, ID, NUMBER, AGE, VECTOR, CONTEXT -> {
          // Read whole.
        }
      }
    }
  }

  void count(Item item) {
    for (String slot : SlotTokens.cut(schema, item)) {
      Counter counter = bySlot.get(slot);
      if (counter != null) {
        counter.increment();
      }
    }
  }

  /** By slot, those that had any. */
  Map<String, Long> counts() {
    Map<String, Long> counts = new TreeMap<>();
    bySlot.forEach((slot, counter) -> {
      if (counter.count() > 0) {
        counts.put(slot, (long) counter.count());
      }
    });
    return counts;
  }
}
