package dev.dolmen.trainer.learn;

/**
 * Random numbers of one batch, a function of seed and batch number: SplitMix64 (Steele, Lea and
 * Flood, OOPSLA 2014), written out because a library's generator may change.
 */
final class BatchRandom {
  private static final long GOLDEN = 0x9E3779B97F4A7C15L;

  private long state;

  BatchRandom(long seed, long batch) {
    state = mix(seed + GOLDEN) ^ mix(batch * GOLDEN + 1);
  }

  /** Uniform in 0 to {@code bound} - 1 (Lemire's multiplication; bias below bound / 2³²). */
  int nextInt(int bound) {
    state += GOLDEN;
    return (int) (((mix(state) >>> 32) * bound) >>> 32);
  }

  private static long mix(long z) {
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
