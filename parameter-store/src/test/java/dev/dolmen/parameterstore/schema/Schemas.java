package dev.dolmen.parameterstore.schema;

import java.util.ArrayList;
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

  /** A category, the item's id, price and birth, and the device of the visit, rows of 16 floats. */
  public static Schema small() {
    RowOptions rows = learning(16, 1, 100_000);
    return new Schema(
        List.of(
            plain("category", SlotKind.CATEGORY, false, 1, 1, rows),
            plain("item", SlotKind.ID, false, 1, 1, rows),
            plain("price", SlotKind.NUMBER, false, 1, 1, rows),
            plain("since", SlotKind.AGE, false, 1, 1, rows),
            plain("device", SlotKind.CONTEXT, false, 1, 1, rows)));
  }

  /** A slot of every kind as a small shop has them, rows of 8 floats. */
  public static Schema shop() {
    RowOptions rows = learning(8, 1, 10_000);
    return new Schema(
        List.of(
            plain("item_id", SlotKind.ID, false, 1, 1, learning(8, 2, 10_000)),
            plain("category", SlotKind.CATEGORY_PATH, true, 2, 1, rows),
            plain("brand", SlotKind.CATEGORY, false, 1, 1, rows),
            plain("labels", SlotKind.TOKENS, false, 1, 8, rows),
            plain("title", SlotKind.TEXT, false, 1, 8, rows),
            plain("price", SlotKind.NUMBER, false, 1, 1, rows),
            plain("since", SlotKind.AGE, false, 1, 1, rows),
            plain("device", SlotKind.CONTEXT, false, 1, 1, rows)));
  }

  /** The same with a slot of kind vector, called {@code embedding}, at its end. */
  public static Schema withVectors(Schema schema, int dimension) {
    List<Slot> slots = new ArrayList<>(schema.slots());
    slots.add(Slot.vector("embedding", false, dimension, 8));
    return new Schema(slots);
  }

  private static RowOptions learning(int dim, int threshold, long maxRows) {
    SparseOptimizerOptions optimizer =
        new SparseOptimizerOptions(SparseOptimizerOptions.Kind.ROW_WISE_ADAGRAD, 0.1f, 0.1f, 0, 0);
    return new RowOptions(dim, threshold, 0, maxRows, optimizer, 0.05f);
  }

  private static Slot plain(
      String name, SlotKind kind, boolean required, int levels, int tokens, RowOptions rows) {
    return new Slot(name, kind, required, levels, tokens, KnotOptions.NONE, rows);
  }
}
