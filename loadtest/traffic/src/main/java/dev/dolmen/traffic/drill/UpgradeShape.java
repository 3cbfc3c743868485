package dev.dolmen.traffic.drill;

import dev.dolmen.parameterstore.schema.KnotOptions;
import dev.dolmen.parameterstore.schema.RowOptions;
import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.parameterstore.schema.Slot;
import dev.dolmen.parameterstore.schema.SlotKind;
import dev.dolmen.traffic.demo.ShopEvents;
import dev.dolmen.v1.Item;
import dev.dolmen.v1.SlotStatus;
import dev.dolmen.v1.SlotValue;
import dev.dolmen.v1.StatusResponse;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * What a configuration says of slots and model, and what a turn makes of it.
 *
 * @param schema the slots
 * @param width of vectors of items and visits
 */
record UpgradeShape(Schema schema, int width) {
  /** The slot of the items' ids. */
  static final String ITEMS = "item_id";

  /** The slot that comes. */
  static final String ADDED = "season";

  /** The slot that goes. */
  static final String REMOVED = "brand";

  private static final List<String> SEASONS = List.of("spring", "summer", "autumn", "winter");
  private static final int WIDTH_BEFORE = 64;
  private static final int WIDTH_AFTER = 48;
  private static final long TTL_SEC = 30L * 86_400;

  /** The demonstration's shop, at the model's usual width. */
  static UpgradeShape first() {
    return new UpgradeShape(ShopEvents.schema(), WIDTH_BEFORE);
  }

  /**
   * Writes the configuration; snapshots are those that are asked for.
   *
   * @param others sections other than these, as YAML
   */
  Path write(Path file, Path data, String others) throws IOException {
    return DrillConfig.write(file, data, 0, schema, "model:\n  width: " + width + "\n" + others);
  }

  /**
   * What is configured after a turn.
   *
   * @param status of the server before it
   */
  UpgradeShape after(UpgradeTurn turn, StatusResponse status) {
    return switch (turn) {
      case VERSION, NEXT_CLICKS, RESTART, KILL -> this;
      case BOUNDS -> withSlots(slot -> withRows(slot, TTL_SEC, slot.rows().maxRows() * 3 / 2));
      case SLOT_ADDED -> {
        List<Slot> slots = new ArrayList<>(schema.slots());
        slots.add(added(schema.slots().getFirst().rows()));
        yield new UpgradeShape(new Schema(slots), width);
      }
      case SLOT_REMOVED ->
          new UpgradeShape(
              new Schema(
                  schema.slots().stream().filter(slot -> !slot.name().equals(REMOVED)).toList()),
              width);
      case FEWER_ROWS -> {
        long half = Math.max(1, rows(status, ITEMS) / 2);
        yield withSlots(
            slot -> slot.name().equals(ITEMS) ? withRows(slot, slot.rows().ttlSec(), half) : slot);
      }
      case WIDTH -> new UpgradeShape(schema, WIDTH_AFTER);
    };
  }

  /** Rows of a slot; 0 if there is no such slot. */
  static long rows(StatusResponse status, String slot) {
    return status.getSlotsList().stream()
        .filter(s -> s.getSlot().equals(slot))
        .mapToLong(SlotStatus::getRows)
        .sum();
  }

  /** Items with a value of the slot that comes. */
  static List<Item> withAdded(List<Item> items) {
    List<Item> changed = new ArrayList<>();
    for (Item item : items) {
      String season = SEASONS.get(changed.size() % SEASONS.size());
      SlotValue value = SlotValue.newBuilder().setToken(season).build();
      changed.add(item.toBuilder().putSlots(ADDED, value).build());
    }
    return changed;
  }

  private static Slot added(RowOptions like) {
    return new Slot(
        ADDED,
        SlotKind.CATEGORY,
        false,
        1,
        1,
        KnotOptions.NONE,
        new RowOptions(16, 1, 0, 100_000, like.optimizer(), like.initialStdDev()));
  }

  private UpgradeShape withSlots(UnaryOperator<Slot> change) {
    return new UpgradeShape(new Schema(schema.slots().stream().map(change).toList()), width);
  }

  private static Slot withRows(Slot slot, long ttlSec, long maxRows) {
    RowOptions rows = slot.rows();
    return new Slot(
        slot.name(),
        slot.kind(),
        slot.required(),
        slot.levels(),
        slot.maxTokens(),
        slot.knots(),
        slot.dimension(),
        new RowOptions(
            rows.admission(), ttlSec, maxRows, rows.maxBytes(), rows.storage(), rows.segments()));
  }
}
