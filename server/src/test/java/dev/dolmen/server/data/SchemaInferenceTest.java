package dev.dolmen.server.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dolmen.parameterstore.feature.FeatureExtractor;
import dev.dolmen.parameterstore.schema.KnotOptions;
import dev.dolmen.parameterstore.schema.RowOptions;
import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.parameterstore.schema.Slot;
import dev.dolmen.parameterstore.schema.SlotKind;
import dev.dolmen.parameterstore.schema.SparseOptimizerOptions;
import dev.dolmen.v1.Item;
import dev.dolmen.v1.SlotValue;
import dev.dolmen.v1.TokenList;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A dataset's files tell its schema, its order and its time. */
class SchemaInferenceTest {
  @TempDir Path folder;

  @BeforeEach
  void write() throws IOException {
    write(
        "shop.item",
        "item_id:token,brand:token,words:token_seq,created_at:float,price:float,none:token",
        "1,acme,red big,1506826800,9.5,",
        "2,acme,blue,1506913200,120,",
        "3,,,,,");
    String header =
        "session_id:token,user_id:token,item_id:token,timestamp:float,device:token,place:token";
    write(
        "shop.train.inter",
        header,
        "a,u1,1,10,phone,here",
        "b,u2,2,12,desktop,here",
        "a,u1,2,11,phone,here");
    write("shop.test.inter", header, "c,u1,9,13,phone,here");
  }

  /** Writes lines with commas for tabs. */
  private void write(String name, String... lines) throws IOException {
    Files.writeString(folder.resolve(name), String.join("\n", lines).replace(',', '\t') + "\n");
  }

  private InteractionProfile profile(RecBoleDataset dataset) throws IOException {
    return InteractionProfile.read(dataset, Long.MAX_VALUE, (n, share) -> {});
  }

  @Test
  void infersKindsFromHeadersAndValues() throws IOException {
    RecBoleDataset dataset = RecBoleDataset.find(folder);
    Schema schema = SchemaInference.infer(dataset, profile(dataset));
    assertThat(schema.slots())
        .extracting(Slot::name)
        .containsExactly("item_id", "brand", "words", "created_at", "price", "device");
    assertThat(schema.slots())
        .extracting(Slot::kind)
        .containsExactly(
            SlotKind.ID,
            SlotKind.CATEGORY,
            SlotKind.TOKENS,
            SlotKind.NUMBER,
            SlotKind.NUMBER,
            SlotKind.CONTEXT);
    assertThat(schema.slots().getFirst().rows().admission().threshold()).isGreaterThan(1);
  }

  /** Two files of 70,000 rows: the second is told of from one half of the whole on. */
  @Test
  void tellsHowFarReadingIs() throws IOException {
    List<String> rows = new ArrayList<>(List.of("session_id:token,item_id:token,timestamp:float"));
    IntStream.range(0, 70_000).forEach(i -> rows.add("a,u1," + (100_000 + i)));
    Path both = Files.createDirectory(folder.resolve("long"));
    String text = String.join("\n", rows).replace(',', '\t') + "\n";
    Files.writeString(both.resolve("x.train.inter"), text);
    Files.writeString(both.resolve("x.test.inter"), text);
    RecBoleDataset dataset = RecBoleDataset.find(both);
    List<Long> told = new ArrayList<>();
    List<Double> shares = new ArrayList<>();
    InteractionProfile.read(
        dataset,
        Long.MAX_VALUE,
        (n, share) -> {
          told.add(n);
          shares.add(share);
        });
    assertThat(told).containsExactly(65_536L, 131_072L);
    assertThat(shares.get(0)).isBetween(0.45, 0.5);
    assertThat(shares.get(1)).isBetween(0.92, 1.0);
    shares.clear();
    InteractionProfile.read(dataset, 65_536, (n, share) -> shares.add(share));
    assertThat(shares).containsExactly(1.0);
  }

  @Test
  void readsPartsInOrderAndEachInTimeOrder() throws IOException {
    RecBoleDataset dataset = RecBoleDataset.find(folder);
    InteractionProfile profile = profile(dataset);
    assertThat(profile.events()).isEqualTo(4);
    assertThat(profile.sessions()).isEqualTo(3);
    assertThat(profile.items()).containsExactly("1", "2", "9");
    assertThat(profile.timeScale()).isEqualTo(TimeScale.RUNNING_NUMBER);
    assertThat(profile.parts().getFirst().ordered()).isFalse();
    List<Double> times = new ArrayList<>();
    try (Interactions in = new Interactions(dataset, profile, profile.contexts())) {
      for (Interaction i = in.next(); i != null; i = in.next()) {
        times.add(i.time());
        assertThat(i.context()).hasSize(1);
      }
    }
    assertThat(times).containsExactly(10.0, 11.0, 12.0, 13.0);
  }

  @Test
  void limitsRowsOverAllParts() throws IOException {
    RecBoleDataset dataset = RecBoleDataset.find(folder);
    InteractionProfile profile = InteractionProfile.read(dataset, 2, (n, share) -> {});
    assertThat(profile.events()).isEqualTo(2);
    try (Interactions in = new Interactions(dataset, profile, List.of())) {
      assertThat(in.next()).isNotNull();
      assertThat(in.next()).isNotNull();
      assertThat(in.next()).isNull();
    }
  }

  @Test
  void turnsRowsIntoItems() throws IOException {
    RecBoleDataset dataset = RecBoleDataset.find(folder);
    Schema schema = SchemaInference.infer(dataset, profile(dataset));
    try (ItemReader in =
        ItemReader.open(
            folder.resolve("shop.item"),
            schema,
            ImportOptions.DEFAULT,
            Refusals.passing(ImportOptions.DEFAULT))) {
      Item first = Objects.requireNonNull(in.next());
      assertThat(first.getSlotsMap()).containsOnlyKeys("brand", "words", "created_at", "price");
      assertThat(first.getSlotsOrThrow("words").getTokens().getTokenList())
          .containsExactly("red", "big");
      assertThat(first.getSlotsOrThrow("price").getNumber()).isEqualTo(9.5);
      assertThat(in.ignored()).containsExactly("none");
    }
  }

  @Test
  void writesTheSchemaAsConfiguration() throws IOException {
    RecBoleDataset dataset = RecBoleDataset.find(folder);
    String yaml = SchemaYaml.write(SchemaInference.infer(dataset, profile(dataset)));
    assertThat(yaml).startsWith("schema:\n  slots:\n");
    assertThat(yaml).contains("- name: created_at\n      kind: number\n");
    assertThat(yaml).contains("knot_scale: quantiles\n      knots: 16\n");
  }

  @Test
  void refusesFoldersWithoutOneDataset() throws IOException {
    Files.writeString(folder.resolve("other.inter"), "x\n");
    assertThatThrownBy(() -> RecBoleDataset.find(folder)).hasMessageContaining("[other, shop]");
    assertThatThrownBy(() -> RecBoleDataset.find(folder.resolve("missing")))
        .hasMessageContaining("no such folder");
    Path empty = Files.createDirectory(folder.resolve("empty"));
    assertThatThrownBy(() -> RecBoleDataset.find(empty)).hasMessageContaining("no file *.inter");
  }

  private static InteractionReader open(Path file) throws IOException {
    RowRules rules = new RowRules(ImportOptions.DEFAULT, TimeScale.EPOCH_SECONDS, null);
    return InteractionReader.open(file, 0, null, rules, Refusals.passing(ImportOptions.DEFAULT));
  }

  @Test
  void refusesInteractionsWithoutTheirColumns() throws IOException {
    Path file = folder.resolve("bad.inter");
    Files.writeString(file, "session_id:token\titem_id:token\ttimestamp:token_seq\n");
    assertThatThrownBy(() -> open(file))
        .hasMessageContaining(
            "line 1, column 3 (timestamp): of type token_seq, expected timestamp:float");
    Files.writeString(file, "session_id:token\ttimestamp:float\n");
    assertThatThrownBy(() -> open(file)).hasMessageContaining("no column item_id");
  }

  /** The item that the README sends, to a schema made of files with the same fields. */
  @Test
  void whatAClientSaysOfAnItemFitsTheSchemaOfFiles() throws IOException {
    write(
        "shop.item",
        "item_id:token,brand:token,category:token_seq,title:token_seq,price:float",
        "kettle-1,Steamwell,home kitchen kettles,Gooseneck kettle,59",
        "kettle-2,Steamwell,home kitchen kettles,Whistling kettle,39");
    DatasetImport look =
        DatasetImport.look(
            RecBoleDataset.find(folder),
            ImportOptions.DEFAULT,
            null,
            Long.MAX_VALUE,
            (n, share) -> {});
    Item sent =
        Item.newBuilder()
            .setItemId("kettle-1")
            .putSlots(
                "category",
                SlotValue.newBuilder()
                    .setPath(
                        TokenList.newBuilder()
                            .addToken("home")
                            .addToken("kitchen")
                            .addToken("kettles"))
                    .build())
            .putSlots("brand", SlotValue.newBuilder().setToken("Steamwell").build())
            .putSlots("title", SlotValue.newBuilder().setToken("Gooseneck kettle").build())
            .putSlots("price", SlotValue.newBuilder().setNumber(59).build())
            .build();
    FeatureExtractor features = new FeatureExtractor(look.schema());
    try (DatasetItems items = look.items()) {
      assertThat(features.item(sent))
          .isEqualTo(features.item(Objects.requireNonNull(items.next())));
    }
  }

  @Test
  void pathsThatAreDeeperThanTheSchemaReadsAreNamed() throws IOException {
    write(
        "shop.item",
        "item_id:token,category:token_seq",
        "1,home kitchen kettles",
        "2,home kitchen");
    RowOptions rows = new RowOptions(8, 1, 0, 1_000, optimizer(), 0.05f);
    Schema schema =
        new Schema(
            List.of(
                new Slot("item_id", SlotKind.ID, false, 1, 1, KnotOptions.NONE, rows),
                new Slot("category", SlotKind.CATEGORY_PATH, false, 2, 1, KnotOptions.NONE, rows)));
    DatasetImport look =
        DatasetImport.look(
            RecBoleDataset.find(folder),
            ImportOptions.DEFAULT,
            schema,
            Long.MAX_VALUE,
            (n, share) -> {});
    assertThat(look.report().warnings())
        .contains(
            "slot category: 1 values have more than the 2 levels that the schema reads (levels);"
                + " the rest is not learned from");
  }

  private static SparseOptimizerOptions optimizer() {
    return new SparseOptimizerOptions(
        SparseOptimizerOptions.Kind.ROW_WISE_ADAGRAD, 0.1f, 0.1f, 0, 0);
  }
}
