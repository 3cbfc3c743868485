package dev.dolmen.parameterstore.schema;

/**
 * A part of a row's weights that is learned in its own way, say a bias beside a vector.
 *
 * @param name 1 to 64 letters, digits, '_' and '-'
 * @param dim floats of weight, 1 to 1,024
 * @param optimizer the sparse optimiser of these weights
 * @param initialStdDev standard deviation of their first values
 */
public record RowSegment(
    String name, int dim, SparseOptimizerOptions optimizer, float initialStdDev) {
  /**
   * @throws IllegalArgumentException naming field, value and expectation
   */
  public RowSegment {
    Checks.check(
        name.matches("[A-Za-z0-9_-]{1,64}"),
        "segment name",
        '"' + name + '"',
        "1 to 64 letters, digits, '_' or '-'");
    Checks.range(dim, 1, RowOptions.MAX_DIM, "dim");
    Checks.finiteFrom(initialStdDev, 0, "initialStdDev");
  }
}
