package dev.dolmen.trainer.catalog;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dolmen.model.item.ScanPrecision;
import dev.dolmen.parameterstore.feature.FeatureExtractor;
import dev.dolmen.parameterstore.feature.Fids;
import dev.dolmen.parameterstore.feature.InvalidFeatureException;
import dev.dolmen.parameterstore.schema.Schemas;
import dev.dolmen.v1.Item;
import dev.dolmen.v1.NumberList;
import dev.dolmen.v1.SlotValue;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CatalogTest {
  private static final int QUARANTINE = 3;
  private static final int KEEP_SEC = 60;

  private final Catalog catalog = newCatalog();

  private static Catalog newCatalog() {
    CatalogOptions options =
        new CatalogOptions(
            10, 0, QUARANTINE, KEEP_SEC, 1 << 20, ScanPrecision.FP32, SearchIndex.EXACT);
    return new Catalog(new FeatureExtractor(Schemas.small()), options);
  }

  private static final int DIMENSION = 300;

  private static Catalog withVectors() {
    CatalogOptions options =
        new CatalogOptions(
            10, 0, QUARANTINE, KEEP_SEC, 1 << 20, ScanPrecision.FP32, SearchIndex.EXACT);
    return new Catalog(
        new FeatureExtractor(Schemas.withVectors(Schemas.small(), DIMENSION)), options);
  }

  private static SlotValue vector(int first) {
    NumberList.Builder numbers = NumberList.newBuilder();
    for (int i = 0; i < DIMENSION; i++) {
      numbers.addNumber((float) Math.sin(first + i));
    }
    return SlotValue.newBuilder().setVector(numbers).build();
  }

  /** Two bytes a number, in the features alone, and counted as such whoever counts. */
  @Test
  void vectorsAreKeptOnceAndShortAndCounted() throws IOException {
    Catalog vectors = withVectors();
    Item plain = item("a", "x");
    Item sent = plain.toBuilder().putSlots("embedding", vector(1)).build();
    vectors.upsert(plain);
    long before = vectors.bytes();
    CatalogItem placed = vectors.upsert(sent);
    assertThat(vectors.bytes() - before).isBetween(2L * DIMENSION, 2L * DIMENSION + 300);
    assertThat(vectors.bytes()).isEqualTo(ItemBytes.of(sent));
    assertThat(placed.item().getSerializedSize()).isLessThan(plain.getSerializedSize() + 20);
    Item whole = vectors.whole(placed);
    assertThat(whole.getSlotsOrThrow("embedding").getVector().getNumberCount())
        .isEqualTo(DIMENSION);
    // What is shown, sent back or restored is the same to the bit.
    assertThat(vectors.upsert(whole)).isEqualTo(placed);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    vectors.writeTo(new DataOutputStream(bytes));
    Catalog restored = withVectors();
    restored.readFrom(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
    assertThat(restored.item("a")).isEqualTo(placed);
    assertThat(restored.bytes()).isEqualTo(vectors.bytes());
    ByteArrayOutputStream again = new ByteArrayOutputStream();
    restored.writeTo(new DataOutputStream(again));
    assertThat(again.toByteArray()).isEqualTo(bytes.toByteArray());
    // Knots that move touch no item, however many there are.
    CatalogItem unmoved = vectors.item("a");
    for (int i = 0; i < 4; i++) {
      Item priced =
          item("p" + i, "x").toBuilder()
              .putSlots("price", SlotValue.newBuilder().setNumber(i).build())
              .build();
      vectors.upsert(priced);
      assertThat(vectors.learnKnots(priced)).isEqualTo(i != 2);
    }
    assertThat(vectors.item("a")).isEqualTo(placed).isSameAs(unmoved);
    vectors.delete("a", 0);
    assertThat(vectors.bytes()).isEqualTo(4 * ItemBytes.of(requireNonNull(vectors.item("p0"))));
  }

  private static Item item(String id, String category) {
    return Item.newBuilder()
        .setItemId(id)
        .putSlots("category", SlotValue.newBuilder().setToken(category).build())
        .build();
  }

  /** Deletes an item and lets so much time pass that it is forgotten. */
  private @Nullable CatalogItem deleteForGood(String itemId) {
    CatalogItem item = catalog.delete(itemId, 0);
    int index = item == null ? -1 : item.index();
    assertThat(catalog.forgetNext(KEEP_SEC * 1_000L)).isEqualTo(index);
    return item;
  }

  @Test
  void aDeletedItemThatComesBackInTimeHasItsIndex() {
    int a = catalog.upsert(item("a", "x")).index();
    catalog.upsert(item("b", "x"));
    catalog.delete("a", 1_000);
    catalog.delete("b", 2_000);
    assertThat(catalog.indexOf("a")).isEqualTo(-1);
    assertThat(catalog.item(a)).isNull();
    assertThat(catalog.withdrawn()).isEqualTo(2);
    assertThat(catalog.forgetNext(60_999)).isEqualTo(-1);
    pass(QUARANTINE);
    // Another item does not get its place.
    assertThat(catalog.upsert(item("c", "x")).index()).isNotEqualTo(a);
    assertThat(catalog.isWithdrawn("a")).isTrue();
    assertThat(catalog.upsert(item("a", "y")).index()).isEqualTo(a);
    assertThat(catalog.isWithdrawn("a")).isFalse();
    assertThat(catalog.forgetNext(61_999)).isEqualTo(-1);
    assertThat(catalog.forgetNext(62_000)).isNotEqualTo(a).isNotNegative();
    assertThat(catalog.withdrawn()).isZero();
    assertThat(catalog.withdrawnBytes()).isZero();
  }

  @Test
  void deletedItemsTakeNoMoreRoomThanTheCatalogueMayHave() {
    for (int i = 0; i < 20; i++) {
      catalog.upsert(item("i" + i, "x"));
      catalog.delete("i" + i, 0);
      int gone = catalog.forgetNext(0);
      assertThat(gone >= 0).isEqualTo(i >= 10);
      assertThat(catalog.withdrawn() + catalog.size()).isLessThanOrEqualTo(10);
    }
    CatalogOptions few =
        new CatalogOptions(1_000, 0, 0, KEEP_SEC, 1 << 16, ScanPrecision.FP32, SearchIndex.EXACT);
    Catalog small = new Catalog(new FeatureExtractor(Schemas.small()), few);
    for (int i = 0; i < 900; i++) {
      small.upsert(item("i" + i, "x"));
      small.delete("i" + i, 0);
      while (small.forgetNext(0) >= 0) {
        assertThat(small.withdrawn()).isPositive();
      }
      assertThat(small.withdrawnBytes()).isLessThanOrEqualTo(1 << 16);
    }
    assertThat(small.withdrawn()).isBetween(300, 800);
  }

  private void pass(int records) {
    for (int i = 0; i < records; i++) {
      catalog.countRecord();
    }
  }

  @Test
  void anItemKeepsItsIndexWhenItsMetadataChanges() {
    int index = catalog.upsert(item("a", "x")).index();
    catalog.upsert(item("b", "x"));
    assertThat(catalog.upsert(item("a", "y")).index()).isEqualTo(index);
    assertThat(catalog.size()).isEqualTo(2);
    CatalogItem a = requireNonNull(catalog.item(index));
    assertThat(a.item()).isEqualTo(item("a", "y"));
    assertThat(catalog.indexOf("a")).isEqualTo(index);
    assertThat(catalog.indexOf("unknown")).isEqualTo(-1);
    assertThat(catalog.item(1_000_000)).isNull();
  }

  /** The fid of an integer is the integer, so an integer that is another id's hash collides. */
  @Test
  void idsWithOneFidAreCounted() {
    String number = Long.toString(Fids.ofId("a"));
    assertThat(catalog.sharesFid("a")).isNull();
    catalog.upsert(item("a", "x"));
    catalog.upsert(item("a", "y"));
    assertThat(catalog.sharesFid("a")).isNull();
    assertThat(catalog.sharesFid(number)).isEqualTo("a");
    assertThat(catalog.fidCollisions()).isZero();
    catalog.upsert(item(number, "x"));
    assertThat(catalog.fidCollisions()).isEqualTo(1);
    assertThat(catalog.size()).isEqualTo(2);
    deleteForGood("a");
    assertThat(catalog.sharesFid(number)).isNull();
  }

  @Test
  void anIndexIsReusedOnlyAfterItsQuarantine() {
    int a = catalog.upsert(item("a", "x")).index();
    assertThat(deleteForGood("a")).isNotNull();
    assertThat(deleteForGood("a")).isNull();
    assertThat(catalog.item(a)).isNull();
    pass(QUARANTINE - 1);
    assertThat(catalog.upsert(item("b", "x")).index()).isNotEqualTo(a);
    pass(1);
    assertThat(catalog.upsert(item("c", "x")).index()).isEqualTo(a);
    assertThat(catalog.retired()).isZero();
  }

  @Test
  void anIndexThatASessionHoldsIsNotReused() {
    int a = catalog.upsert(item("a", "x")).index();
    catalog.retain(a);
    deleteForGood("a");
    pass(QUARANTINE);
    assertThat(catalog.upsert(item("b", "x")).index()).isNotEqualTo(a);
    catalog.release(a);
    pass(QUARANTINE);
    assertThat(catalog.upsert(item("c", "x")).index()).isEqualTo(a);
  }

  @Test
  void refusesMetadataThatTheSchemaDoesNotKnow() {
    Item bad =
        item("a", "x").toBuilder()
            .putSlots("colour", SlotValue.newBuilder().setToken("red").build())
            .build();
    assertThatThrownBy(() -> catalog.upsert(bad)).isInstanceOf(InvalidFeatureException.class);
    assertThat(catalog.size()).isZero();
    assertThat(catalog.indexLimit()).isZero();
  }

  @Test
  void everyItemIsLiveOnce() {
    for (int i = 0; i < 207; i++) {
      catalog.upsert(item("i" + i, "x"));
    }
    for (int i = 0; i < 207; i += 2) {
      deleteForGood("i" + i);
    }
    Set<Integer> live = new HashSet<>();
    for (int n = 0; n < catalog.size(); n++) {
      CatalogItem item = catalog.live(n);
      assertThat(catalog.item(item.index())).isSameAs(item);
      live.add(item.index());
    }
    assertThat(live).hasSize(103).hasSize(catalog.size());
  }

  @Test
  void isTheSameAfterWritingAndReading() throws IOException {
    for (int i = 0; i < 40; i++) {
      catalog.upsert(item("i" + i, "c" + i % 3));
      pass(1);
    }
    for (int i = 0; i < 40; i += 3) {
      deleteForGood("i" + i);
    }
    byte[] written = bytes(catalog);
    Catalog read = newCatalog();
    read.readFrom(new DataInputStream(new ByteArrayInputStream(written)));
    assertThat(bytes(read)).isEqualTo(written);
    pass(QUARANTINE);
    for (int i = 0; i < QUARANTINE; i++) {
      read.countRecord();
    }
    assertThat(read.upsert(item("new", "x")).index())
        .isEqualTo(catalog.upsert(item("new", "x")).index());
  }

  private static byte[] bytes(Catalog catalog) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    catalog.writeTo(new DataOutputStream(out));
    return out.toByteArray();
  }
}
