package dev.dolmen.parameterstore.feature;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;
import net.openhft.hashing.LongHashFunction;

/**
 * A uniform sample of the first {@value #MAX_VALUES} numbers of one slot, and the quantiles of them
 * that are its knots (reservoir sampling, Vitter 1985, algorithm R; which number makes room is a
 * hash of the count). Exact for the first {@value #SAMPLE}; after that a knot's rank is off by 0.8%
 * of the numbers in standard deviation, at the median.
 *
 * <p>Knots move when the count has doubled, and rest for good when the sample is closed: rows that
 * are learned do not lose their meaning later.
 */
final class QuantileSample {
  /** Numbers that are sampled from. */
  static final int MAX_VALUES = 1 << 16;

  /** Numbers kept. */
  static final int SAMPLE = 1 << 12;

  private final int knots;
  private final LongHashFunction draws;
  private double[] sample = new double[16];
  private int count;

  /**
   * @param knots quantiles asked for, 2 or more
   * @param seed of the draws
   */
  QuantileSample(int knots, long seed) {
    this(knots, LongHashFunction.xx(seed));
  }

  private QuantileSample(int knots, LongHashFunction draws) {
    this.knots = knots;
    this.draws = draws;
  }

  /** Quantiles asked for. */
  int asked() {
    return knots;
  }

  /** Adds a finite number; returns whether knots are to move. */
  boolean add(double number) {
    if (count == MAX_VALUES) {
      return false;
    }
    int at = count < SAMPLE ? count : (int) Long.remainderUnsigned(draws.hashInt(count), count + 1);
    if (at < SAMPLE) {
      if (at >= sample.length) {
        sample = Arrays.copyOf(sample, 2 * sample.length);
      }
      sample[at] = number;
    }
    count++;
    return Integer.bitCount(count) == 1;
  }

  /** The knots of the numbers so far. */
  Knots knots() {
    double[] sorted = Arrays.copyOf(sample, Math.min(count, SAMPLE));
    Arrays.sort(sorted);
    double[] at = new double[knots];
    long[] fids = new long[knots];
    int n = 0;
    for (int i = 0; i < knots && sorted.length > 0; i++) {
      double number = sorted[(int) ((long) i * (sorted.length - 1) / (knots - 1))];
      if (n == 0 || number > at[n - 1]) {
        at[n] = number;
        fids[n++] = i;
      }
    }
    return new Knots(Arrays.copyOf(at, n), Arrays.copyOf(fids, n));
  }

  QuantileSample copy() {
    QuantileSample copy = new QuantileSample(knots, draws);
    copy.sample = sample.clone();
    copy.count = count;
    return copy;
  }

  void writeTo(DataOutput out) throws IOException {
    out.writeInt(count);
    for (int i = 0; i < Math.min(count, SAMPLE); i++) {
      out.writeDouble(sample[i]);
    }
  }

  void readFrom(DataInput in) throws IOException {
    count = in.readInt();
    if (count < 0 || count > MAX_VALUES) {
      throw new IOException(count + " numbers were sampled from, expected 0 to " + MAX_VALUES);
    }
    int kept = Math.min(count, SAMPLE);
    sample = new double[Math.max(16, Integer.highestOneBit(Math.max(1, kept - 1)) * 2)];
    for (int i = 0; i < kept; i++) {
      sample[i] = in.readDouble();
    }
  }
}
