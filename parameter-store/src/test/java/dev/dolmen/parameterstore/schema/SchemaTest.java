package dev.dolmen.parameterstore.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class SchemaTest {
  private static final RowOptions ROWS = Schemas.rows(8, 1, 0, 10);

  @Test
  void refusalsNameFieldValueAndExpectation() {
    refused(() -> Schemas.rows(0, 1, 0, 10), "dim: 0, expected 1 to 1024");
    refused(() -> Schemas.rows(8, 0, 0, 10), "occurrenceThreshold: 0, expected 1 to 1000000");
    refused(() -> Schemas.rows(8, 1, -1, 10), "ttlSec: -1, expected 0 to 3153600000");
    refused(() -> Schemas.rows(8, 1, 0, 0), "maxRows: 0, expected 1 to 1073741824");
    refused(() -> Schemas.adagrad(Float.NaN), "clipNorm: NaN, expected 0 to 1000000");
    refused(() -> slot("a b", SlotKind.CATEGORY, false, 1, 1, 16), "name: \"a b\" is not 1 to 128");
    refused(() -> slot("a", SlotKind.CATEGORY, false, 2, 1, 16), "a.levels: 2 is not 1");
    refused(
        () -> slot("a", SlotKind.CATEGORY_PATH, false, 9, 1, 16), "a.levels: 9, expected 1 to 8");
    refused(() -> slot("a", SlotKind.TEXT, false, 1, 0, 16), "a.maxTokens: 0, expected 1 to 256");
    refused(() -> new KnotOptions.Even(KnotScale.LOG, 0), "knotStep: 0.0, expected above 0");
    refused(() -> new KnotOptions.Quantiles(1), "knots: 1, expected 2 to 256");
    refused(() -> slot("a", SlotKind.AGE, false, 1, 1, 9), "a.knots: Quantiles[knots=9] is not");
    refused(() -> Slot.vector("a", false, 1, 8), "a.dimension: 1, expected 2 to 4096");
    refused(() -> Slot.vector("a", false, 4_097, 8), "a.dimension: 4097, expected 2 to 4096");
    refused(() -> Slot.vector("a", false, 9, 0), "dim: 0, expected 1 to 1024");
    refused(
        () -> new Slot("a", SlotKind.TEXT, false, 1, 1, KnotOptions.NONE, 9, ROWS),
        "a.dimension: 9 is not 0 for kind TEXT");
    refused(() -> slot("a", SlotKind.CONTEXT, true, 1, 1, 16), "a.required: true is not possible");
  }

  @Test
  void schemaHasExactlyOneIdAndDistinctNames() {
    Slot id = Schemas.slot("item", SlotKind.ID, ROWS);
    Slot brand = Schemas.slot("brand", SlotKind.CATEGORY, ROWS);
    refused(() -> new Schema(List.of()), "slots: 0, expected 1 to 256");
    refused(() -> new Schema(List.of(brand)), "slots: 0 of kind ID is not exactly one");
    refused(() -> new Schema(List.of(id, brand, brand)), "slots: brand is not a name used once");
    Schema schema = new Schema(List.of(brand, id));
    assertThat(schema.idSlot()).isEqualTo(1);
    assertThat(schema.slotOf("brand")).isZero();
    assertThat(schema.slotOf("colour")).isEqualTo(-1);
  }

  /** Snapshots keep it: what was written before there were vectors must read the same. */
  @Test
  void aSlotSaysOfADimensionOnlyWhereItHasOne() {
    assertThat(Schemas.slot("brand", SlotKind.CATEGORY, ROWS).toString())
        .isEqualTo(
            "Slot[name=brand, kind=CATEGORY, required=false, levels=1, maxTokens=1, knots="
                + KnotOptions.NONE
                + ", rows="
                + ROWS
                + "]");
    assertThat(Slot.vector("picture", true, 512, 32).toString())
        .contains("Slot[name=picture, kind=VECTOR, required=true", ", dimension=512, rows=");
  }

  private static Slot slot(
      String name, SlotKind kind, boolean required, int levels, int maxTokens, int knots) {
    return new Slot(
        name, kind, required, levels, maxTokens, new KnotOptions.Quantiles(knots), ROWS);
  }

  private static void refused(Runnable making, String message) {
    assertThatThrownBy(making::run)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }
}
