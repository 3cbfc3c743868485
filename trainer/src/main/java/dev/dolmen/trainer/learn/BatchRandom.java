package dev.dolmen.trainer.learn;

import dev.dolmen.parameterstore.random.MixedBits;

/**
 * Random numbers of one batch, a function of seed and batch number: SplitMix64 on {@link
 * MixedBits}.
 */
final class BatchRandom {
  private long state;

  BatchRandom(long seed, long batch) {
    state = MixedBits.mix(seed + MixedBits.GOLDEN) ^ MixedBits.mix(batch * MixedBits.GOLDEN + 1);
  }

  /** Uniform in 0 to {@code bound} - 1. */
  int nextInt(int bound) {
    state += MixedBits.GOLDEN;
    return MixedBits.below(MixedBits.mix(state), bound);
  }
}
