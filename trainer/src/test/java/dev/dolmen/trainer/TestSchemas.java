package dev.dolmen.trainer;

import dev.dolmen.parameterstore.schema.KnotOptions;
import dev.dolmen.parameterstore.schema.RowOptions;
import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.parameterstore.schema.Slot;
import dev.dolmen.parameterstore.schema.SlotKind;
import dev.dolmen.parameterstore.schema.SparseOptimizerOptions;
import java.util.List;

/** Schemas for tests. */
public final class TestSchemas {
  private TestSchemas() {}

  /** A category, the item's id, price and birth, and the device of the visit, rows of 16 floats. */
  public static Schema small() {
    RowOptions rows =
        new RowOptions(
            16,
            1,
            0,
            100_000,
            new SparseOptimizerOptions(
                SparseOptimizerOptions.Kind.ROW_WISE_ADAGRAD, 0.1f, 0.1f, 0f, 0f),
            0.05f);
    return new Schema(
        List.of(
            slot("category", SlotKind.CATEGORY, rows),
            slot("item", SlotKind.ID, rows),
            slot("price", SlotKind.NUMBER, rows),
            slot("since", SlotKind.AGE, rows),
            slot("device", SlotKind.CONTEXT, rows)));
  }

  private static Slot slot(String name, SlotKind kind, RowOptions rows) {
    return new Slot(name, kind, false, 1, 1, KnotOptions.NONE, rows);
  }
}
