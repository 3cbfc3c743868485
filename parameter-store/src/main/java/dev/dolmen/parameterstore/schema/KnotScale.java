package dev.dolmen.parameterstore.schema;

/** How the knots of a {@link SlotKind#NUMBER} slot are spaced. */
public enum KnotScale {
  /** Even on {@code sign(x) * log2(1 + |x|)}: prices, counts. */
  LOG,
  /** Even on the number itself: years, points in time. */
  LINEAR
}
