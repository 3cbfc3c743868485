package dev.dolmen.server.data;

import dev.dolmen.parameterstore.schema.KnotOptions;
import dev.dolmen.parameterstore.schema.RowOptions;
import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.parameterstore.schema.Slot;
import dev.dolmen.parameterstore.schema.SlotKind;
import dev.dolmen.parameterstore.schema.SparseOptimizerOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The schema that follows from a dataset's files: the item id first, then each column of the item
 * file (token: category; token_seq: tokens; float: number; float_seq, where its lists have one
 * length: vector), then each column of few distinct tokens of the interaction files as context.
 * Columns of seconds since 1970 are births, of which ages are learned, where the clicks have real
 * times, too. Columns without a single value, and lists of numbers of many lengths, are left out.
 */
public final class SchemaInference {
  /** Name of the slot of item ids. */
  public static final String ID_SLOT = "item_id";

  /** Floats that a vector becomes. */
  private static final int VECTOR_WIDTH = 32;

  private static final long MAX_ROWS = 1_000_000;
  private static final SparseOptimizerOptions OPTIMIZER =
      new SparseOptimizerOptions(SparseOptimizerOptions.Kind.ROW_WISE_ADAGRAD, 0.1f, 0.1f, 0, 0);

  private SchemaInference() {}

  /**
   * Reads the item file once.
   *
   * @throws MalformedDataException if it is malformed
   */
  public static Schema infer(RecBoleDataset dataset, InteractionProfile profile)
      throws IOException {
    Path file = dataset.itemFile();
    return infer(dataset, profile, file == null ? null : ItemSurvey.read(file));
  }

  /** The same of an item file that was looked at. */
  static Schema infer(
      RecBoleDataset dataset, InteractionProfile profile, @Nullable ItemSurvey items)
      throws MalformedDataException {
    List<Slot> slots = new ArrayList<>();
    slots.add(slot(ID_SLOT, SlotKind.ID, 64, 2));
    if (items != null) {
      slots.addAll(itemSlots(items, profile.timeScale().isEpoch()));
    }
    for (String context : profile.contexts()) {
      String legal = SlotNames.of(context);
      String name = taken(slots, legal) ? visitSlot(context) : legal;
      if (!taken(slots, name)) {
        slots.add(slot(name, SlotKind.CONTEXT, 8, 1));
      }
    }
    try {
      return new Schema(slots);
    } catch (IllegalArgumentException e) {
      Path file = dataset.itemFile() == null ? dataset.parts().getFirst() : dataset.itemFile();
      throw new MalformedDataException(
          file, 1, 0, "", slots.size() + " slots would follow: " + e.getMessage());
    }
  }

  /** The slot of a context whose own name an item's column has. */
  static String visitSlot(String context) {
    return SlotNames.of("visit_" + context);
  }

  private static boolean taken(List<Slot> slots, String name) {
    return slots.stream().anyMatch(s -> s.name().equals(name));
  }

  private static List<Slot> itemSlots(ItemSurvey items, boolean ages) {
    List<String> names = SlotNames.of(items.columns());
    List<Slot> slots = new ArrayList<>();
    for (int c = 0; c < names.size(); c++) {
      AtomicColumn column = items.columns().get(c);
      if (column.name().equals(ID_SLOT) || !items.present(c)) {
        continue;
      }
      AtomicColumn named = new AtomicColumn(names.get(c), column.type());
      Slot slot = itemSlot(named, ages && items.isBirth(c), items.lengths(c).dimension());
      if (slot != null) {
        slots.add(slot);
      }
    }
    return slots;
  }

  private static @Nullable Slot itemSlot(AtomicColumn column, boolean birth, int dimension) {
    return switch (column.type()) {
      case TOKEN -> slot(column.name(), SlotKind.CATEGORY, 32, 1);
      case TOKEN_SEQ -> slot(column.name(), SlotKind.TOKENS, 32, 1);
      case FLOAT -> number(column.name(), birth);
      case FLOAT_SEQ ->
          dimension == 0 ? null : Slot.vector(column.name(), false, dimension, VECTOR_WIDTH);
    };
  }

  private static Slot number(String name, boolean birth) {
    SlotKind kind = birth ? SlotKind.AGE : SlotKind.NUMBER;
    return new Slot(name, kind, false, 1, 1, KnotOptions.NONE, rows(8, 1));
  }

  private static Slot slot(String name, SlotKind kind, int dim, int threshold) {
    int maxTokens = kind == SlotKind.TOKENS ? 32 : 1;
    return new Slot(name, kind, false, 1, maxTokens, KnotOptions.NONE, rows(dim, threshold));
  }

  private static RowOptions rows(int dim, int threshold) {
    return new RowOptions(dim, threshold, 0, MAX_ROWS, OPTIMIZER, 0.05f);
  }
}
