package dev.dolmen.trainer.migration;

import dev.dolmen.parameterstore.schema.Slot;

/**
 * What a snapshot tells of one of its slots.
 *
 * @param name of the slot
 * @param kind name of its kind, which may be one that this program does not know
 * @param knots where those of its numbers lie, as written
 * @param dimension numbers of its vectors; 0 for other kinds
 * @param levels levels of a path that are read; 1 for other kinds
 */
record StoredSlot(String name, String kind, String knots, int dimension, int levels) {
  static StoredSlot of(RecordText slot) {
    return new StoredSlot(
        slot.text("name", ""),
        slot.text("kind", ""),
        slot.field("knots").toString(),
        slot.number("dimension", 0),
        slot.number("levels", 1));
  }

  static StoredSlot of(Slot slot) {
    return new StoredSlot(
        slot.name(), slot.kind().name(), slot.knots().toString(), slot.dimension(), slot.levels());
  }

  /** Whether values of this slot mean the same in the other one, which has its name. */
  boolean meansSame(StoredSlot other) {
    return kind.equals(other.kind) && knots.equals(other.knots) && dimension == other.dimension;
  }

  /** What the other one has else, for people. */
  String changeTo(StoredSlot other) {
    if (!kind.equals(other.kind)) {
      return "kind " + other.kind + ", it was " + kind;
    }
    return dimension == other.dimension
        ? "knots at " + other.knots + ", they were at " + knots
        : "vectors of " + other.dimension + " numbers, they had " + dimension;
  }
}
