package dev.dolmen.parameterstore.store;

/**
 * How a weight becomes one of fewer bits, and back. Rounding is either to the nearest, for a row's
 * first weights, or stochastic, after a step: up or down with chances that make the mean right, so
 * that steps much smaller than the distance between two values still add up (Gupta et al., "Deep
 * learning with limited numerical precision", ICML 2015). Nearest would lose each of them.
 *
 * <p>The scale of an int8 row is the least power of two with which its largest weight is 127 at
 * most. A weight that a step leaves as it is so stays the same number to the bit, unless the row's
 * largest weight crosses a power of two.
 */
final class WeightRounding {
  /** Instead of a row's seed of random bits: to the nearest. */
  static final long NEAREST = 0;

  /** Exponents of scales: 1 / scale is finite, and the products are. */
  private static final int MIN_EXPONENT = -100;

  private static final int MAX_EXPONENT = 120;

  private WeightRounding() {}

  /**
   * 16 random bits for one weight.
   *
   * @param seed not {@link #NEAREST}
   */
  static int random(long seed, int index) {
    long bits = SeededBits.step(seed, index / 2);
    return (int) (bits >>> (32 * (index & 1))) & 0xFFFF;
  }

  /** Upper half of the float, rounded. */
  static short toBf16(float weight, long seed, int index) {
    int bits = Float.floatToRawIntBits(weight);
    int added = seed == NEAREST ? 0x7FFF + ((bits >>> 16) & 1) : random(seed, index);
    return (short) ((bits + added) >>> 16);
  }

  static float fromBf16(short half) {
    return Float.intBitsToFloat(half << 16);
  }

  /**
   * Scale of a row.
   *
   * @param largest of the absolute values of its weights
   */
  static float scale(float largest) {
    int exponent = Math.clamp(Math.getExponent(largest) - 6, MIN_EXPONENT, MAX_EXPONENT);
    if (exponent < MAX_EXPONENT && largest * Math.scalb(1f, -exponent) > 127) {
      exponent++;
    }
    return Math.scalb(1f, exponent);
  }

  /**
   * Multiple of the scale, rounded.
   *
   * @param inverse 1 / scale, exact
   */
  static byte toInt8(float weight, float inverse, long seed, int index) {
    float up = seed == NEAREST ? 128.5f : 128 + random(seed, index) * 0x1p-16f;
    return (byte) Math.clamp((int) (weight * inverse + up) - 128, -127, 127);
  }
}
