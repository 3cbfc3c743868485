package dev.dolmen.traffic.demo;

import dev.dolmen.parameterstore.schema.KnotOptions;
import dev.dolmen.parameterstore.schema.RowOptions;
import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.parameterstore.schema.Slot;
import dev.dolmen.parameterstore.schema.SlotKind;
import dev.dolmen.parameterstore.schema.SparseOptimizerOptions;
import dev.dolmen.v1.Item;
import dev.dolmen.v1.SlotValue;
import dev.dolmen.v1.TokenList;
import java.util.List;

/** What the server is told of a product: category path, brand, title and price. */
final class ShopSchema {
  static final String DEVICE = "device";
  private static final SparseOptimizerOptions OPTIMIZER =
      new SparseOptimizerOptions(SparseOptimizerOptions.Kind.ROW_WISE_ADAGRAD, 0.1f, 0.1f, 0, 0);

  private ShopSchema() {}

  static Schema schema() {
    return new Schema(
        List.of(
            slot("item_id", SlotKind.ID, 1, 1, 32, 3),
            slot("category", SlotKind.CATEGORY_PATH, 3, 1, 32, 1),
            slot("brand", SlotKind.CATEGORY, 1, 1, 16, 1),
            slot("title", SlotKind.TEXT, 1, 16, 32, 1),
            slot("price", SlotKind.NUMBER, 1, 1, 8, 1),
            slot(DEVICE, SlotKind.CONTEXT, 1, 1, 8, 1)));
  }

  private static Slot slot(
      String name, SlotKind kind, int levels, int maxTokens, int dim, int threshold) {
    return new Slot(
        name,
        kind,
        false,
        levels,
        maxTokens,
        KnotOptions.NONE,
        new RowOptions(dim, threshold, 0, 100_000, OPTIMIZER, 0.05f));
  }

  static Item item(Product p) {
    return Item.newBuilder()
        .setItemId(p.id())
        .putSlots(
            "category",
            SlotValue.newBuilder()
                .setPath(
                    TokenList.newBuilder()
                        .addToken(p.department())
                        .addToken(p.category())
                        .addToken(p.typeName()))
                .build())
        .putSlots("brand", SlotValue.newBuilder().setToken(p.brand()).build())
        .putSlots("title", SlotValue.newBuilder().setToken(p.title()).build())
        .putSlots("price", SlotValue.newBuilder().setNumber(p.price()).build())
        .build();
  }
}
