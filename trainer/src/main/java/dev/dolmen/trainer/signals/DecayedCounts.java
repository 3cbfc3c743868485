package dev.dolmen.trainer.signals;

import dev.dolmen.trainer.state.StateCopy;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/**
 * A weight for each item, by index, that halves with every {@code halfLifeEvents} events.
 *
 * <p>Forward decay (Cormode et al., ICDE 2009): instead of shrinking all weights, each event counts
 * more than the one before; now and then everything is scaled back. StrictMath keeps it the same on
 * every machine. The baselines' {@link dev.dolmen.trainer.baseline.ForwardDecay} is the same idea
 * with other arithmetic: floats, a power for each click, and landmarks, so that a sum is scaled
 * only when it is looked at. Here an event multiplies by one constant, and the doubles that come of
 * it are part of the snapshot: computed the other way, no older snapshot would go on to the same
 * bits.
 *
 * <p>Owned by the training thread.
 */
final class DecayedCounts {
  private static final double RESCALE_AT = 0x1p300;

  private final double growth;
  private double[] counts = new double[16];
  private double unit = 1;
  private double total;
  private int limit;

  DecayedCounts(long halfLifeEvents) {
    growth = StrictMath.pow(2, 1.0 / halfLifeEvents);
  }

  /** One more event has come: what is counted from now on is worth {@link #unit}. */
  void event() {
    unit *= growth;
  }

  /** Whether {@link #end} will divide all weights. */
  boolean rescales() {
    return unit > RESCALE_AT;
  }

  /**
   * Ends an event.
   *
   * @return what all weights have been divided by to keep them small, 1 almost always
   */
  double end() {
    if (unit <= RESCALE_AT) {
      return 1;
    }
    for (int i = 0; i < limit; i++) {
      counts[i] /= RESCALE_AT;
    }
    total /= RESCALE_AT;
    unit /= RESCALE_AT;
    return RESCALE_AT;
  }

  /** What a click of this event weighs. */
  double unit() {
    return unit;
  }

  void add(int item, double weight) {
    reserve(item);
    counts[item] += weight;
    total += weight;
  }

  private void reserve(int item) {
    if (item >= counts.length) {
      counts = Arrays.copyOf(counts, Math.max(item + 1, counts.length + (counts.length >> 1)));
    }
    limit = Math.max(limit, item + 1);
  }

  void clear(int item) {
    if (item < counts.length) {
      total -= counts[item];
      counts[item] = 0;
    }
  }

  /** Weight of an item, on a scale that all items share at one moment. */
  double count(int item) {
    return item < counts.length ? counts[item] : 0;
  }

  /** Of all items. */
  double total() {
    return total;
  }

  /** Bytes of the heap that it takes, about. Any thread. */
  long bytes() {
    return (long) Double.BYTES * counts.length;
  }

  /** Items from this index on have none. */
  int limit() {
    return limit;
  }

  /** Unit and total, without the weights. */
  StateCopy copyTotals() {
    double unitNow = unit;
    double totalNow = total;
    return out -> {
      out.writeDouble(unitNow);
      out.writeDouble(totalNow);
    };
  }

  /** Reads what {@link #copyTotals} wrote. */
  void readTotals(DataInput in) throws IOException {
    unit = in.readDouble();
    total = in.readDouble();
  }

  /** An item has this weight, as it was written. */
  void restore(int item, double count) {
    reserve(item);
    counts[item] = count;
  }

  StateCopy copy() {
    double unitNow = unit;
    double totalNow = total;
    double[] countsNow = withoutEnd(counts);
    return out -> {
      out.writeDouble(unitNow);
      out.writeDouble(totalNow);
      write(out, countsNow);
    };
  }

  void readFrom(DataInput in) throws IOException {
    unit = in.readDouble();
    total = in.readDouble();
    counts = read(in);
    limit = counts.length;
  }

  /** A copy without the zeros at the end. */
  static double[] withoutEnd(double[] numbers) {
    int n = numbers.length;
    while (n > 0 && numbers[n - 1] == 0) {
      n--;
    }
    return Arrays.copyOf(numbers, n);
  }

  static void write(DataOutput out, double[] numbers) throws IOException {
    out.writeInt(numbers.length);
    for (double number : numbers) {
      out.writeDouble(number);
    }
  }

  /** What {@link #write} wrote, in an array that may be longer. */
  static double[] read(DataInput in) throws IOException {
    int n = in.readInt();
    double[] numbers = new double[Math.max(16, n)];
    for (int i = 0; i < n; i++) {
      numbers[i] = in.readDouble();
    }
    return numbers;
  }
}
