package dev.dolmen.parameterstore.feature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.dolmen.parameterstore.schema.KnotOptions;
import dev.dolmen.parameterstore.schema.KnotScale;
import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.parameterstore.schema.Schemas;
import dev.dolmen.parameterstore.schema.Slot;
import dev.dolmen.parameterstore.schema.SlotKind;
import dev.dolmen.v1.Item;
import dev.dolmen.v1.SlotValue;
import dev.dolmen.v1.TokenList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FeatureExtractorTest {
  private final FeatureExtractor extractor = new FeatureExtractor(Schemas.everyKind());

  @Test
  void columnsFollowTheSchema() {
    assertThat(extractor.itemColumns())
        .containsExactly(
            new ColumnSpec("brand", 0, 8, 0),
            new ColumnSpec("category/0", 2, 8, 0),
            new ColumnSpec("category/1", 2, 8, 0),
            new ColumnSpec("category/2", 2, 8, 0),
            new ColumnSpec("tags", 3, 8, 0),
            new ColumnSpec("title", 4, 16, 0),
            new ColumnSpec("price", 5, 4, 0),
            new ColumnSpec("item", 6, 16, 0));
    assertThat(extractor.contextColumns()).containsExactly(new ColumnSpec("device", 1, 4, 0));
  }

  @Test
  void integerIdsAreUsedAsTheyAreAndOnlyInTheirShortestForm() {
    assertThat(Fids.ofId("42")).isEqualTo(42);
    assertThat(Fids.ofId("-9223372036854775807")).isEqualTo(-Long.MAX_VALUE);
    assertThat(Fids.ofId("0")).isZero();
    for (String text : List.of("042", "+42", "-0", "9223372036854775808", "4 2", "", "x", "-")) {
      assertThat(Fids.ofId(text)).as(text).isEqualTo(Fids.ofToken(text));
    }
    assertThat(Fids.ofId("-9223372036854775808")).isNotEqualTo(Fids.OUT_OF_VOCABULARY);
  }

  /** The hash is part of every snapshot: it must never change. */
  @Test
  void hashIsXx64OfUtf8() {
    assertThat(Fids.ofToken("")).isEqualTo(0xEF46DB3751D8E999L);
    assertThat(Fids.ofToken("abc")).isEqualTo(0x44BC2CF5AD770999L);
  }

  @Test
  void pathLevelsAreWholePrefixes() {
    Features shoes = extractor.item(item(Map.of("category", path("shoes", "sale"))));
    Features books = extractor.item(item(Map.of("category", path("books", "sale", "new", "x"))));
    assertThat(column(shoes, 1)).hasSize(1).doesNotContainAnyElementsOf(column(books, 1));
    assertThat(column(shoes, 2)).hasSize(1).doesNotContainAnyElementsOf(column(books, 2));
    assertThat(column(shoes, 3)).isEmpty();
    assertThat(column(books, 3)).hasSize(1);
    Features joined = extractor.item(item(Map.of("category", path("ab", "c"))));
    Features split = extractor.item(item(Map.of("category", path("a", "bc"))));
    assertThat(column(joined, 2)).isNotEqualTo(column(split, 2));
  }

  @Test
  void twoValuesWithOneFidAreRefused() {
    List<String> pair = HashCollision.twoTokens(1);
    assertThat(pair.get(0)).isNotEqualTo(pair.get(1));
    assertThat(Fids.ofToken(pair.get(0))).isEqualTo(Fids.ofToken(pair.get(1)));
    assertThatThrownBy(
            () -> extractor.item(item(Map.of("tags", tokens("a", pair.get(0), pair.get(1))))))
        .isInstanceOf(InvalidFeatureException.class)
        .hasMessageContaining("slots[tags].tokens.token")
        .hasMessageContaining("64-bit hash of another");
    extractor.item(item(Map.of("tags", tokens("a", pair.get(0), pair.get(0)))));
  }

  @Test
  void equalTokenSetsGiveEqualFeatures() {
    Features one = extractor.item(item(Map.of("tags", tokens("a", "b", "c", "d", "e"))));
    Features other = extractor.item(item(Map.of("tags", tokens("e", "a", "d", "b", "a", "c"))));
    assertThat(one.fids()).isEqualTo(other.fids());
    assertThat(one.weights()).isEqualTo(other.weights());
    assertThat(column(one, 4)).hasSize(4);
    assertThat(weightOf(one, 4)).isEqualTo(1, within(1e-6));
  }

  @Test
  void textIsSplitIntoDistinctLowerCaseWords() {
    assertThat(Words.of("Crème-brûlée, 2 KETTLES & жар-птица  "))
        .containsExactly("crème", "brûlée", "2", "kettles", "жар", "птица");
    Features features =
        extractor.item(item(Map.of("title", token("The red, THE green. blue x y"))));
    Set<Long> expected = new HashSet<>();
    for (String word : List.of("the", "red", "green", "blue")) {
      expected.add(Fids.ofToken(word));
    }
    assertThat(new HashSet<>(column(features, 5))).isEqualTo(expected);
    assertThat(column(extractor.item(item(Map.of("title", token("...")))), 5)).isEmpty();
  }

  @Test
  void numbersLieBetweenTwoKnots() {
    // log2(1 + 7) = 3 = knot 6 of step 0.5, exactly.
    Features on = extractor.item(item(Map.of("price", number(7))));
    assertThat(column(on, 6)).contains(6L);
    assertThat(weightOf(on, 6)).isEqualTo(1, within(1e-6));
    Features between = extractor.item(item(Map.of("price", number(Math.pow(2, 3.125) - 1))));
    assertThat(column(between, 6)).containsExactly(6L, 7L);
    int start = between.columnStart()[6];
    assertThat(between.weights()[start]).isEqualTo(0.75f, within(1e-5f));
    Features negative = extractor.item(item(Map.of("price", number(1 - Math.pow(2, 3.125)))));
    assertThat(column(negative, 6)).containsExactly(-7L, -6L);
    assertThat(column(extractor.item(item(Map.of("price", number(0)))), 6)).containsExactly(0L);
  }

  @Test
  void numbersBeyondTheKnotsAreRefused() {
    FeatureExtractor linear =
        new FeatureExtractor(
            new Schema(
                List.of(
                    new Slot(
                        "year",
                        SlotKind.NUMBER,
                        true,
                        1,
                        1,
                        new KnotOptions.Even(KnotScale.LINEAR, 0.25),
                        Schemas.rows(4, 1, 0, 10)),
                    Schemas.slot("item", SlotKind.ID, Schemas.rows(4, 1, 0, 10)))));
    assertThat(linear.item(item(Map.of("year", number(1999.5)))).fids()[0]).isEqualTo(7998);
    for (double bad : new double[] {Double.NaN, Double.NEGATIVE_INFINITY, 1e300}) {
      assertThatThrownBy(() -> linear.item(item(Map.of("year", number(bad)))))
          .isInstanceOf(InvalidFeatureException.class)
          .hasMessageContaining("slots[year].number")
          .hasMessageContaining(Double.toString(bad));
    }
    assertThatThrownBy(() -> linear.item(item(Map.of())))
        .hasMessage("slots[year]: \"\", expected a value: required");
  }

  @Test
  void anEmptyValueIsAnAbsentOne() {
    Map<String, SlotValue> empty =
        Map.of("brand", token(""), "tags", tokens(), "category", path(), "title", token(""));
    assertThat(extractor.item(item(empty))).isEqualTo(extractor.item(item(Map.of())));
  }

  @Test
  void textMeansTheSameInEachOfItsForms() {
    assertThat(extractor.item(item(Map.of("tags", token(" red  big"), "title", tokens("a", "b")))))
        .isEqualTo(
            extractor.item(item(Map.of("tags", tokens("red", "big"), "title", token("a b")))));
    assertThat(
            extractor.item(item(Map.of("tags", path("red", "big"), "category", tokens("a", "b")))))
        .isEqualTo(
            extractor.item(item(Map.of("tags", tokens("big", "red"), "category", path("a", "b")))));
    assertThat(extractor.item(item(Map.of("category", token("a b"), "brand", tokens("x")))))
        .isEqualTo(extractor.item(item(Map.of("category", path("a b"), "brand", token("x")))));
    refused(Map.of("brand", tokens("x", "y")), "slots[brand]");
    refused(Map.of("price", token("9")), "slots[price]");
  }

  @Test
  void refusalsNameTheField() {
    refused(Map.of("colour", token("red")), "slots[colour]");
    refused(Map.of("device", token("phone")), "slots[device]");
    refused(Map.of("item", token("7")), "slots[item]");
    refused(Map.of("brand", number(1)), "slots[brand]");
    refused(Map.of("brand", token("ü".repeat(300))), "slots[brand].token");
    refused(Map.of("tags", tokens("a", "")), "slots[tags].tokens.token[1]");
    refused(Map.of("category", path("a", "b", "c", "")), "slots[category].path.token[3]");
    assertThatThrownBy(() -> extractor.item(Item.getDefaultInstance()))
        .hasMessageContaining("item_id");
  }

  @Test
  void contextTakesContextSlotsOnly() {
    Features features = extractor.context(Map.of("device", "phone"));
    assertThat(features.fids()).containsExactly(Fids.ofToken("phone"));
    assertThat(extractor.context(Map.of()).columnStart()).containsExactly(0, 0);
    assertThatThrownBy(() -> extractor.context(Map.of("brand", "acme")))
        .isInstanceOfSatisfying(
            InvalidFeatureException.class,
            e -> {
              assertThat(e.field()).isEqualTo("context[brand]");
              assertThat(e.value()).isEqualTo("acme");
              assertThat(e.expected()).contains("device");
            });
    assertThat(extractor.context(Map.of("device", ""))).isEqualTo(extractor.context(Map.of()));
    assertThatThrownBy(() -> extractor.context(Map.of("device", "x".repeat(513))))
        .hasMessageContaining("context[device]");
  }

  private void refused(Map<String, SlotValue> slots, String field) {
    assertThatThrownBy(() -> extractor.item(item(slots)))
        .isInstanceOfSatisfying(
            InvalidFeatureException.class, e -> assertThat(e.field()).isEqualTo(field));
  }

  private static List<Long> column(Features features, int column) {
    return Arrays.stream(
            features.fids(), features.columnStart()[column], features.columnStart()[column + 1])
        .boxed()
        .toList();
  }

  private static double weightOf(Features features, int column) {
    double sum = 0;
    for (int i = features.columnStart()[column]; i < features.columnStart()[column + 1]; i++) {
      sum += features.weights()[i];
    }
    return sum;
  }

  private static Item item(Map<String, SlotValue> slots) {
    return Item.newBuilder().setItemId("7").putAllSlots(slots).build();
  }

  private static SlotValue token(String token) {
    return SlotValue.newBuilder().setToken(token).build();
  }

  private static SlotValue number(double number) {
    return SlotValue.newBuilder().setNumber(number).build();
  }

  private static SlotValue tokens(String... tokens) {
    return SlotValue.newBuilder().setTokens(list(tokens)).build();
  }

  private static SlotValue path(String... tokens) {
    return SlotValue.newBuilder().setPath(list(tokens)).build();
  }

  private static TokenList list(String... tokens) {
    return TokenList.newBuilder().addAllToken(Arrays.asList(tokens)).build();
  }
}
