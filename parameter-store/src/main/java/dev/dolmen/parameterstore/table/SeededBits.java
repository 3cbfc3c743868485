package dev.dolmen.parameterstore.table;

/**
 * Random numbers that are functions of the table's seed and of what they are for, so that a replay
 * draws the same ones in whatever order it needs them.
 */
final class SeededBits {
  private static final long GOLDEN = 0x9E3779B97F4A7C15L;

  /** Four uniform 16-bit numbers have the standard deviation 65,536 / sqrt(3) when summed. */
  private static final float UNIT = (float) (Math.sqrt(3) / 65_536);

  private SeededBits() {}

  /** The finaliser of splitmix64 (Steele et al. 2014). */
  static long mix(long x) {
    x = (x ^ (x >>> 30)) * 0xBF58476D1CE4E5B9L;
    x = (x ^ (x >>> 27)) * 0x94D049BB133111EBL;
    return x ^ (x >>> 31);
  }

  /** Where the numbers of one row start. */
  static long rowSeed(long seed, int slot, long fid) {
    return mix(mix(mix(seed + GOLDEN) ^ (slot + GOLDEN)) ^ fid);
  }

  /**
   * About normal, mean 0, standard deviation 1, within ±3.47: the sum of four uniform numbers,
   * exact in integers and rounded once.
   *
   * @param index of the weight in the row
   */
  static float normal(long rowSeed, int index) {
    long bits = mix(rowSeed + GOLDEN * (index + 1));
    int sum =
        (int) (bits & 0xFFFF)
            + (int) ((bits >>> 16) & 0xFFFF)
            + (int) ((bits >>> 32) & 0xFFFF)
            + (int) (bits >>> 48);
    return (sum - 131_070) * UNIT;
  }

  /** Adds the noise that tells the row of one fid from that of another before either is learned. */
  static void addNoise(long rowSeed, float stdDev, float[] row, int offset, int dim) {
    for (int i = 0; i < dim; i++) {
      row[offset + i] += normal(rowSeed, i) * stdDev;
    }
  }

  /** Where a slot's draws for admission start. */
  static long admissionSeed(long seed, int slot) {
    return rowSeed(seed ^ GOLDEN, slot, ~0L);
  }

  /** Uniform in 0 to {@code bound - 1}, for draw {@code number} of {@code eviction}. */
  static int draw(long seed, int slot, long eviction, int number, int bound) {
    long bits = mix(rowSeed(~seed, slot, eviction) + GOLDEN * number);
    return (int) (((bits >>> 32) * bound) >>> 32);
  }
}
