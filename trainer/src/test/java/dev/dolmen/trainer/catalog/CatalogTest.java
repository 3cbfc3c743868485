package dev.dolmen.trainer.catalog;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dolmen.parameterstore.feature.FeatureExtractor;
import dev.dolmen.parameterstore.feature.Fids;
import dev.dolmen.parameterstore.feature.InvalidFeatureException;
import dev.dolmen.parameterstore.schema.Schemas;
import dev.dolmen.v1.Item;
import dev.dolmen.v1.SlotValue;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CatalogTest {
  private static final int QUARANTINE = 3;

  private final Catalog catalog = newCatalog();

  private static Catalog newCatalog() {
    return new Catalog(new FeatureExtractor(Schemas.small()), QUARANTINE);
  }

  private static Item item(String id, String category) {
    return Item.newBuilder()
        .setItemId(id)
        .putSlots("category", SlotValue.newBuilder().setToken(category).build())
        .build();
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
    catalog.delete("a");
    assertThat(catalog.sharesFid(number)).isNull();
  }

  @Test
  void anIndexIsReusedOnlyAfterItsQuarantine() {
    int a = catalog.upsert(item("a", "x")).index();
    assertThat(catalog.delete("a")).isNotNull();
    assertThat(catalog.delete("a")).isNull();
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
    catalog.delete("a");
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
      catalog.delete("i" + i);
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
      catalog.delete("i" + i);
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
