package dev.dolmen.parameterstore.schema;

/**
 * Where the knots of a {@link SlotKind#NUMBER} slot lie. A number is interpolated between the two
 * knots next to it, each of which has an embedding row (Gorishniy et al., "On Embeddings for
 * Numerical Features in Tabular Deep Learning", NeurIPS 2022, piecewise linear encoding).
 */
public sealed interface KnotOptions {
  /** Fewest and most knots at quantiles. */
  int MIN_QUANTILES = 2;

  int MAX_QUANTILES = 256;

  /** What a slot of another kind has. */
  KnotOptions NONE = new Quantiles(16);

  /**
   * At quantiles of the catalogue's numbers, learned as items come.
   *
   * @param knots how many, 2 to 256: the smallest and the largest number and between them as many
   *     numbers in equal shares of the catalogue
   */
  record Quantiles(int knots) implements KnotOptions {
    /**
     * @throws IllegalArgumentException naming field, value and expectation
     */
    public Quantiles {
      Checks.range(knots, MIN_QUANTILES, MAX_QUANTILES, "knots");
    }
  }

  /**
   * Evenly on a scale, without end.
   *
   * @param scale the scale
   * @param step distance between two knots on it, above 0
   */
  record Even(KnotScale scale, double step) implements KnotOptions {
    /**
     * @throws IllegalArgumentException naming field, value and expectation
     */
    public Even {
      Checks.check(Double.isFinite(step) && step > 0, "knotStep", step, "a finite number above 0");
    }
  }
}
