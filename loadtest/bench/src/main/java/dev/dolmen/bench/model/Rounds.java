package dev.dolmen.bench.model;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * Times contenders in turns, so that a noisy neighbour disturbs all of them alike: each is warmed
 * up, then called for a while in every round; the figure is the median over the rounds.
 *
 * @param rounds an odd number
 * @param warmUpMs of each contender
 * @param roundMs of each contender in each round
 */
public record Rounds(int rounds, int warmUpMs, int roundMs) {
  /** For a first look. */
  public static final Rounds QUICK = new Rounds(7, 2_500, 60);

  /** For figures that are kept. */
  public static final Rounds FULL = new Rounds(9, 3_000, 150);

  /**
   * What one call of a contender took.
   *
   * @param us microseconds, median over the rounds
   * @param allocatedBytes on the heap by the calling thread, the least of any round: the compiler
   *     may still be at work in the first
   */
  public record Figure(double us, double allocatedBytes) {}

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  /** Figures of the contenders, in their order. */
  public List<Figure> measure(List<Runnable> contenders) {
    return measure(contenders, System::nanoTime);
  }

  /**
   * The same in processor time of this thread: what others do on the machine meanwhile takes caches
   * and bandwidth from it, but does not count.
   */
  public List<Figure> measureProcessorTime(List<Runnable> contenders) {
    return measure(contenders, THREADS::getCurrentThreadCpuTime);
  }

  private List<Figure> measure(List<Runnable> contenders, LongSupplier clock) {
    int count = contenders.size();
    long[] calls = new long[count];
    for (int c = 0; c < count; c++) {
      calls[c] = warmUp(contenders.get(c), clock);
    }
    double[][] us = new double[count][rounds];
    double[] allocated = new double[count];
    Arrays.fill(allocated, Double.POSITIVE_INFINITY);
    for (int round = 0; round < rounds; round++) {
      for (int c = 0; c < count; c++) {
        long before = THREADS.getCurrentThreadAllocatedBytes();
        long nanos = time(contenders.get(c), calls[c], clock);
        long after = THREADS.getCurrentThreadAllocatedBytes();
        us[c][round] = nanos / 1e3 / calls[c];
        // Asking for the bytes allocates, too: less than a byte a call is none.
        allocated[c] = Math.min(allocated[c], Math.floor((double) (after - before) / calls[c]));
      }
    }
    List<Figure> figures = new ArrayList<>();
    for (int c = 0; c < count; c++) {
      Arrays.sort(us[c]);
      figures.add(new Figure(us[c][rounds / 2], allocated[c]));
    }
    return figures;
  }

  /** Calls that take about a round. */
  private long warmUp(Runnable contender, LongSupplier clock) {
    long start = clock.getAsLong();
    long calls = 0;
    long last;
    do {
      last = time(contender, 1, clock);
      calls++;
    } while (clock.getAsLong() - start < warmUpMs * 1_000_000L);
    long probe = Math.max(1, Math.min(calls / 10, 1_000));
    double each = probe == 1 ? last : (double) time(contender, probe, clock) / probe;
    return Math.max(1, Math.round(roundMs * 1e6 / each));
  }

  private static long time(Runnable contender, long calls, LongSupplier clock) {
    long start = clock.getAsLong();
    for (long i = 0; i < calls; i++) {
      contender.run();
    }
    return clock.getAsLong() - start;
  }
}
