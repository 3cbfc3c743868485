package dev.dolmen.trainer.catalog;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import dev.dolmen.parameterstore.feature.FeatureExtractor;
import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.parameterstore.schema.Schemas;
import dev.dolmen.v1.Item;
import dev.dolmen.v1.SlotValue;
import dev.dolmen.v1.TokenList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Items in the catalogue are what they were sent as, to the byte, and found by their ids. */
class ItemPackingTest {
  private static final Schema SCHEMA = Schemas.shop();

  private final Random random = new Random(9);
  private final Catalog catalog =
      new Catalog(new FeatureExtractor(SCHEMA), CatalogOptions.defaults());

  @Test
  void anItemIsWhatItWasSentAsInTheOrderOfItsSlots() {
    for (int i = 0; i < 2_000; i++) {
      check(item("i" + i));
    }
    check(Item.newBuilder().setItemId("é".repeat(200)).putSlots("category", path("x")).build());
    check(Item.newBuilder().setItemId("x".repeat(512)).putSlots("category", path("y")).build());
  }

  private void check(Item item) {
    CatalogItem kept = catalog.upsert(item);
    assertThat(kept.item()).isEqualTo(item);
    assertThat(kept.item().toByteArray()).isEqualTo(item.toByteArray());
    assertThat(kept.id()).isEqualTo(item.getItemId());
    assertThat(kept.isUnavailable()).isEqualTo(item.getUnavailable());
    for (int slot = 0; slot < SCHEMA.slots().size(); slot++) {
      assertThat(kept.value(slot))
          .isEqualTo(item.getSlotsMap().get(SCHEMA.slots().get(slot).name()));
    }
  }

  /** A log that another version wrote may have them. */
  @Test
  void fieldsThatThisVersionDoesNotKnowAreKept() throws InvalidProtocolBufferException {
    UnknownFieldSet.Field text =
        UnknownFieldSet.Field.newBuilder()
            .addLengthDelimited(ByteString.copyFromUtf8("later"))
            .build();
    UnknownFieldSet later = UnknownFieldSet.newBuilder().addField(99, text).build();
    check(item("a").toBuilder().setUnavailable(true).setUnknownFields(later).build());
    SlotValue value = path("x").toBuilder().setUnknownFields(later).build();
    check(Item.newBuilder().setItemId("b").putSlots("category", value).build());
    TokenList list = TokenList.newBuilder().addToken("y").setUnknownFields(later).build();
    SlotValue inside = SlotValue.newBuilder().setPath(list).build();
    check(Item.newBuilder().setItemId("c").putSlots("category", inside).build());
  }

  private Item item(String id) {
    Item.Builder item = Item.newBuilder().setItemId(id).setUnavailable(random.nextInt(4) == 0);
    String[] slots = {"category", "brand", "labels", "title", "price", "since"};
    for (int i = slots.length; i > 1; i--) {
      int other = random.nextInt(i);
      String swapped = slots[i - 1];
      slots[i - 1] = slots[other];
      slots[other] = swapped;
    }
    for (String slot : slots) {
      if (slot.equals("category")) {
        item.putSlots(slot, path("c" + random.nextInt(5), "d" + random.nextInt(5)));
      } else if (random.nextInt(3) > 0) {
        item.putSlots(slot, value(slot));
      }
    }
    return item.build();
  }

  private SlotValue value(String slot) {
    SlotValue.Builder value = SlotValue.newBuilder();
    return switch (slot) {
      case "price", "since" -> value.setNumber(random.nextInt(100)).build();
      case "labels" ->
          random.nextBoolean()
              ? value.setToken("two words").build()
              : value.setTokens(list("l" + random.nextInt(9), "ü" + random.nextInt(9))).build();
      case "title" ->
          random.nextBoolean()
              ? value.setToken("A title no. " + random.nextInt()).build()
              : value.setTokens(list("in", "tokens")).build();
      default ->
          switch (random.nextInt(4)) {
            case 0 -> value.build();
            case 1 -> value.setToken("").build();
            case 2 -> value.setTokens(list("b" + random.nextInt(9))).build();
            default -> value.setToken("b" + random.nextInt(9)).build();
          };
    };
  }

  private static SlotValue path(String... tokens) {
    return SlotValue.newBuilder().setPath(list(tokens)).build();
  }

  private static TokenList list(String... tokens) {
    return TokenList.newBuilder().addAllToken(List.of(tokens)).build();
  }

  /** Against a map of the JDK, while most of what comes goes again. */
  @Test
  void itemsAreFoundByTheirIds() {
    Map<String, Integer> expected = new HashMap<>();
    for (int step = 0; step < 30_000; step++) {
      String id = random.nextBoolean() ? "i" + random.nextInt(700) : "" + random.nextInt(700);
      if (random.nextInt(3) > 0) {
        expected.put(id, catalog.upsert(item(id)).index());
      } else {
        CatalogItem deleted = catalog.delete(id, step);
        assertThat(deleted == null ? null : deleted.index()).isEqualTo(expected.remove(id));
        catalog.forgetNext(step + 1_000_000_000);
      }
      String asked = "i" + random.nextInt(700);
      assertThat(catalog.indexOf(asked)).isEqualTo(expected.getOrDefault(asked, -1));
      assertThat(catalog.size()).isEqualTo(expected.size());
    }
    expected.forEach((id, index) -> {
      assertThat(requireNonNull(catalog.item(id)).index()).isEqualTo(index);
      assertThat(requireNonNull(catalog.item(index)).id()).isEqualTo(id);
    });
    assertThat(catalog.item("i1 ")).isNull();
    assertThat(catalog.item("")).isNull();
  }

  @Test
  void whatIsNotThereCannotBeRemoved() {
    CatalogItem item = catalog.upsert(item("a"));
    IdTable table = new IdTable(catalog::item);
    table.add(item.index(), "a");
    assertThat(table.find("a")).isSameAs(item);
    table.remove(item.index(), "a");
    assertThat(table.find("a")).isNull();
    assertThatThrownBy(() -> table.remove(item.index(), "a"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("item a at index 0 is not there");
  }
}
