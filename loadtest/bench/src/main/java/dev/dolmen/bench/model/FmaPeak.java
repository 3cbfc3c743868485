package dev.dolmen.bench.model;

import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The machine's peak of fused multiply-adds on one core: sixteen chains of the widest vectors that
 * touch no memory, more than any core needs to hide its latency.
 */
final class FmaPeak {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int STEPS = 10_000;
  private static final int CHAINS = 16;

  /** Where the sums go, lest the loop be left out. */
  private final float[] sink = new float[SPECIES.length()];

  private final float factor = 0.999f;

  /** 10⁹ floating-point operations a second, the best of several rounds. */
  double gflops(Rounds rounds) {
    double best = 0;
    for (int i = 0; i < 3; i++) {
      double us = rounds.measure(List.of(this::run)).getFirst().us();
      best = Math.max(best, 2.0 * SPECIES.length() * CHAINS * STEPS / us / 1e3);
    }
    return best;
  }

  private void run() {
    FloatVector x = FloatVector.broadcast(SPECIES, factor);
    FloatVector s0 = x;
    FloatVector s1 = x;
    FloatVector s2 = x;
    FloatVector s3 = x;
    FloatVector s4 = x;
    FloatVector s5 = x;
    FloatVector s6 = x;
    FloatVector s7 = x;
    FloatVector t0 = x;
    FloatVector t1 = x;
    FloatVector t2 = x;
    FloatVector t3 = x;
    FloatVector t4 = x;
    FloatVector t5 = x;
    FloatVector t6 = x;
    FloatVector t7 = x;
    for (int i = 0; i < STEPS; i++) {
      s0 = s0.fma(x, x);
      s1 = s1.fma(x, x);
      s2 = s2.fma(x, x);
      s3 = s3.fma(x, x);
      s4 = s4.fma(x, x);
      s5 = s5.fma(x, x);
      s6 = s6.fma(x, x);
      s7 = s7.fma(x, x);
      t0 = t0.fma(x, x);
      t1 = t1.fma(x, x);
      t2 = t2.fma(x, x);
      t3 = t3.fma(x, x);
      t4 = t4.fma(x, x);
      t5 = t5.fma(x, x);
      t6 = t6.fma(x, x);
      t7 = t7.fma(x, x);
    }
    FloatVector s = s0.add(s1).add(s2).add(s3).add(s4).add(s5).add(s6).add(s7);
    FloatVector t = t0.add(t1).add(t2).add(t3).add(t4).add(t5).add(t6).add(t7);
    s.add(t).intoArray(sink, 0);
  }
}
