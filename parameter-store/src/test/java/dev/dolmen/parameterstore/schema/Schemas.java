package dev.dolmen.parameterstore.schema;

import java.util.List;

/** Schemas for tests. */
public final class Schemas {
  private Schemas() {}

  public static SparseOptimizerOptions adagrad(float clipNorm) {
    return new SparseOptimizerOptions(
        SparseOptimizerOptions.Kind.ADAGRAD, 0.05f, 0.1f, clipNorm, 0);
  }

  public static RowOptions rows(int dim, int threshold, long ttlSec, long maxRows) {
    return new RowOptions(dim, threshold, ttlSec, maxRows, adagrad(0), 0.05f);
  }

  public static Slot slot(String name, SlotKind kind, RowOptions rows) {
    return new Slot(
        name,
        kind,
        false,
        kind == SlotKind.CATEGORY_PATH ? 3 : 1,
        kind == SlotKind.TOKENS || kind == SlotKind.TEXT ? 4 : 1,
        kind == SlotKind.NUMBER ? new KnotOptions.Even(KnotScale.LOG, 0.5) : KnotOptions.NONE,
        rows);
  }

  /** One slot of each kind. */
  public static Schema everyKind() {
    return new Schema(
        List.of(
            slot("brand", SlotKind.CATEGORY, rows(8, 1, 0, 1000)),
            slot("device", SlotKind.CONTEXT, rows(4, 1, 0, 1000)),
            slot("category", SlotKind.CATEGORY_PATH, rows(8, 1, 0, 1000)),
            slot("tags", SlotKind.TOKENS, rows(8, 1, 0, 1000)),
            slot("title", SlotKind.TEXT, rows(16, 1, 0, 1000)),
            slot("price", SlotKind.NUMBER, rows(4, 1, 0, 1000)),
            slot("item", SlotKind.ID, rows(16, 3, 0, 1000))));
  }
}
