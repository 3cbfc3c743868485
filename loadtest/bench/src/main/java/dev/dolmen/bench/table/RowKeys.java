package dev.dolmen.bench.table;

import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;

/** The fids that tables are filled with and asked for: functions of the seed, the same for all. */
final class RowKeys {
  /** Fids that a thread goes round and round. */
  static final int POOL = 1 << 20;

  /** Fids of which none is twice: the trainer, too, gathers the distinct ones of a batch. */
  static final int DISTINCT = 1 << 10;

  private static final double ZIPF_EXPONENT = 1.05;

  /** A prime that divides no number of rows here: it scatters ranks over the order of insertion. */
  private static final long SCATTER = 2_654_435_761L;

  /** How keys are drawn. */
  enum Kind {
    /** All rows alike. */
    UNIFORM,
    /** A few often, most seldom: exponent 1.05. */
    ZIPF
  }

  private RowKeys() {}

  /** The fid of row {@code number}; rows beyond those inserted are misses. */
  static long fid(long number) {
    return (number + 1) * 0x9E3779B97F4A7C15L;
  }

  static void insertion(int from, int n, long[] out) {
    for (int i = 0; i < n; i++) {
      out[i] = fid(from + (long) i);
    }
  }

  /** A thread's pool, batches of up to {@link #DISTINCT} distinct fids. */
  static long[] pool(Kind kind, int rows, double hitShare, int thread) {
    SplittableRandom random = new SplittableRandom(31L * thread + (kind == Kind.ZIPF ? 1 : 0));
    ZipfRanks zipf = new ZipfRanks(rows, ZIPF_EXPONENT);
    long[] pool = new long[POOL];
    Set<Long> batch = new HashSet<>();
    for (int i = 0; i < POOL; i++) {
      if (i % DISTINCT == 0) {
        batch.clear();
      }
      do {
        long number =
            kind == Kind.UNIFORM
                ? random.nextInt(rows)
                : zipf.draw(random) % (long) rows * SCATTER % rows;
        pool[i] = fid(random.nextDouble() < hitShare ? number : number + rows);
      } while (!batch.add(pool[i]));
    }
    return pool;
  }
}
