package dev.dolmen.server.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.parameterstore.schema.Schemas;
import dev.dolmen.parameterstore.schema.Slot;
import dev.dolmen.parameterstore.schema.SlotKind;
import dev.dolmen.v1.Item;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Columns of lists of numbers in item files. */
class VectorImportTest {
  private static final Schema PICTURES =
      new Schema(
          List.of(
              Schemas.slot("item_id", SlotKind.ID, Schemas.rows(8, 1, 0, 100)),
              Slot.vector("picture", false, 3, 8)));

  @TempDir Path folder;

  /** Line {@code n} of items, from 2 on, ends in {@code 0.5 n -1e-3}. */
  private static ShopFiles withVectors() {
    ShopFiles files = new ShopFiles();
    files.itemsHeader(files.items().getFirst() + ",picture:float_seq");
    for (int line = 2; line <= ShopFiles.ITEMS + 1; line++) {
      vector(files, line, "0.5 " + line + " -1e-3");
    }
    return files;
  }

  private static void vector(ShopFiles files, int line, String numbers) {
    String[] fields = files.items().get(line - 1).split(",", -1);
    files.item(line, String.join(",", List.of(fields).subList(0, 4)) + ',' + numbers);
  }

  private DatasetImport look(ShopFiles files, @Nullable Schema schema, boolean unknown)
      throws IOException {
    files.write(folder);
    return look(schema, unknown);
  }

  private DatasetImport look(@Nullable Schema schema, boolean unknown) throws IOException {
    ImportOptions d = ImportOptions.DEFAULT;
    ImportOptions options =
        new ImportOptions(
            false, unknown, d.minRating(), d.eventTypes(), null, d.latestMs(), d.sizes(), null);
    return DatasetImport.look(
        RecBoleDataset.find(folder), options, schema, Long.MAX_VALUE, (n, share) -> {});
  }

  private static Map<String, List<Float>> vectors(DatasetImport read) throws IOException {
    Map<String, List<Float>> vectors = new HashMap<>();
    try (DatasetItems items = read.items()) {
      for (Item item = items.next(); item != null; item = items.next()) {
        if (item.containsSlots("picture")) {
          vectors.put(
              item.getItemId(), item.getSlotsOrThrow("picture").getVector().getNumberList());
        }
      }
    }
    return vectors;
  }

  private static Slot slot(DatasetImport read) {
    return read.schema().slots().get(read.schema().slotOf("picture"));
  }

  @Test
  void listsOfOneLengthAreVectorsPackedOrNot() throws IOException {
    DatasetImport plain = look(withVectors(), null, false);
    assertThat(slot(plain)).isEqualTo(Slot.vector("picture", false, 3, 32));
    assertThat(plain.report().refused()).isEmpty();
    Map<String, List<Float>> vectors = vectors(plain);
    assertThat(vectors).hasSize(ShopFiles.ITEMS);
    assertThat(vectors.get("sku1")).containsExactly(0.5f, 3f, -0.001f);
    Path file = folder.resolve("shop.item");
    try (OutputStream out =
        new GZIPOutputStream(Files.newOutputStream(folder.resolve("shop.item.gz")))) {
      Files.copy(file, out);
    }
    Files.delete(file);
    assertThat(vectors(look(null, false))).isEqualTo(vectors);
  }

  /** They are told of by line; the items stay. */
  @Test
  void vectorsThatTheSlotDoesNotTakeAreLeftOut() throws IOException {
    ShopFiles files = withVectors();
    vector(files, 3, "1 2");
    vector(files, 4, "0 0 -0");
    vector(files, 5, "1 1e39 2");
    vector(files, 6, "");
    vector(files, 7, " 4  5 6 ");
    DatasetImport read = look(files, PICTURES, false).require();
    assertThat(read.report().refused()).containsOnly(Map.entry(RefusalReason.VALUE, 3L));
    assertThat(read.report().examples().get(RefusalReason.VALUE))
        .satisfiesExactly(
            e -> assertThat(e).contains("line 3, column 5 (picture): \"2 numbers\", expected 3"),
            e -> assertThat(e).contains("line 4, column 5 (picture): \"3 times 0\", expected a"),
            e ->
                assertThat(e).contains("line 5, column 5 (picture): \"Infinity\", expected a fin"));
    assertThat(vectors(read))
        .hasSize(ShopFiles.ITEMS - 4)
        .doesNotContainKeys("sku1", "sku2", "sku3", "sku4")
        .containsEntry("sku5", List.of(4f, 5f, 6f));
    assertThat(read.report().items()).isEqualTo(ShopFiles.ITEMS);
  }

  @Test
  void whatIsNoNumberBreaksItsLineUnlessItIsUnknown() throws IOException {
    ShopFiles files = withVectors();
    vector(files, 3, "1 nan 2");
    vector(files, 4, "1 2 0x1p3");
    assertThatThrownBy(() -> look(files, null, false).require())
        .hasMessageContaining("2 lines cannot be read")
        .hasMessageContaining(
            "line 3, column 5 (picture): number 2 of 3 is \"nan\", expected a finite number")
        .hasMessageContaining("line 4, column 5 (picture): number 3 of 3 is \"0x1p3\"");
    DatasetImport unknown = look(files, null, true).require();
    assertThat(unknown.report().refused()).containsOnly(Map.entry(RefusalReason.VALUE, 2L));
    assertThat(vectors(unknown)).hasSize(ShopFiles.ITEMS - 2);
  }

  /** Two of twenty may be odd; lists of all lengths, or of one number, are no vectors. */
  @Test
  void theLengthIsThatOfNearlyAll() throws IOException {
    ShopFiles files = withVectors();
    vector(files, 3, "1 2 3 4");
    vector(files, 4, "1");
    assertThat(slot(look(files, null, false)).dimension()).isEqualTo(3);
    vector(files, 5, "1 2");
    DatasetImport many = look(files, null, false);
    assertThat(many.schema().slotOf("picture")).isNegative();
    assertThat(many.report().columns().getLast().use())
        .startsWith("ignored: its lists have 1 to 4 numbers, a vector has the same number");
    ShopFiles single = withVectors();
    for (int line = 2; line <= ShopFiles.ITEMS + 1; line++) {
      vector(single, line, "7");
    }
    assertThat(look(single, null, false).report().columns().getLast().use())
        .startsWith("ignored: its lists have 1 numbers each");
    assertThat(look(withVectors(), many.schema(), false).report().columns().getLast().use())
        .isEqualTo("ignored: the schema has no slot for it");
  }

  @Test
  void aColumnOfAnotherTypeDoesNotFit() {
    ShopFiles files = withVectors();
    files.itemsHeader(files.items().getFirst().replace("float_seq", "token_seq"));
    assertThatThrownBy(() -> look(files, PICTURES, false))
        .hasMessageContaining("line 1, column 5 (picture): token_seq does not fit the slot's kind")
        .hasMessageContaining("vector float_seq");
  }

  @Test
  void aLineThatIsEmptyThereKeepsTheVectorOfAnEarlierOne() throws IOException {
    ShopFiles files = withVectors();
    files.items().add("sku1,dep9,name,1,");
    assertThat(vectors(look(files, null, false)).get("sku1")).containsExactly(0.5f, 3f, -0.001f);
  }
}
