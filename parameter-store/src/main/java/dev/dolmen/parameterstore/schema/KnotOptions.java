package dev.dolmen.parameterstore.schema;

import dev.dolmen.parameterstore.range.NumberRange;
import dev.dolmen.parameterstore.range.WholeRange;

/**
 * Where the knots of a {@link SlotKind#NUMBER} slot lie. A number is interpolated between the two
 * knots next to it, each of which has an embedding row (Gorishniy et al., "On Embeddings for
 * Numerical Features in Tabular Deep Learning", NeurIPS 2022, piecewise linear encoding).
 */
public sealed interface KnotOptions {
  /** How many knots at quantiles there can be. */
  WholeRange QUANTILES = WholeRange.of(2, 256);

  /** Distances that knots can have on a scale. */
  NumberRange STEP = NumberRange.positive(1e15);

  /** What a slot of another kind has. */
  KnotOptions NONE = new Quantiles(16);

  /**
   * At quantiles of the catalogue's numbers, learned as items come.
   *
   * @param knots how many, in {@link #QUANTILES}: the smallest and the largest number and between
   *     them as many numbers in equal shares of the catalogue
   */
  record Quantiles(int knots) implements KnotOptions {
    /**
     * @throws IllegalArgumentException naming field, value and expectation
     */
    public Quantiles {
      QUANTILES.check("knots", knots);
    }
  }

  /**
   * Evenly on a scale, without end.
   *
   * @param scale the scale
   * @param step distance between two knots on it, in {@link #STEP}
   */
  record Even(KnotScale scale, double step) implements KnotOptions {
    /**
     * @throws IllegalArgumentException naming field, value and expectation
     */
    public Even {
      STEP.check("knotStep", step);
    }
  }
}
