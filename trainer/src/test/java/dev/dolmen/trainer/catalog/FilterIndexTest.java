package dev.dolmen.trainer.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dolmen.parameterstore.feature.FeatureExtractor;
import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.parameterstore.schema.Schemas;
import dev.dolmen.v1.Item;
import dev.dolmen.v1.SlotValue;
import dev.dolmen.v1.TokenList;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What the index says against what the items say. */
class FilterIndexTest {
  private static final Schema SCHEMA = Schemas.shop();
  private static final int CATEGORY = SCHEMA.slotOf("category");
  private static final int BRAND = SCHEMA.slotOf("brand");
  private static final int LABELS = SCHEMA.slotOf("labels");
  private static final int PRICE = SCHEMA.slotOf("price");

  private final Random random = new Random(11);
  private final Catalog catalog = newCatalog();

  private static Catalog newCatalog() {
    return new Catalog(new FeatureExtractor(SCHEMA), CatalogOptions.defaults());
  }

  @Test
  void followsItemsThatComeChangeGoAndComeAgain() throws IOException {
    for (int step = 0; step < 6_000; step++) {
      String id = "i" + random.nextInt(500);
      if (random.nextInt(3) > 0) {
        catalog.upsert(item(id));
      } else {
        catalog.delete(id, 0);
      }
      if (step % 500 == 499) {
        check(catalog);
      }
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    catalog.writeTo(new DataOutputStream(bytes));
    Catalog restored = newCatalog();
    restored.readFrom(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
    check(restored);
    long full = restored.filters().bytes();
    for (int i = 0; i < 500; i++) {
      restored.delete("i" + i, 0);
    }
    check(restored);
    assertThat(restored.filters().bytes()).isLessThan(full / 2);
  }

  private void check(Catalog of) {
    FilterIndex filters = of.filters();
    for (int i = 0; i < 9; i++) {
      String token = "t" + i;
      assertThat(items(filters.having(CATEGORY, token))).isEqualTo(having(of, "category", token));
      assertThat(items(filters.having(BRAND, token))).isEqualTo(having(of, "brand", token));
      assertThat(items(filters.having(LABELS, token))).isEqualTo(having(of, "labels", token));
    }
    Set<Integer> all = new TreeSet<>();
    for (int index = 0; index < of.indexLimit() + 10; index++) {
      CatalogItem item = of.item(index);
      SlotValue price = item == null ? null : item.item().getSlotsMap().get("price");
      assertThat(filters.number(PRICE, index))
          .isEqualTo(Double.valueOf(price == null ? Double.NaN : price.getNumber()));
      if (item != null) {
        all.add(index);
      }
    }
    assertThat(items(filters.items())).isEqualTo(all);
  }

  /** By what the proto says of filters. */
  private static Set<Integer> having(Catalog of, String slot, String token) {
    Set<Integer> items = new TreeSet<>();
    for (int index = 0; index < of.indexLimit(); index++) {
      CatalogItem item = of.item(index);
      SlotValue value = item == null ? null : item.item().getSlotsMap().get(slot);
      if (value != null
          && (value.getToken().equals(token)
              || value.getTokens().getTokenList().contains(token)
              || value.getPath().getTokenList().contains(token))) {
        items.add(index);
      }
    }
    return items;
  }

  private static Set<Integer> items(ItemSet set) {
    Set<Integer> items = new TreeSet<>();
    IntStream.range(0, set.size()).map(set::at).forEach(items::add);
    return items;
  }

  private Item item(String id) {
    // More levels and labels than the schema reads.
    Item.Builder item =
        Item.newBuilder()
            .setItemId(id)
            .putSlots("category", SlotValue.newBuilder().setPath(tokens(1, 4)).build());
    if (random.nextBoolean()) {
      item.putSlots("brand", SlotValue.newBuilder().setToken("t" + random.nextInt(9)).build());
    }
    if (random.nextBoolean()) {
      item.putSlots("labels", SlotValue.newBuilder().setTokens(tokens(0, 20)).build());
    }
    if (random.nextBoolean()) {
      item.putSlots("price", SlotValue.newBuilder().setNumber(random.nextInt(50)).build());
    }
    return item.build();
  }

  private TokenList tokens(int least, int most) {
    int n = least + random.nextInt(most - least + 1);
    return TokenList.newBuilder()
        .addAllToken(IntStream.range(0, n).mapToObj(i -> "t" + random.nextInt(9)).toList())
        .build();
  }

  @Test
  void onlySlotsWithTokensHaveTokensAndOnlyNumbersHaveNumbers() {
    FilterIndex filters = catalog.filters();
    for (String slot : List.of("price", "title", "item_id")) {
      assertThatThrownBy(() -> filters.having(SCHEMA.slotOf(slot), "x"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("slot " + slot + " has no tokens");
    }
    assertThatThrownBy(() -> filters.number(BRAND, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("slot brand has no numbers");
  }
}
