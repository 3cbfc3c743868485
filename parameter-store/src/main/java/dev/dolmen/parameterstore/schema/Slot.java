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
 * @param rows how its embedding rows are kept
 */
public record Slot(
    String name,
    SlotKind kind,
    boolean required,
    int levels,
    int maxTokens,
    KnotOptions knots,
    RowOptions rows) {
  /** How many levels of a path can be read. */
  public static final WholeRange LEVELS = WholeRange.of(1, 8);

  /** How many tokens can be read. */
  public static final WholeRange MAX_TOKENS = WholeRange.of(1, 256);

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

  /** Feature columns this slot fills in an item's encoding: one, or one a level. */
  public int columns() {
    return kind == SlotKind.CATEGORY_PATH ? levels : 1;
  }
}
