package dev.dolmen.parameterstore.feature;

import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.parameterstore.schema.Slot;
import dev.dolmen.parameterstore.schema.SlotKind;
import dev.dolmen.v1.Item;
import dev.dolmen.v1.NumberList;
import dev.dolmen.v1.SlotValue;
import java.util.Arrays;
import java.util.List;

/**
 * The slots of kind vector of a schema: their values as {@link Features} hold them, and items
 * without them. An item of the catalogue has its vectors once, in its features; as protobuf has
 * them they would take twice as much next to that. Immutable; any thread.
 */
final class VectorSlots {
  private static final short[] ABSENT = {};

  /** What stands in an item in the place of a vector that its features have. */
  private static final SlotValue ELSEWHERE =
      SlotValue.newBuilder().setVector(NumberList.getDefaultInstance()).build();

  private final List<Slot> slots;

  VectorSlots(Schema schema) {
    slots = schema.slots().stream().filter(slot -> slot.kind() == SlotKind.VECTOR).toList();
  }

  /**
   * The vectors of an item by slot of kind vector, without numbers where it has none; empty if it
   * has none at all.
   *
   * @throws InvalidFeatureException if one is of another length, not finite, or all 0
   */
  short[][] of(Item item) {
    short[][] vectors = Features.NO_VECTORS;
    for (int v = 0; v < slots.size(); v++) {
      SlotValue value = item.getSlotsMap().get(slots.get(v).name());
      if (value != null && value.getVector().getNumberCount() > 0) {
        vectors = vectors.length == 0 ? absent() : vectors;
        vectors[v] = UnitVector.pack(checked(slots.get(v), value.getVector()));
      }
    }
    return vectors;
  }

  private short[][] absent() {
    short[][] vectors = new short[slots.size()][];
    Arrays.fill(vectors, ABSENT);
    return vectors;
  }

  private static float[] checked(Slot slot, NumberList list) {
    String field = "slots[" + slot.name() + "].vector.number";
    int n = list.getNumberCount();
    if (n != slot.dimension()) {
      throw new InvalidFeatureException(
          field, n + " numbers", slot.dimension() + ", the slot's dimension");
    }
    float[] numbers = new float[n];
    boolean zero = true;
    for (int i = 0; i < n; i++) {
      numbers[i] = list.getNumber(i);
      if (!Float.isFinite(numbers[i])) {
        throw new InvalidFeatureException(
            field + "[" + i + "]", Float.toString(numbers[i]), "a finite number");
      }
      zero &= numbers[i] == 0;
    }
    if (zero) {
      throw new InvalidFeatureException(
          field, n + " times 0", "a vector with a direction: one number at least that is not 0");
    }
    return numbers;
  }

  /** The item without the numbers of its vectors. */
  Item without(Item item) {
    Item.Builder without = null;
    for (Slot slot : slots) {
      SlotValue value = item.getSlotsMap().get(slot.name());
      if (value != null && value.getVector().getNumberCount() > 0) {
        without = without == null ? item.toBuilder() : without;
        without.putSlots(slot.name(), ELSEWHERE);
      }
    }
    return without == null ? item : without.build();
  }

  /** The item with vectors again. */
  Item with(Item item, short[][] vectors) {
    if (vectors.length == 0) {
      return item;
    }
    Item.Builder with = item.toBuilder();
    for (int v = 0; v < vectors.length; v++) {
      if (vectors[v].length > 0) {
        NumberList.Builder numbers = NumberList.newBuilder();
        for (short half : vectors[v]) {
          numbers.addNumber(UnitVector.number(half));
        }
        with.putSlots(slots.get(v).name(), SlotValue.newBuilder().setVector(numbers).build());
      }
    }
    return with.build();
  }
}
