package dev.dolmen.trainer.signals;

import dev.dolmen.parameterstore.feature.UnitVector;
import dev.dolmen.parameterstore.random.MixedBits;

/**
 * Tokens of the vectors of one column: two vectors have the more of them in common, the smaller the
 * angle between them is, so that what is like an item by its vector is found where what is like it
 * by its words is.
 *
 * <p>A token is a band and on which sides of its {@value #BITS} random planes the vector lies. Two
 * vectors lie on the same side of a plane with the chance 1 - angle / π (Charikar, "Similarity
 * estimation techniques from rounding algorithms", STOC 2002), so they have one in ten of the bands
 * in common at 45 degrees and one in 256 at 90. The planes' numbers are 1 and -1, drawn by a hash,
 * the same on every machine.
 *
 * <p>Immutable; any thread.
 */
final class VectorTokens {
  /** Tokens of a vector. */
  static final int BANDS = 16;

  private static final int BITS = 8;
  private static final int PLANES = BANDS * BITS;

  private final int column;
  private final int dimension;

  /** [dimension, PLANES]. */
  private final float[] planes;

  VectorTokens(int column, int dimension) {
    this.column = column;
    this.dimension = dimension;
    planes = new float[dimension * PLANES];
    long seed = MixedBits.mix(column + 1L);
    for (int i = 0; i < planes.length; i++) {
      planes[i] = MixedBits.otherMix(seed + i) < 0 ? -1 : 1;
    }
  }

  /**
   * Writes the keys of a vector's tokens.
   *
   * @param vector as {@link dev.dolmen.parameterstore.feature.Features} has it; without numbers it
   *     has no tokens
   * @param out overwritten from {@code at}, {@link #BANDS}
   * @return where they end
   */
  int write(short[] vector, long[] out, int at) {
    if (vector.length != dimension) {
      return at;
    }
    float[] sums = new float[PLANES];
    for (int d = 0; d < dimension; d++) {
      float number = UnitVector.number(vector[d]);
      int row = d * PLANES;
      for (int p = 0; p < PLANES; p++) {
        sums[p] += number * planes[row + p];
      }
    }
    for (int band = 0; band < BANDS; band++) {
      long sides = 0;
      for (int bit = 0; bit < BITS; bit++) {
        sides = sides << 1 | (sums[band * BITS + bit] < 0 ? 1 : 0);
      }
      out[at + band] = MixedBits.otherMix(((column + 1L) * BANDS + band) << BITS | sides);
    }
    return at + BANDS;
  }
}
