package dev.dolmen.parameterstore.schema;

/** What the values of a slot are, and so how they become fids. */
public enum SlotKind {
  /** One token of an item's metadata, such as its brand. */
  CATEGORY,
  /** Tokens from the root of a tree down; every level is a feature column of its own. */
  CATEGORY_PATH,
  /** Several tokens in no order, pooled by their mean. */
  TOKENS,
  /** Text that is split into lower-case words, pooled by their mean. */
  TEXT,
  /** A finite number, interpolated between the two knots next to it. */
  NUMBER,
  /** The moment at which an item came into being; what is learned from is its age. */
  AGE,
  /** A vector that somebody else made of the item, such as an embedding of its text or picture. */
  VECTOR,
  /** The item's own id. */
  ID,
  /** A property of the visit, not of the item: device, country. */
  CONTEXT;

  /** Whether an item's value is a number. */
  public boolean isNumber() {
    return this == NUMBER || this == AGE;
  }
}
