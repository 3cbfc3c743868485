package dev.dolmen.parameterstore.schema;

/** The scale on which knots are even, see {@link KnotOptions.Even}. */
public enum KnotScale {
  /** Even on {@code sign(x) * log2(1 + |x|)}: prices, counts. */
  LOG,
  /** Even on the number itself: years, points in time. */
  LINEAR
}
