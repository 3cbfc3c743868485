package dev.dolmen.trainer.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Two dumps become the lines that an operator can act on. */
class ShapeDifferenceTest {
  private static final String BRAND =
      "Slot[name=brand, kind=CATEGORY, rows=RowOptions[ttlSec=0, maxRows=100]]";
  private static final String PRICE = "Slot[name=price, kind=NUMBER, knots=Quantiles[knots=16]]";

  private static String schema(String... slots) {
    return "Schema[slots=[" + String.join(", ", slots) + "]]";
  }

  @Test
  void namesTheFieldAndBothValues() {
    assertThat(
            ShapeDifference.between(
                schema(BRAND, PRICE),
                schema(BRAND.replace("ttlSec=0", "ttlSec=60"), PRICE.replace("16", "32"))))
        .containsExactly(
            "slots[brand].rows.ttl_sec: 0 in the directory, 60 in the configuration",
            "slots[price].knots.knots: 16 in the directory, 32 in the configuration");
  }

  @Test
  void namesASlotThatOneSideLacksOnce() {
    assertThat(ShapeDifference.between(schema(BRAND), schema(BRAND, PRICE)))
        .containsExactly("slots[price]: in the configuration alone");
    assertThat(ShapeDifference.between(schema(BRAND, PRICE), schema(PRICE)))
        .containsExactly("slots[brand]: in the directory alone");
  }

  @Test
  void saysThatOnlyTheOrderDiffers() {
    assertThat(ShapeDifference.between(schema(BRAND, PRICE), schema(PRICE, BRAND)))
        .containsExactly("the order of slots is another one");
    assertThat(ShapeDifference.between(schema(BRAND), schema(BRAND))).isEmpty();
  }

  @Test
  void readsKindsOfOptionsAndWhatIsMissing() {
    assertThat(
            ShapeDifference.between(
                "ModelOptions[width=64, knots=Quantiles[knots=16]], without signals",
                "ModelOptions[width=32, knots=Even[step=1.0]]"))
        .containsExactlyInAnyOrder(
            "width: 64 in the directory, 32 in the configuration",
            "knots: quantiles in the directory, even in the configuration",
            "knots.knots: 16 in the directory alone",
            "knots.step: 1.0 in the configuration alone",
            "terms: without signals in the directory alone");
  }
}
