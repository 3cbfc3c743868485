package dev.dolmen.parameterstore.schema;

import dev.dolmen.parameterstore.range.WholeRange;

/**
 * One slot of the schema: a feature of items or of visits.
 *
 * @param name name as it appears in {@code Item.slots} or in a context map, 1 to 128 letters,
 *     digits, '_', '-' and '.'; for {@link SlotKind#ID} any name that no metadata uses
 * @param kind what its values are
 * @param required whether an item without it is refused; false for {@link SlotKind#CONTEXT}
 * @param levels for {@link SlotKind#CATEGORY_PATH}: levels read from the root, in {@link #LEVELS};
 *     else 1
 * @param maxTokens for {@link SlotKind#TOKENS} and {@link SlotKind#TEXT}: tokens read, in {@link
 *     #MAX_TOKENS}; else 1
 * @param knots for {@link SlotKind#NUMBER}: where its knots lie; else {@link KnotOptions#NONE}
 * @param dimension for {@link SlotKind#VECTOR}: numbers of its vectors, in {@link #DIMENSION}; else
 *     0
 * @param rows how its embedding rows are kept; of kind {@link SlotKind#VECTOR}, which has none, no
 *     more than the floats that its vectors become
 */
public record Slot(
    String name,
    SlotKind kind,
    boolean required,
    int levels,
    int maxTokens,
    KnotOptions knots,
    int dimension,
    RowOptions rows) {
  /** How many levels of a path can be read. */
  public static final WholeRange LEVELS = WholeRange.of(1, 8);

  /** How many tokens can be read. */
  public static final WholeRange MAX_TOKENS = WholeRange.of(1, 256);

  /** How many numbers a vector can have. */
  public static final WholeRange DIMENSION = WholeRange.of(2, 4_096);

  /**
   * A slot of any kind but {@link SlotKind#VECTOR}.
   *
   * @throws IllegalArgumentException naming field, value and expectation
   */
  public Slot(
      String name,
      SlotKind kind,
      boolean required,
      int levels,
      int maxTokens,
      KnotOptions knots,
      RowOptions rows) {
    this(name, kind, required, levels, maxTokens, knots, 0, rows);
  }

  /**
   * A slot of kind {@link SlotKind#VECTOR}.
   *
   * @param dimension numbers of its vectors, in {@link #DIMENSION}
   * @param width floats that they become in an item's encoding, in {@link RowOptions#DIM}
   * @throws IllegalArgumentException naming field, value and expectation
   */
  public static Slot vector(String name, boolean required, int dimension, int width) {
    SparseOptimizerOptions none =
        new SparseOptimizerOptions(SparseOptimizerOptions.Kind.ROW_WISE_ADAGRAD, 0.1f, 0.1f, 0, 0);
    RowOptions rows = new RowOptions(width, 1, 0, 1, none, 0);
    return new Slot(name, SlotKind.VECTOR, required, 1, 1, KnotOptions.NONE, dimension, rows);
  }

  /**
   * @throws IllegalArgumentException naming field, value and expectation
   */
  public Slot {
    Checks.check(
        name.matches("[A-Za-z0-9_.-]{1,128}"),
        "name",
        '"' + name + '"',
        "1 to 128 letters, digits, '_', '-' or '.'");
    if (kind == SlotKind.CATEGORY_PATH) {
      LEVELS.check(name + ".levels", levels);
    } else {
      Checks.check(levels == 1, name + ".levels", levels, "1, as only category paths have levels");
    }
    if (kind == SlotKind.TOKENS || kind == SlotKind.TEXT) {
      MAX_TOKENS.check(name + ".maxTokens", maxTokens);
    } else {
      Checks.check(maxTokens == 1, name + ".maxTokens", maxTokens, "1 for kind " + kind);
    }
    if (kind == SlotKind.VECTOR) {
      DIMENSION.check(name + ".dimension", dimension);
    } else {
      Checks.check(dimension == 0, name + ".dimension", dimension, "0 for kind " + kind);
    }
    if (kind != SlotKind.NUMBER) {
      Checks.check(
          knots.equals(KnotOptions.NONE), name + ".knots", knots, "the default for kind " + kind);
    }
    Checks.check(
        !(required && kind == SlotKind.CONTEXT),
        name + ".required",
        true,
        "possible for a context slot: visits may lack any of them");
  }

  /**
   * As snapshots keep it, for a start to compare: those made before there were vectors say nothing
   * of a dimension, so neither does a slot that has none.
   */
  @Override
  public String toString() {
    return "Slot[name="
        + name
        + ", kind="
        + kind
        + ", required="
        + required
        + ", levels="
        + levels
        + ", maxTokens="
        + maxTokens
        + ", knots="
        + knots
        + (dimension == 0 ? "" : ", dimension=" + dimension)
        + ", rows="
        + rows
        + "]";
  }

  /** Feature columns this slot fills in an item's encoding: one, or one a level. */
  public int columns() {
    return kind == SlotKind.CATEGORY_PATH ? levels : 1;
  }
}
