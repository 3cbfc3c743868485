package dev.dolmen.parameterstore.feature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.parameterstore.schema.Schemas;
import dev.dolmen.parameterstore.schema.Slot;
import dev.dolmen.v1.Item;
import dev.dolmen.v1.NumberList;
import dev.dolmen.v1.SlotValue;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VectorSlotsTest {
  private static final int DIMENSION = 4;

  private final FeatureExtractor extractor =
      new FeatureExtractor(Schemas.withVectors(Schemas.everyKind(), DIMENSION));

  private static SlotValue vector(float... numbers) {
    NumberList.Builder list = NumberList.newBuilder();
    for (float number : numbers) {
      list.addNumber(number);
    }
    return SlotValue.newBuilder().setVector(list).build();
  }

  private static Item item(SlotValue value) {
    return Item.newBuilder().setItemId("a").putSlots("embedding", value).build();
  }

  private static float[] unpacked(short[] halves) {
    float[] numbers = new float[halves.length];
    UnitVector.unpack(halves, numbers, 0);
    return numbers;
  }

  @Test
  void aVectorIsAColumnOfItsOwnWithoutFids() {
    assertThat(extractor.itemColumns().getLast())
        .isEqualTo(new ColumnSpec("embedding", 7, 8, DIMENSION));
    Features features = extractor.item(item(vector(3, 0, 4, 0)));
    assertThat(features.fids()).containsExactly(Fids.ofId("a"));
    assertThat(features.columnStart()).hasSize(extractor.itemColumns().size() + 1);
    assertThat(features.vectors()).hasDimensions(1, DIMENSION);
    assertThat(unpacked(features.vectors()[0]))
        .containsExactly(new float[] {0.6f, 0, 0.8f, 0}, within(1f / 256));
    assertThat(features.vectorBytes()).isEqualTo(2 * DIMENSION);
    assertThat(features).isNotEqualTo(extractor.item(item(vector(4, 0, 3, 0))));
    assertThat(features).isEqualTo(extractor.item(item(vector(30, 0, 40, 0))));
  }

  @Test
  void withoutAVectorThereAreNone() {
    Item bare = Item.newBuilder().setItemId("a").build();
    assertThat(extractor.item(bare).vectors()).isEmpty();
    assertThat(extractor.item(item(vector()))).isEqualTo(extractor.item(bare));
    assertThat(extractor.withoutVectors(bare)).isSameAs(bare);
    List<Slot> slots = new ArrayList<>(Schemas.withVectors(Schemas.everyKind(), DIMENSION).slots());
    slots.add(Slot.vector("picture", true, 2, 4));
    FeatureExtractor two = new FeatureExtractor(new Schema(slots));
    Item one = bare.toBuilder().putSlots("picture", vector(0, -2)).build();
    assertThat(two.item(one).vectors()[0]).isEmpty();
    assertThat(unpacked(two.item(one).vectors()[1])).containsExactly(0, -1);
    assertThatThrownBy(() -> two.item(item(vector(1, 2, 3, 4))))
        .hasMessageContaining("slots[picture]: \"\", expected a value: required");
  }

  @Test
  void refusalsNameFieldValueAndExpectation() {
    refused(
        vector(1, 2, 3),
        "slots[embedding].vector.number: \"3 numbers\", expected 4, the slot's dimension");
    refused(vector(1, 2, 3, 4, 5), "\"5 numbers\", expected 4");
    refused(
        vector(1, 2, Float.NaN, 4),
        "slots[embedding].vector.number[2]: \"NaN\", expected a finite number");
    refused(vector(Float.NEGATIVE_INFINITY, 2, 3, 4), "number[0]: \"-Infinity\"");
    refused(
        vector(0, -0f, 0, 0),
        "slots[embedding].vector.number: \"4 times 0\", expected a vector with a direction");
    refused(
        SlotValue.newBuilder().setToken("0.1 0.2 0.3 0.4").build(),
        "slots[embedding]: \"token\", expected vector, as the slot is of kind VECTOR");
    refused(SlotValue.newBuilder().setNumber(1).build(), "\"number\", expected vector");
    assertThatThrownBy(() ->
            extractor.item(Item.newBuilder().setItemId("a").putSlots("brand", vector(1)).build()))
        .hasMessageContaining("slots[brand]: \"vector\", expected token");
    assertThatThrownBy(() ->
            extractor.item(Item.newBuilder().setItemId("a").putSlots("price", vector(1)).build()))
        .hasMessageContaining("slots[price]: \"vector\", expected number");
  }

  private void refused(SlotValue value, String message) {
    assertThatThrownBy(() -> extractor.item(item(value)))
        .isInstanceOf(InvalidFeatureException.class)
        .hasMessageContaining(message);
  }

  /** Whatever it is scaled by, and however often it is packed, sent and packed again. */
  @ParameterizedTest
  @ValueSource(floats = {1, 1e-38f, 9.8e-45f, 3e37f, 0.999f})
  void packingIsOfLengthOneAndDoneOnce(float scale) {
    SplittableRandom random = new SplittableRandom(3);
    for (int n = 0; n < 2_000; n++) {
      float[] numbers = new float[2 + n % 70];
      for (int i = 0; i < numbers.length; i++) {
        numbers[i] = (float) random.nextGaussian() * scale;
      }
      numbers[n % 2] += 2 * scale;
      short[] packed = UnitVector.pack(numbers);
      float[] unit = unpacked(packed);
      double squares = 0;
      for (float number : unit) {
        squares += number * number;
      }
      assertThat(squares).isCloseTo(1, within(1.0 / 64));
      assertThat(UnitVector.pack(unit)).isEqualTo(packed);
    }
  }

  @Test
  void anItemGetsBackWhatWasTakenOutInTheSamePlace() {
    Item sent =
        Item.newBuilder()
            .setItemId("a")
            .putSlots("title", SlotValue.newBuilder().setToken("x").build())
            .putSlots("embedding", vector(1, 1, 1, 1))
            .putSlots("brand", SlotValue.newBuilder().setToken("y").build())
            .build();
    Features features = extractor.item(sent);
    Item without = extractor.withoutVectors(sent);
    assertThat(without.getSlotsOrThrow("embedding").getVector().getNumberCount()).isZero();
    Item whole = extractor.withVectors(without, features);
    Item kept = sent.toBuilder().putSlots("embedding", vector(0.5f, 0.5f, 0.5f, 0.5f)).build();
    assertThat(whole.toByteArray()).isEqualTo(kept.toByteArray());
    assertThat(extractor.item(whole)).isEqualTo(features);
  }
}
