package dev.dolmen.parameterstore.random;

import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.XOR;

import jdk.incubator.vector.LongVector;

/**
 * Mixes the bits of a number so that each depends on all: one-to-one, and the same on every
 * machine. Written out because what is learned and what snapshots hold depend on these bits, and
 * the generators and hashes of a library may change.
 */
public final class MixedBits {
  /**
   * 2⁶⁴ divided by the golden ratio, odd: multiples of it lie far apart, so that small numbers that
   * follow each other are mixed well after they were multiplied with it.
   */
  public static final long GOLDEN = 0x9E3779B97F4A7C15L;

  private static final long FIRST = 0xBF58476D1CE4E5B9L;
  private static final long SECOND = 0x94D049BB133111EBL;

  private MixedBits() {}

  /** The finalizer of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014); 0 stays 0. */
  public static long mix(long bits) {
    long x = (bits ^ (bits >>> 30)) * FIRST;
    x = (x ^ (x >>> 27)) * SECOND;
    return x ^ (x >>> 31);
  }

  /** {@link #mix(long)} of each lane. */
  public static LongVector mix(LongVector bits) {
    LongVector x = bits.lanewise(XOR, bits.lanewise(LSHR, 30)).mul(FIRST);
    x = x.lanewise(XOR, x.lanewise(LSHR, 27)).mul(SECOND);
    return x.lanewise(XOR, x.lanewise(LSHR, 31));
  }

  /**
   * The finalizer of MurmurHash3 (Appleby), which draws what is validated: independent of what
   * {@link #mix(long)} draws from the same numbers. 0 stays 0.
   */
  public static long otherMix(long bits) {
    long x = (bits ^ (bits >>> 33)) * 0xFF51AFD7ED558CCDL;
    x = (x ^ (x >>> 33)) * 0xC4CEB9FE1A85EC53L;
    return x ^ (x >>> 33);
  }

  /** Uniform in [0, 1), of the upper 53 of mixed bits. */
  public static double fraction(long mixed) {
    return (mixed >>> 11) * 0x1p-53;
  }

  /**
   * Uniform in 0 to {@code bound - 1}, of the upper 32 of mixed bits: Lemire's multiplication
   * ("Fast Random Integer Generation in an Interval", 2019), whose bias is below bound / 2³².
   */
  public static int below(long mixed, int bound) {
    return (int) (((mixed >>> 32) * bound) >>> 32);
  }
}
