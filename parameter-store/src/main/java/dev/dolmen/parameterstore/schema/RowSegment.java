package dev.dolmen.parameterstore.schema;

import dev.dolmen.parameterstore.range.NumberRange;

/**
 * A part of a row's weights that is learned in its own way, say a bias beside a vector.
 *
 * @param name 1 to 64 letters, digits, '_' and '-'
 * @param dim floats of weight, in {@link RowOptions#DIM}
 * @param optimizer the sparse optimiser of these weights
 * @param initialStdDev standard deviation of their first values, in {@link #INITIAL_STD_DEV}
 */
public record RowSegment(
    String name, int dim, SparseOptimizerOptions optimizer, float initialStdDev) {
  /** How widely first values can be spread. */
  public static final NumberRange INITIAL_STD_DEV = NumberRange.of(0, 10);

  /**
   * @throws IllegalArgumentException naming field, value and expectation
   */
  public RowSegment {
    Checks.check(
        name.matches("[A-Za-z0-9_-]{1,64}"),
        "segment name",
        '"' + name + '"',
        "1 to 64 letters, digits, '_' or '-'");
    RowOptions.DIM.check("dim", dim);
    INITIAL_STD_DEV.check("initialStdDev", initialStdDev);
  }
}
