package dev.dolmen.server;

import dev.dolmen.parameterstore.schema.KnotOptions;
import dev.dolmen.parameterstore.schema.RowOptions;
import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.parameterstore.schema.Slot;
import dev.dolmen.parameterstore.schema.SlotKind;
import dev.dolmen.parameterstore.schema.SparseOptimizerOptions;
import java.util.List;

/** The schema of a small shop: a slot of every kind. */
public final class TestSchema {
  public static final Schema SHOP =
      new Schema(
          List.of(
              slot("item_id", SlotKind.ID, false, 1, 1),
              slot("category", SlotKind.CATEGORY_PATH, true, 2, 1),
              slot("brand", SlotKind.CATEGORY, false, 1, 1),
              slot("labels", SlotKind.TOKENS, false, 1, 8),
              slot("title", SlotKind.TEXT, false, 1, 8),
              slot("price", SlotKind.NUMBER, false, 1, 1),
              slot("since", SlotKind.AGE, false, 1, 1),
              slot("device", SlotKind.CONTEXT, false, 1, 1)));

  private TestSchema() {}

  private static Slot slot(String name, SlotKind kind, boolean required, int levels, int tokens) {
    SparseOptimizerOptions optimizer =
        new SparseOptimizerOptions(SparseOptimizerOptions.Kind.ROW_WISE_ADAGRAD, 0.1f, 0.1f, 0, 0);
    RowOptions rows = new RowOptions(8, kind == SlotKind.ID ? 2 : 1, 0, 10_000, optimizer, 0.05f);
    return new Slot(name, kind, required, levels, tokens, KnotOptions.NONE, rows);
  }
}
