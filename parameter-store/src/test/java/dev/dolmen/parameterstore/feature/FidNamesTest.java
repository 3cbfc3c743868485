package dev.dolmen.parameterstore.feature;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolmen.parameterstore.schema.KnotOptions;
import dev.dolmen.parameterstore.schema.KnotScale;
import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.parameterstore.schema.Schemas;
import dev.dolmen.parameterstore.schema.Slot;
import dev.dolmen.parameterstore.schema.SlotKind;
import dev.dolmen.v1.Item;
import dev.dolmen.v1.SlotValue;
import dev.dolmen.v1.TokenList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the fids of an item are called. */
class FidNamesTest {
  private static SlotValue token(String token) {
    return SlotValue.newBuilder().setToken(token).build();
  }

  private static SlotValue number(double number) {
    return SlotValue.newBuilder().setNumber(number).build();
  }

  private static TokenList list(String... tokens) {
    return TokenList.newBuilder().addAllToken(List.of(tokens)).build();
  }

  private static List<FidNames.Named> named(FeatureExtractor extractor, Item item, long nowSec) {
    return new FidNames(extractor).of(item, extractor.item(item), nowSec);
  }

  private static FeatureExtractor of(SlotKind kind, KnotOptions knots) {
    var rows = Schemas.rows(4, 1, 0, 10);
    return new FeatureExtractor(
        new Schema(
            List.of(
                new Slot("number", kind, false, 1, 1, knots, rows),
                Schemas.slot("item", SlotKind.ID, rows))));
  }

  private static List<String> names(FeatureExtractor extractor, double number, long nowSec) {
    Item item = Item.newBuilder().setItemId("7").putSlots("number", number(number)).build();
    return named(extractor, item, nowSec).stream().map(FidNames.Named::name).toList();
  }

  @Test
  void eachFidIsCalledByWhatItIsMadeOf() {
    FeatureExtractor extractor = new FeatureExtractor(Schemas.everyKind());
    Item item =
        Item.newBuilder()
            .setItemId("a-7")
            .putSlots("brand", token("Acme"))
            .putSlots(
                "category",
                SlotValue.newBuilder().setPath(list("shoes", "sale", "red", "too deep")).build())
            .putSlots("tags", SlotValue.newBuilder().setTokens(list("new", "old", "new")).build())
            .putSlots("title", token("A Red shoe, a red BOOT"))
            .putSlots("price", number(3))
            .build();
    assertThat(named(extractor, item, 0))
        .containsExactlyInAnyOrder(
            new FidNames.Named(0, "Acme", Fids.ofToken("Acme")),
            new FidNames.Named(2, "shoes", Fids.ofPath(List.of("shoes"))),
            new FidNames.Named(2, "shoes / sale", Fids.ofPath(List.of("shoes", "sale"))),
            new FidNames.Named(
                2, "shoes / sale / red", Fids.ofPath(List.of("shoes", "sale", "red"))),
            new FidNames.Named(3, "new", Fids.ofToken("new")),
            new FidNames.Named(3, "old", Fids.ofToken("old")),
            new FidNames.Named(4, "a", Fids.ofToken("a")),
            new FidNames.Named(4, "red", Fids.ofToken("red")),
            new FidNames.Named(4, "shoe", Fids.ofToken("shoe")),
            new FidNames.Named(4, "boot", Fids.ofToken("boot")),
            new FidNames.Named(5, "3", 4), // log2(1 + 3) is knot 4 of those half an octave apart.
            new FidNames.Named(6, "a-7", Fids.ofToken("a-7")))
        .isSortedAccordingTo((a, b) -> Integer.compare(a.slot(), b.slot()));
    assertThat(named(extractor, Item.newBuilder().setItemId("12").build(), 0))
        .as("what an item lacks has no fid")
        .containsExactly(new FidNames.Named(6, "12", 12));
  }

  @Test
  void knotsAreCalledByWhereTheyLie() {
    FeatureExtractor log = of(SlotKind.NUMBER, new KnotOptions.Even(KnotScale.LOG, 1));
    assertThat(names(log, 20, 0)).containsExactly("15", "31", "7");
    assertThat(names(log, -20, 0)).containsExactly("-31", "-15", "7");
    FeatureExtractor linear = of(SlotKind.NUMBER, new KnotOptions.Even(KnotScale.LINEAR, 0.25));
    assertThat(names(linear, 20.3, 0)).containsExactly("20.25", "20.5", "7");
    assertThat(names(linear, 20.25, 0)).containsExactly("20.25", "7");
    FeatureExtractor ages = of(SlotKind.AGE, KnotOptions.NONE);
    assertThat(names(ages, 1_000, 1_000 + 64)).as("an age of 64 s").contains("64");
    assertThat(names(ages, 1_000, 1_000 + 100)).containsExactly("64", "192", "7");
    assertThat(names(ages, 1_000, 500)).as("of the future").contains("0");
  }

  @Test
  void learnedKnotsAreCalledByTheirNumberOfNow() {
    FeatureExtractor extractor = of(SlotKind.NUMBER, new KnotOptions.Quantiles(3));
    assertThat(names(extractor, 20, 0)).as("none is learned yet").containsExactly("7");
    for (int i = 0; i <= 1_000; i++) {
      Item item = Item.newBuilder().setItemId("i").putSlots("number", number(i)).build();
      var _ = extractor.learnedKnots().observe(item);
    }
    List<String> names = names(extractor, 333.25, 0);
    assertThat(names).hasSize(3);
    assertThat(Double.parseDouble(names.get(0))).isLessThanOrEqualTo(333.25);
    assertThat(Double.parseDouble(names.get(1))).isGreaterThan(333.25).isLessThan(1_001);
  }
}
